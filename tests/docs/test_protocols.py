"""What other programs can send us and get from us stands in the documents: MQTT topics and our own Wyoming events."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.presence.topics import Topics
from satellite.introduction import EXTENSIONS

DOCS = Path(__file__).parents[2] / "docs"
TOPICS = [name for name, value in vars(Topics).items() if isinstance(value, property) and name != "base"]


@pytest.mark.parametrize("topic", [*TOPICS, *(f"satellite/<name>/{w}" for w in ("status", "mute", "mute/set", "say"))])
def test_every_topic_of_the_hub_is_documented(topic: str):
    assert f"`{topic}`" in (DOCS / "web.md").read_text("utf-8")


@pytest.mark.parametrize("name", [*EXTENSIONS, "extensions"])
def test_every_event_of_our_own_is_documented(name: str):
    assert name in (DOCS / "satellite.md").read_text("utf-8")
