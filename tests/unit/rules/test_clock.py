"""Times of day and the sun set rules off when the house's clock shows them, whatever the clock goes through."""

from __future__ import annotations

import pytest

from hub.rules.events import Now
from hub.rules.schedule import next_after
from tests.fakes_rules import Life, home, rule


def test_a_time_comes_once_on_each_of_its_days():
    life = Life(rule('{ time = "07:00", days = ["sat", "mon"] }'), "2026-06-05T12:00").passes(days=7)  # a Friday
    assert life.fired == ["06-06 07:00 CEST", "06-08 07:00 CEST"]


def test_it_is_not_due_at_the_minute_in_which_the_hub_starts_late():
    assert Life(rule('{ time = "07:00" }'), "2026-06-05T07:00").passes(hours=1).fired == []


def test_a_time_is_the_same_on_the_wall_before_and_after_the_clock_change():
    life = Life(rule('{ time = "07:00" }'), "2026-03-28T00:00").passes(days=2)
    assert life.fired == ["03-28 07:00 CET", "03-29 07:00 CEST"]


def test_a_time_that_the_change_leaves_out_comes_an_hour_later_once():
    assert Life(rule('{ time = "02:30" }'), "2026-03-29T00:00").passes(hours=20).fired == ["03-29 03:30 CEST"]


def test_a_time_that_the_change_repeats_comes_once():
    assert Life(rule('{ time = "02:30" }'), "2026-10-25T00:00").passes(hours=20).fired == ["10-25 02:30 CEST"]


def test_the_sun_of_a_whole_year_sets_once_a_day():
    life = Life(rule('{ sun = "sunset", offset_minutes = -30 }'), "2026-01-01T00:00")
    life.passes(days=365, step_minutes=5)
    days = [moment.split()[0] for moment in life.fired]
    assert len(days) == len(set(days)) == 365


@pytest.mark.parametrize(
    ("place", "zone", "day", "sunset"),
    [  # timeanddate.com
        ((52.52, 13.405), "Europe/Berlin", "2026-06-21", "21:33"),
        ((52.52, 13.405), "Europe/Berlin", "2026-12-21", "15:54"),
        ((-33.87, 151.21), "Australia/Sydney", "2026-12-21", "20:05"),
    ],
)
def test_sunsets_are_those_of_the_almanac(place, zone, day, sunset):
    life = Life(rule('{ sun = "sunset" }'), f"{day}T12:00", home(zone, place)).passes(hours=12)
    hours, minutes = map(int, sunset.split(":"))
    found_hours, found_minutes = map(int, life.fired[0].split()[1].split(":"))
    assert abs((found_hours - hours) * 60 + found_minutes - minutes) <= 2


def test_where_the_sun_does_not_set_it_comes_when_it_sets_again():
    tromso = home("Europe/Oslo", (69.65, 18.96))
    life = Life(rule('{ sun = "sunset" }', of=tromso), "2026-05-10T00:00", tromso)
    life.passes(days=90, step_minutes=10)
    months = {moment[:2] for moment in life.fired}
    assert months == {"05", "07", "08"}
    assert not any("05-20" < moment < "07-20" for moment in life.fired)


def test_at_the_pole_the_next_sunset_is_half_a_year_away_or_none():
    pole = home("UTC", (89.99, 0.0))
    life = Life(rule('{ sun = "sunset" }', of=pole), "2026-05-01T00:00", pole)
    assert next_after(life.rule.when[0], life.now.utc, pole, search_days=100) is None
    assert life.passes(days=20, step_minutes=60).fired == []


def test_the_sun_is_up_until_it_sets():
    at_sunset = Life(rule('{ sun = "sunset", offset_minutes = 2 }', conditions='{ sun = "down" }'), "2026-06-05T12:00")
    assert at_sunset.passes(hours=12).verdicts == ["fires"]
    before = Life(rule('{ sun = "sunset", offset_minutes = -2 }', conditions='{ sun = "up" }'), "2026-06-05T12:00")
    assert before.passes(hours=12).verdicts == ["fires"]


def test_what_was_slept_through_is_not_done_late():
    life = Life(rule('{ time = "07:00" }'), "2026-06-05T06:00").set_clock("2026-06-08T09:00")
    assert life.fired == []
    assert life.passes(days=1).fired == ["06-09 07:00 CEST"]


def test_a_box_without_a_clock_is_set_right_and_goes_on():
    life = Life(rule('{ time = "07:00" }'), "1970-01-01T01:00").set_clock("2026-06-05T06:59").passes(minutes=2)
    assert life.fired == ["06-05 07:00 CEST"]


def test_a_small_correction_backwards_does_nothing_twice():
    life = Life(rule('{ time = "07:00" }'), "2026-06-05T06:59").passes(minutes=2).set_clock("2026-06-05T06:58")
    assert life.passes(minutes=10).fired == ["06-05 07:00 CEST"]


def test_a_clock_that_was_years_ahead_does_not_stop_a_rule():
    life = Life(rule('{ time = "07:00" }'), "2031-06-05T06:00").set_clock("2026-06-05T06:00").passes(hours=2)
    assert life.fired == ["06-05 07:00 CEST"]


def test_it_tells_how_long_until_it_is_due():
    life = Life(rule('{ time = "07:00" }'), "2026-06-05T06:00")
    assert life.course.due_in(life.now) == 3600.0
    assert life.course.due_in(Now(life.utc, life.seconds + 99)) == 3600.0
