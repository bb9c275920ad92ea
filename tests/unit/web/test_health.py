"""What component states come to."""

from __future__ import annotations

import pytest

from hub.errors import StoreLost
from hub.health import Component, lost, summarize


@pytest.mark.parametrize(
    ("parts", "state", "ready"),
    [
        ([], "ok", True),
        ([Component("stt", "ok"), Component("tts", "ok")], "ok", True),
        ([Component("stt", "ok"), Component("tts", "starting")], "starting", False),
        ([Component("stt", "failed"), Component("tts", "starting")], "failed", False),
        ([Component("stt", "degraded")], "degraded", True),
        ([Component("stt", "ok"), Component("store", "failed", required=False)], "degraded", True),
        ([Component("stt", "ok"), Component("web", "starting", required=False)], "degraded", True),
        ([Component("stt", "failed"), Component("store", "failed", required=False)], "failed", False),
    ],
)
def test_only_required_parts_take_readiness(parts, state, ready):
    health = summarize(parts)
    assert (health.state, health.ready, health.components) == (state, ready, tuple(parts))


def test_a_lost_dependency_keeps_its_code_and_advice():
    part = lost("store", StoreLost("store-full", "free some space"), required=False)
    assert (part.name, part.state, part.code, part.detail, part.required) == (
        "store",
        "failed",
        "store-full",
        "free some space",
        False,
    )
