"""When an event is reminded of."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.calendar.event import Event, due

NOON = datetime(2026, 11, 3, 12).astimezone()
DAY = timedelta(days=1)


def event(begin=NOON, *, all_day=False, summary="dentist", alarms=()):
    return Event(begin=begin, end=begin + timedelta(hours=1), all_day=all_day, summary=summary, alarms=alarms)


def moments(events, minutes, begin=NOON - DAY, end=NOON + DAY):
    return [reminder.at for reminder in due(events, minutes, begin, end)]


def test_as_long_before_as_the_household_wants():
    assert moments([event()], [15, 60]) == [NOON - timedelta(hours=1), NOON - timedelta(minutes=15)]


def test_else_as_the_event_itself_wants():
    alarm = NOON - timedelta(minutes=7)
    assert moments([event(alarms=(alarm, alarm))], []) == [alarm]
    assert moments([event(alarms=(alarm,))], [15]) == [NOON - timedelta(minutes=15)]


def test_a_whole_day_reminds_only_as_it_wants_itself():
    alarm = NOON - timedelta(hours=4)
    assert moments([event(all_day=True)], [15]) == []
    assert moments([event(all_day=True, alarms=(alarm,))], [15]) == [alarm]


def test_each_moment_is_in_exactly_one_of_two_spans_that_meet():
    at = NOON - timedelta(minutes=15)
    assert moments([event()], [15], end=at) == []
    assert moments([event()], [15], begin=at) == [at]


def test_the_earliest_comes_first_and_carries_whose_it_is():
    later = event(NOON + timedelta(minutes=5), summary="school")
    found = due([later, event()], [15], NOON - DAY, NOON + DAY, person="Anna")
    assert [(one.event.summary, one.person) for one in found] == [("dentist", "Anna"), ("school", "Anna")]
