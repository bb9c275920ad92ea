"""A relative command wants a value counted from what the device last told; what it never told is not guessed."""

from __future__ import annotations

import pytest

from hub.house.commands import CannotDo, command_for
from hub.stages import Entity


def lamp(brightness=None, state="on"):
    return Entity("light.x", "light", "X", state=state, attributes={"brightness": brightness})


def cover(position):
    return Entity("cover.x", "cover", "X", state="open", attributes={"position": position})


def fan(percentage, step=1, state="on"):
    return Entity("fan.x", "fan", "X", state=state, attributes={"percentage": percentage, "percentage_step": step})


def thermostat(temperature, **attributes):
    return Entity("climate.x", "climate", "X", state="heat", attributes={"temperature": temperature, **attributes})


@pytest.mark.parametrize(
    ("now", "step", "wanted"),
    [(128, 10, 154), (128, -10, 102), (250, 25, 255), (20, -25, 3), (3, -10, 3), (255, 10, 255), (128, "10", 154)],
)
def test_a_lamp_is_brighter_or_darker_and_never_goes_out(now, step, wanted):
    command = command_for("HassLightSet", {"brightness_step": step}, lamp(now))
    assert (command.name, command.wanted) == ("turn_on", {"state": "on", "brightness": wanted})


@pytest.mark.parametrize(("now", "step", "wanted"), [(40, 10, 50), (95, 10, 100), (5, -25, 0), (0, 10, 10)])
def test_a_cover_is_opened_a_bit_more(now, step, wanted):
    assert command_for("HassSetPosition", {"position_step": step}, cover(now)).wanted == {"position": wanted}


@pytest.mark.parametrize(
    ("now", "announced", "step", "wanted"),
    [
        (50, 1, 10, 60),
        (50, 1, -10, 40),
        (5, 1, -25, 1),
        (33, 100 / 3, 10, 66),
        (33, 100 / 3, -10, 33),
        (100, 25, 10, 100),
    ],
)
def test_a_fan_takes_at_least_its_next_speed_and_never_stops(now, announced, step, wanted):
    command = command_for("HassFanSetSpeed", {"percentage_step": step}, fan(now, announced))
    assert command.wanted == {"state": "on", "percentage": wanted}


@pytest.mark.parametrize(
    ("now", "step", "wanted"), [(20, 0.5, 20.5), (20.5, 0.5, 21), (20.3, 0.1, 20.4), (29.5, 2, 30), (10, -8, 5)]
)
def test_a_thermostat_is_set_from_its_target_within_its_range(now, step, wanted):
    room = thermostat(now, min_temp=5, max_temp=30, current_temperature=3)
    assert command_for("HassClimateSetTemperature", {"temperature_step": step}, room).wanted == {"temperature": wanted}


@pytest.mark.parametrize(
    ("intent", "slots", "entity", "why"),
    [
        ("HassLightSet", {"brightness_step": 10}, lamp(None), "state-unknown"),
        ("HassLightSet", {"brightness_step": 10}, lamp(100, state="off"), "is-off"),
        ("HassLightSet", {"brightness_step": "much"}, lamp(100), "no-number"),
        ("HassLightSet", {"brightness_step": float("nan")}, lamp(100), "no-number"),
        ("HassSetPosition", {"position_step": 10}, cover(None), "state-unknown"),
        ("HassFanSetSpeed", {"percentage_step": 10}, fan(None), "state-unknown"),
        ("HassFanSetSpeed", {"percentage_step": 10}, fan(50, state="off"), "is-off"),
        ("HassClimateSetTemperature", {"temperature_step": 1}, thermostat(None), "state-unknown"),
    ],
)
def test_what_is_not_known_is_not_guessed(intent, slots, entity, why):
    with pytest.raises(CannotDo, match=why):
        command_for(intent, slots, entity)
