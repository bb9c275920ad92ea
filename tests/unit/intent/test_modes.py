"""What a robot or an alarm panel is at is told in the language of who asks, not in the words of its firmware."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.intent.replies import TemplateReplier
from hub.stages import Entity, Intent, Result
from tests.fakes_house import FakeHouse


@pytest.mark.parametrize(
    ("language", "domain", "state", "told"),
    [
        ("en", "vacuum", "returning", "on its way back"),
        ("de", "vacuum", "docked", "an der Ladestation"),
        ("fr", "lawn_mower", "mowing", "en train de tondre"),
        ("es", "alarm_control_panel", "armed_away", "armada, ausente"),
        ("nl", "alarm_control_panel", "triggered", "afgegaan"),
        ("en", "water_heater", "heat_pump", "heat pump"),
        ("en", "number", "42", "42"),
    ],
)
def test_a_state_is_told_in_words(language: str, domain: str, state: str, told: str) -> None:
    thing = Entity(f"{domain}.x", domain, "Thing", state=state)
    asked = Intent("HassGetState", {"name": "Thing"}, "one", language, "")
    replier = TemplateReplier(FakeHouse([thing]), lambda: datetime(2026, 1, 1, tzinfo=UTC))
    assert told in replier.reply(asked, Result("answered", matched=(thing,)), language=language)
