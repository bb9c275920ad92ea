"""A trigger comes to an action, or to a reason why not."""

from __future__ import annotations

import pytest

from hub.rules.course import LOOP_FIRINGS
from tests.fakes_rules import Life, home, rule

NOON = "2026-06-05T12:00"  # a Friday
BELL = '{ topic = "bell" }'


def ring(conditions: str = "", *, at: str = NOON, of=None, more: str = "", **states) -> Life:
    of = of or home()
    named = {name.replace("__", "."): state for name, state in states.items()}
    return Life(rule(BELL, conditions=conditions, more=more, of=of), at, of, named).message("bell", "")


@pytest.mark.parametrize(
    ("condition", "state", "held", "value"),
    [
        ('is = "on"', "on", True, "on"),
        ('is = "ON"', "on", True, "on"),
        ('is = "on"', "off", False, "off"),
        ('not = "on"', "off", True, "off"),
        ('not = "on"', None, False, "unknown"),
        ("below = 5", "4.5", True, "4.5"),
        ("below = 5", "5", False, "5"),
        ("below = 5", "cold", False, "cold"),
        ("above = 5, below = 7", "6", True, "6"),
    ],
)
def test_a_condition_on_a_state_tells_what_it_found(condition, state, held, value):
    one = ring(f'{{ entity = "sensor.a", {condition} }}', sensor__a=state)
    assert one.verdicts == ["fires" if held else "conditions"]
    assert (one.decisions[0].checks[0].held, one.decisions[0].checks[0].value) == (held, value)


def test_a_device_that_there_is_not_holds_neither_way():
    assert ring('{ entity = "sensor.a", not = "on" }').verdicts == ["conditions"]


@pytest.mark.parametrize(
    ("at", "hours", "held"),
    [
        ("2026-06-05T08:00", "08:00-22:00", True),
        ("2026-06-05T22:00", "08:00-22:00", False),
        ("2026-06-05T23:00", "22:00-07:00", True),
        ("2026-06-05T06:59", "22:00-07:00", True),
        ("2026-06-05T07:00", "22:00-07:00", False),
    ],
)
def test_between_is_without_its_end_and_over_midnight(at, hours, held):
    assert bool(ring(f'{{ between = "{hours}" }}', at=at).fired) is held


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ('{ days = ["fri"] }', True),
        ('{ days = ["sat", "sun"] }', False),
        ('{ sun = "up" }', True),
        ('{ sun = "down" }', False),
        ("{ someone_home = true }", True),
        ("{ someone_home = false }", False),
    ],
)
def test_days_sun_and_people(condition, held):
    assert bool(ring(condition, of=home(people=["person.a"]), person__a="home").fired) is held


@pytest.mark.parametrize("wanted", ["true", "false"])
def test_of_people_of_whom_nothing_is_known_nothing_is_concluded(wanted):
    assert ring(f"{{ someone_home = {wanted} }}", of=home(people=["person.a"])).verdicts == ["conditions"]


def test_all_conditions_must_hold():
    one = ring('{ days = ["fri"] }, { sun = "down" }')
    assert [check.held for check in one.decisions[0].checks] == [True, False]
    assert one.fired == []


def test_it_cools_down():
    one = ring(more="cooldown_minutes = 60").passes(minutes=59).message("bell", "").passes(minutes=1)
    one.message("bell", "")
    assert one.verdicts == ["fires", "cooldown", "fires"]


def test_what_did_not_happen_does_not_cool_down():
    one = ring('{ entity = "light.a", is = "on" }', more="cooldown_minutes = 60", light__a="off")
    one.becomes("light.a", "on").message("bell", "")
    assert one.verdicts == ["conditions", "fires"]


QUIET = home(quiet="22:00-07:00")


def test_what_fits_two_triggers_is_one():
    one = Life(rule('{ topic = "a/+" }, { topic = "a/b" }, { topic = "c" }'), NOON)
    assert one.message("a/b", "").verdicts == ["fires"]
    assert one.message("c", "").verdicts == ["fires"] * 2


def test_in_quiet_hours_it_waits_and_is_done_once_when_they_end():
    one = ring(at="2026-06-05T23:00", of=QUIET, more="quiet = true").message("bell", "").passes(hours=10)
    assert one.verdicts == ["waits", "fires"]
    assert one.fired == ["06-06 07:00 CEST"]
    assert "waited" in one.decisions[1].trigger


def test_what_is_no_longer_so_when_they_end_is_not_done():
    one = ring('{ entity = "light.a", is = "on" }', at="2026-06-05T23:00", of=QUIET, more="quiet = true", light__a="on")
    one.becomes("light.a", "off").passes(hours=10)
    assert one.verdicts == ["waits", "conditions"]


def test_a_rule_that_is_not_quiet_acts_at_night():
    assert ring(at="2026-06-05T23:00", of=QUIET).verdicts == ["fires"]


def test_a_rule_that_sets_itself_off_is_stopped():
    one = ring()
    for _ in range(LOOP_FIRINGS * 2):
        one.message("bell", "")
    assert one.verdicts == ["fires"] * LOOP_FIRINGS + ["loop"]
    assert one.course.stopped


def test_a_busy_rule_is_no_loop():
    one = ring()
    for _ in range(200):
        one.passes(minutes=0.1, step_minutes=0.1).message("bell", "")
    assert set(one.verdicts) == {"fires"}


def test_a_rule_that_is_not_enabled_sees_nothing():
    assert ring(more="enabled = false").decisions == []


def test_weighing_changes_nothing():
    one = ring(more="cooldown_minutes = 60", at=NOON)
    assert one.course.weigh(one.now, {})[1] == "cooldown"
    one.passes(hours=2)
    assert [one.course.weigh(one.now, {})[1] for _ in range(2)] == ["fires", "fires"]
