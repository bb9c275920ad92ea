"""What a calendar's text says takes place, and what of a bad one is lost."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from hub.calendar.event import Wanted
from hub.calendar.expansion import MOST_OF_ONE, TOTAL_SECONDS, expand
from tests.calendar_text import BEGIN, calendar, event, read, summaries

BERLIN_ZONE = """BEGIN:VTIMEZONE
TZID:Our Own Zone
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""


def local(*numbers: int) -> datetime:
    return datetime(*numbers).astimezone()


@pytest.mark.parametrize(
    ("start", "begin"),
    [
        ("DTSTART:20261103T100000Z", (2026, 11, 3, 11)),
        ("DTSTART:20261103T100000", (2026, 11, 3, 10)),
        ("DTSTART;TZID=America/New_York:20261103T100000", (2026, 11, 3, 16)),
        ("DTSTART;TZID=W. Europe Standard Time:20261103T100000", (2026, 11, 3, 10)),
        ("DTSTART;TZID=Our Own Zone:20270703T100000", (2027, 7, 3, 10)),
        ("DTSTART;TZID=Nowhere/Town:20261103T100000", (2026, 11, 3, 10)),
        ("DTSTART;VALUE=DATE:20261103", (2026, 11, 3)),
    ],
)
def test_times_are_those_of_the_clock_on_the_wall(start, begin):
    (found,) = read(BERLIN_ZONE, event(start, "SUMMARY:x")).events
    assert found.begin == local(*begin)
    assert (found.begin.month, found.begin.day, found.begin.hour) == (*begin, 0)[1:4]


def test_a_series_stays_at_its_hour_when_the_clocks_change():
    """The absolute pause between two of them is then 23 or 25 hours."""
    found = read(event("DTSTART;TZID=Europe/Berlin:20260101T073000", "RRULE:FREQ=DAILY")).events
    assert len(found) == 365
    assert {(one.begin.hour, one.begin.minute) for one in found} == {(7, 30)}
    assert {b.begin - a.begin for a, b in pairwise(found)} == {
        timedelta(hours=23),
        timedelta(hours=24),
        timedelta(hours=25),
    }


def test_a_whole_day_has_the_length_of_that_day():
    """28 March 2027 has 23 hours in Berlin."""
    (found,) = read(event("DTSTART;VALUE=DATE:20270328", "SUMMARY:spring")).events
    assert found.all_day
    assert found.end - found.begin == timedelta(hours=24) - timedelta(hours=1)


def test_a_series_with_its_exceptions():
    series = event(
        "DTSTART:20261103T100000Z", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE:20261110T100000Z", "SUMMARY:choir", uid="c"
    )
    moved = event("RECURRENCE-ID:20261117T100000Z", "DTSTART:20261118T120000Z", "SUMMARY:choir, moved", uid="c")
    off = event("RECURRENCE-ID:20261124T100000Z", "DTSTART:20261124T100000Z", "STATUS:CANCELLED", uid="c")
    found = read(series, moved, off).events
    assert [(one.summary, one.begin.day) for one in found] == [("choir", 3), ("choir, moved", 18)]


def test_times_that_google_exports_without_a_zone_of_their_own():
    """X-WR-TIMEZONE: a weekly event in UTC is meant in that zone."""
    found = read("X-WR-TIMEZONE:Europe/Berlin\n", event("DTSTART:20260701T080000Z", "RRULE:FREQ=WEEKLY")).events
    assert {one.begin.hour for one in found} == {10}


def test_only_what_takes_place_in_the_time_that_was_asked_for():
    parts = [
        event(f"DTSTART:2026110{day}T090000Z", f"DTEND:2026110{day}T100000Z", f"SUMMARY:{day}") for day in (1, 2, 3)
    ]
    begin = local(2026, 11, 2)
    assert summaries(read(*parts, begin=begin, days=1)) == ["2"]
    assert summaries(
        read(event("DTSTART:20261101T220000", "DTEND:20261102T020000", "SUMMARY:night"), begin=begin, days=1)
    ) == ["night"]
    assert summaries(
        read(event("DTSTART;VALUE=DATE:20261025", "DTEND;VALUE=DATE:20261103", "SUMMARY:trip"), begin=begin, days=1)
    ) == ["trip"]
    assert summaries(read(event("DTSTART:20261025T080000", "DURATION:P9D", "SUMMARY:long"), begin=begin, days=1)) == [
        "long"
    ]


def test_reminders_of_the_events_own():
    alarms = [
        "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nEND:VALARM",
        "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER;RELATED=END:PT0S\nEND:VALARM",
        "BEGIN:VALARM\nACTION:EMAIL\nTRIGGER:-P1D\nEND:VALARM",
        "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER;VALUE=DATE-TIME:20261102T080000Z\nEND:VALARM",
    ]
    (found,) = read(event("DTSTART:20261103T100000Z", "DTEND:20261103T113000Z", *alarms)).events
    assert found.alarms == (local(2026, 11, 3, 10, 45), local(2026, 11, 3, 12, 30), local(2026, 11, 2, 9))


GOOD = event("DTSTART:20261103T100000Z", "SUMMARY:dentist")


@pytest.mark.parametrize(
    "bad",
    [
        event("DTSTART:banana", "SUMMARY:broken"),
        event("SUMMARY:broken"),
        event("DTSTART:20261103T100000Z", "RRULE:FREQ=BANANA", "SUMMARY:broken"),
        event("DTSTART:20261103T100000Z", "RRULE:FREQ=DAILY;INTERVAL=0", "SUMMARY:broken"),
        event("DTSTART:20261103T100000Z", "DTEND:99999999T999999Z", "SUMMARY:broken"),
        event("BEGIN:VALARM\n" * 500 + "SUMMARY:broken"),
        "BEGIN:VEVENT\nSUMMARY:broken\n",
        event("SUMMARY:broken", "no colon in this line", "DTSTART"),
    ],
)
def test_a_broken_event_is_named_and_the_rest_is_read(bad):
    found = read(bad, GOOD)
    assert summaries(found) == ["dentist"]
    assert found.left_out == 1
    assert "broken" in found.problems[0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # time is up in a weak reference's end
@pytest.mark.parametrize(
    "rule",
    [
        "DTSTART:19700101T000000Z\nRRULE:FREQ=SECONDLY",
        "DTSTART:20261101T000000Z\nRRULE:FREQ=SECONDLY",
        "DTSTART:20261101T000000Z\nRRULE:FREQ=MINUTELY",
        "DTSTART:00010101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:20261101T000000Z\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31",
        "DTSTART:20261101T000000Z\nRRULE:FREQ=HOURLY",
        f"DTSTART:20261101T000000Z\nRRULE:FREQ=YEARLY;BYDAY={','.join(['MO'] * 20000)}",
    ],
)
def test_a_rule_without_end_costs_little_and_spoils_nothing(rule):
    """Processor time, not the clock: a busy machine must not fail it."""
    before = time.process_time()
    found = read(event(rule, "SUMMARY:attack"), GOOD)
    assert time.process_time() - before < 30
    assert "dentist" in summaries(found)
    assert len(found.events) <= MOST_OF_ONE + 1


def test_many_such_rules_end_too_and_what_is_single_was_read_before():
    """Each is cut off after its own bound, all of them after one for all."""
    ticks = iter(range(0, 100_000, 5))
    attacks = [event("DTSTART:20261103T100000Z", "RRULE:FREQ=DAILY;COUNT=2", uid=str(number)) for number in range(50)]
    wanted = Wanted([calendar(*attacks, GOOD)], "Family", BEGIN, BEGIN + timedelta(days=30))
    found = expand(wanted, clock=lambda: float(next(ticks)))
    assert "dentist" in summaries(found)
    assert len(found.events) < 2 * TOTAL_SECONDS / 5
    assert any("takes over" in problem for problem in found.problems)


@pytest.mark.parametrize(
    "text", ["", "garbage\0\xff", "BEGIN:VCALENDAR\n" * 1000, "END:VEVENT\n" * 10, "<html></html>"]
)
def test_what_is_no_calendar_has_no_events(text):
    assert expand(Wanted([text], "Family", BEGIN, BEGIN + timedelta(days=1))).events == []


def test_tasks_and_notes_are_no_events():
    todo = "BEGIN:VTODO\nSUMMARY:taxes\nDTSTART:20261103T100000Z\nBEGIN:VALARM\nTRIGGER:-PT1H\nEND:VALARM\nEND:VTODO\n"
    assert summaries(read(todo, GOOD)) == ["dentist"]


def test_what_is_said_of_an_event_is_short_and_one_line():
    (found,) = read(event("DTSTART:20261103T100000Z", "SUMMARY:a\\n\\nb" + "x" * 10_000, "LOCATION:far\\, away")).events
    assert found.summary.startswith("a b")
    assert len(found.summary) == 200
    assert found.location == "far, away"


def test_most_of_a_calendar_is_past_and_costs_little():
    """10 years of ten events a day, two of them today."""
    past = [
        event(f"DTSTART:20{16 + number % 10}0{1 + number % 9}15T100000Z", f"SUMMARY:{number}")
        for number in range(36_500)
    ]
    before = time.process_time()
    found = read(*past, GOOD, GOOD)
    assert summaries(found) == ["dentist", "dentist"]
    assert time.process_time() - before < 30
