"""A new event's text is one that calendars read back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import icalendar

from hub.calendar.writing import event_text
from tests.calendar_text import read

NOW = datetime(2026, 11, 1, 8).astimezone()


def test_it_reads_back_as_it_was():
    begin = datetime(2026, 11, 3, 10).astimezone()
    text = event_text("u1", begin, begin + timedelta(hours=1), "tea; cake, and\\more", now=NOW)
    (found,) = read(text.partition("PRODID:-//Earshot//EN\r\n")[2].rpartition("END:VCALENDAR")[0]).events
    assert (found.begin, found.end, found.summary) == (begin, begin + timedelta(hours=1), "tea; cake, and\\more")
    assert icalendar.Calendar.from_ical(text).walk("VEVENT")[0]["UID"] == "u1"


def test_a_whole_day_is_one():
    text = event_text("u1", date(2026, 11, 3), date(2026, 11, 4), "bins", now=NOW)
    event = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    assert (event.start, event.end) == (date(2026, 11, 3), date(2026, 11, 4))


def test_words_cannot_become_properties_and_lines_stay_short():
    text = event_text("u1", NOW, NOW, "x\r\nEND:VEVENT\nATTACH:http://evil " + "ü" * 200, now=NOW)
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    event = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"}
    assert str(event["SUMMARY"]).endswith("ü" * 200)
