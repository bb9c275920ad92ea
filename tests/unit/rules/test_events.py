"""Messages, devices and people set rules off when something becomes so, not because it is so."""

from __future__ import annotations

import pytest

from tests.fakes_rules import Life, home, rule

NOON = "2026-06-05T12:00"
WINDOW, WARMTH = "binary_sensor.window", "sensor.warmth"


def life(when: str, of=None, **states) -> Life:
    of = of or home()
    names = {name.replace("__", "."): state for name, state in states.items()}
    return Life(rule(when, of=of), NOON, of, names)


def window(more: str = "", state: str | None = "off") -> Life:
    return life(f'{{ entity = "{WINDOW}", becomes = "on" {more} }}', binary_sensor__window=state)


def test_a_state_that_is_reached_sets_it_off_each_time():
    one = window().becomes(WINDOW, "on").becomes(WINDOW, "on").becomes(WINDOW, "off").becomes(WINDOW, "on")
    assert len(one.fired) == 2


@pytest.mark.parametrize("state", ["on", None])
def test_what_is_so_at_the_start_has_not_become_so(state):
    assert window(state=state).becomes(WINDOW, "on").fired == []


def test_a_device_that_comes_back_as_it_was_has_not_become_anything():
    one = window(state="on").becomes(WINDOW, "on", available=False).becomes(WINDOW, "on")
    assert one.fired == []


def test_for_minutes_it_must_stay_so():
    one = window(", for_minutes = 10").becomes(WINDOW, "on").passes(minutes=9).becomes(WINDOW, "off")
    assert one.passes(minutes=20).fired == []
    one.becomes(WINDOW, "on").passes(minutes=30)
    assert one.fired == ["06-05 12:39 CEST"]


def test_a_window_that_was_open_when_the_power_came_back_is_told_after_its_minutes():
    assert window(", for_minutes = 10", state="on").passes(minutes=30).fired == ["06-05 12:10 CEST"]


def test_while_a_device_cannot_be_heard_its_minutes_do_not_end():
    one = window(", for_minutes = 10").becomes(WINDOW, "on").becomes(WINDOW, "on", available=False)
    assert one.passes(minutes=20).fired == []
    assert one.becomes(WINDOW, "on").fired == ["06-05 12:20 CEST"]


def test_minutes_are_not_those_of_a_clock_that_is_set():
    one = window(", for_minutes = 10").becomes(WINDOW, "on").set_clock("2026-06-05T14:00")
    assert one.fired == []
    assert one.course.due_in(one.now) == 600.0


def test_a_number_sets_it_off_where_it_crosses():
    one = life(f'{{ entity = "{WARMTH}", above = 25 }}', sensor__warmth="24")
    for warmth in ("25", "25.5", "27", "25.1", "24", "unknown", "26", "nonsense", "26"):
        one.becomes(WARMTH, warmth)
    assert len(one.fired) == 2
    assert one.decisions[0].trigger == "sensor.warmth above 25 (25.5)"


def test_a_range_has_two_sides():
    one = life(f'{{ entity = "{WARMTH}", above = 10, below = 20 }}', sensor__warmth="5")
    for warmth in ("15", "25", "12", "5"):
        one.becomes(WARMTH, warmth)
    assert len(one.fired) == 2


def test_a_device_that_is_gone_for_a_while_is_told():
    one = life(f'{{ entity = "{WINDOW}", unavailable = true, for_minutes = 5 }}', binary_sensor__window="off")
    one.becomes(WINDOW, "off", available=False).passes(minutes=10)
    assert one.fired == ["06-05 12:05 CEST"]


def test_a_message_with_that_payload_and_no_other():
    one = life('{ topic = "door/+/bell", payload = "ring" }')
    one.message("door/front/bell", "ring").message("door/front/bell", "ring ").message("door/bell", "ring")
    assert one.verdicts == ["fires"]


def test_a_retained_message_is_no_news():
    assert life('{ topic = "bell" }').message("bell", "ring", retained=True).fired == []


@pytest.mark.parametrize(
    ("match", "payload", "fits"),
    [
        ('pointer = "/after/label", equals = "person"', '{"after": {"label": "person"}}', True),
        ('pointer = "/after/label", equals = "person"', '{"after": {"label": "cat"}}', False),
        ('pointer = "/a~1b/1", equals = 2', '{"a/b": [1, 2]}', True),
        ('pointer = "/on", equals = true', '{"on": true}', True),
        ('pointer = "/on", equals = true', '{"on": 1}', False),
        ('pointer = "/n", equals = 1', '{"n": true}', False),
        ('pointer = "/n", equals = 1', '{"n": 1.0}', True),
        ('pointer = "/n", equals = 1', '{"n": [1]}', False),
        ('pointer = "/n/9", equals = 1', '{"n": [1]}', False),
        ('pointer = "/n", equals = "1"', "no json", False),
        ('pointer = "/n", equals = "1"', "[" * 16_000, False),
        ("equals = 7", "7", True),
        ("equals = true", "true", True),
    ],
)
def test_a_value_in_a_payload(match, payload, fits):
    assert bool(life(f'{{ topic = "t", {match} }}').message("t", payload).fired) is fits


def test_a_number_on_a_topic_crosses_for_each_topic_by_itself():
    one = life('{ topic = "meter/+", pointer = "/watts", above = 100 }')
    one.message("meter/a", '{"watts": 5}', retained=True).message("meter/a", '{"watts": 150}')
    one.message("meter/b", '{"watts": 150}').message("meter/a", '{"watts": 160}')
    assert len(one.fired) == 1


def test_everyone_left_when_the_last_one_did():
    of = home(people=["person.ann", "binary_sensor.phone"])
    one = life('{ presence = "everyone_left" }', of, person__ann="home", binary_sensor__phone="on")
    one.becomes("person.ann", "not_home").becomes("binary_sensor.phone", "on", available=False)
    assert one.fired == []
    one.becomes("binary_sensor.phone", "off")
    assert len(one.fired) == 1


def test_someone_home_when_the_first_one_comes():
    one = life(
        '{ presence = "someone_home", people = ["person.ann", "person.bob"] }', person__ann="work", person__bob=None
    )
    one.becomes("person.ann", "home").becomes("person.bob", "home").becomes("person.ann", "work")
    assert len(one.fired) == 1
    assert "person.ann" in one.decisions[0].trigger
