"""Moments are wall clock: through clock changes, leap years and years without power."""

# ruff: noqa: DTZ001 - wall clocks have no zone

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.reminders.due import Quiet, acknowledged, agenda, scheduled
from hub.reminders.items import Item
from hub.reminders.recurrence import RepeatInvalid, checked, first_after, instant, latest_until, wall_clock

BERLIN, NEW_YORK, LORD_HOWE = (ZoneInfo(each) for each in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"))
ZONES = [BERLIN, NEW_YORK, LORD_HOWE]
BEGIN = datetime(2026, 3, 26, 12, tzinfo=UTC)
RULES = ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "FREQ=MONTHLY", "FREQ=YEARLY"]


def alarm(at, repeat="", kind="alarm", **more):
    return Item("01", kind, at=at, repeat=repeat, **more)


def rung(item, zone, begin, end, step=timedelta(minutes=7)):
    """The wall clocks at which it rings when each is acknowledged; looked at every ``step``."""
    found, now, item = [], begin, scheduled(item, begin, zone)
    while now < end:
        for one in agenda([item], now, zone).due:
            found.append(wall_clock(one.due, zone))
            item = acknowledged(one, now, zone)
        if item.state == "done":
            break
        now = max(now + step, item.due) if item.due else end
    return found


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("hour", [1, 2, 3, 7])
def test_every_day_of_a_leap_year_rings_once_at_its_wall_clock(zone, hour):
    begin = datetime(2028, 1, 1, tzinfo=UTC)
    at = datetime(2028, 1, 1, hour, 30)
    found = rung(alarm(at, "FREQ=DAILY"), zone, instant(at, zone) - timedelta(days=1), begin + timedelta(days=400))
    days = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]
    by_day = {day: [each.time() for each in found if each.date() == day] for day in days}
    odd = {day: times for day, times in by_day.items() if times != [time(hour, 30)]}
    assert all(len(times) == 1 for times in by_day.values())
    assert len(odd) <= 1  # the day that has no such time
    for day, (moved,) in odd.items():
        assert instant(datetime.combine(day, time(hour, 30)), zone) == instant(datetime.combine(day, moved), zone)
        assert moved in {time(hour + 1, 30), time(hour + 1, 0)}  # Lord Howe's change is half an hour


def test_a_time_that_a_day_lacks_is_the_moment_that_it_would_have_been():
    assert wall_clock(instant(datetime(2027, 3, 28, 2, 30), BERLIN), BERLIN) == datetime(2027, 3, 28, 3, 30)


def test_a_time_that_comes_twice_rings_at_the_first_alone():
    at = datetime(2026, 10, 25, 2, 30)
    assert instant(at, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    begin = datetime(2026, 10, 24, tzinfo=UTC)
    found = rung(alarm(at, "FREQ=DAILY;COUNT=2"), BERLIN, begin, begin + timedelta(days=5))
    assert found == [at, at + timedelta(days=1)]


def test_every_tuesday_at_seven_is_seven_on_both_sides_of_a_change():
    begin = datetime(2026, 10, 19, tzinfo=UTC)
    at = datetime(2026, 10, 20, 7)
    found = rung(alarm(at, "FREQ=WEEKLY;BYDAY=TU"), BERLIN, begin, begin + timedelta(days=20))
    assert found == [datetime(2026, 10, 20, 7), datetime(2026, 10, 27, 7), datetime(2026, 11, 3, 7)]
    assert [instant(each, BERLIN).hour for each in found] == [5, 6, 6]


@pytest.mark.parametrize(
    ("start", "rule", "expected"),
    [
        (
            datetime(2024, 2, 29, 8),
            "FREQ=YEARLY",
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
        ),
        (datetime(2026, 1, 31, 8), "FREQ=MONTHLY", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (datetime(2026, 1, 5, 8), "FREQ=MONTHLY;BYMONTHDAY=30", ["2026-01-30", "2026-02-28", "2026-03-30"]),
        (datetime(2026, 1, 5, 8), "FREQ=MONTHLY;BYDAY=1MO", ["2026-01-05", "2026-02-02", "2026-03-02"]),
        (datetime(2026, 1, 5, 8), "FREQ=DAILY;UNTIL=20260107", ["2026-01-05", "2026-01-06", "2026-01-07", None]),
        (datetime(2026, 1, 5, 8), "FREQ=DAILY;COUNT=2", ["2026-01-05", "2026-01-06", None]),
    ],
)
def test_what_comes_again(start, rule, expected):
    found, last = [], None
    for _ in expected:
        last = first_after(start, rule, last)
        found.append(last and last.date().isoformat())
        if last is None:
            break
    assert found == expected


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("rule", RULES)
@given(days=st.integers(0, 4000), off=st.integers(0, 4000))
@settings(max_examples=15, deadline=None)
def test_the_last_and_the_next_occurrence_are_found_from_anywhere(zone, rule, days, off):
    """They follow one another, on both sides of now, as they do when the rule is gone through from its start."""
    start = datetime(2024, 2, 29, 2, 30)
    after = start + timedelta(days=days)
    now = instant(after + timedelta(days=off, hours=5), zone)
    latest = latest_until(start, rule, after, now, zone)
    following = first_after(start, rule, latest or after)
    assert following is None or instant(following, zone) > now
    if latest:
        assert after < latest
        assert instant(latest, zone) <= now
        assert first_after(start, rule, latest - timedelta(seconds=1)) == latest


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=100000",
        "FREQ=DAILY;UNTIL=20201231",
        "FREQ=DAILY;UNTIL=20301231T000000Z",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYDAY=" + "MO," * 100,
        "every day",
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(rule):
    with pytest.raises(RepeatInvalid):
        checked(datetime(2026, 1, 1, 7), rule or "FREQ=")


@given(st.text("FREQDAILYWKMONTHBSP=;,0123456789+-", max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_rule_breaks_anything_else(text):
    try:
        checked(datetime(2026, 1, 1, 7), f"FREQ=WEEKLY;{text}")
    except RepeatInvalid:
        return


def test_three_years_without_power_are_one_occurrence_and_no_work():
    items = [
        scheduled(replace(alarm(datetime(2026, 1, 1, 7), "FREQ=DAILY", "reminder"), id=str(number)), now, BERLIN)
        for number in range(200)
        for now in [datetime(2026, 1, 1, tzinfo=UTC)]
    ]
    found = agenda(items, datetime(2029, 1, 1, 12, tzinfo=UTC), BERLIN)
    assert len(found.missed) == 200
    assert {item.occurrence for item in found.missed} == {datetime(2029, 1, 1, 7)}
    assert found.due == ()


@given(jumps=st.lists(st.integers(-36, 36), max_size=12))
@settings(max_examples=40, deadline=None)
def test_whatever_the_clock_does_within_a_day_or_so_an_occurrence_comes_once(jumps):
    item, told = scheduled(alarm(datetime(2026, 3, 27, 2, 30), "FREQ=DAILY"), BEGIN, BERLIN), []
    now = BEGIN
    for hours in [*jumps, 24, 24, 24]:
        now = max(BEGIN, now + timedelta(hours=hours))
        for one in (found := agenda([item], now, BERLIN)).due + found.missed:
            told.append(one.occurrence)
            item = acknowledged(one, now, BERLIN)
    assert told == sorted(set(told))


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (datetime(2026, 11, 23, 21, 59), None),
        (datetime(2026, 11, 23, 22, 0), datetime(2026, 11, 24, 7)),
        (datetime(2026, 11, 24, 6, 59), datetime(2026, 11, 24, 7)),
        (datetime(2026, 11, 24, 7, 0), None),
    ],
)
def test_quiet_hours_go_over_midnight(at, end):
    found = Quiet(time(22), time(7)).end_of(instant(at, BERLIN), BERLIN)
    assert found == (end and instant(end, BERLIN))


def test_quiet_hours_within_a_day():
    quiet = Quiet(time(13), time(15))
    noon, nap = (instant(datetime(2026, 11, 23, hour), BERLIN) for hour in (12, 14))
    assert quiet.end_of(noon, BERLIN) is None
    assert quiet.end_of(nap, BERLIN) == nap + timedelta(hours=1)
