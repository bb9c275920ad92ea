"""Calendars that are files: read when they change, and never at the cost of the hub."""

from __future__ import annotations

import os

import pytest

from hub.calendar.files import FileSource
from hub.calendar.source import MOST_BYTES, Copy
from hub.errors import CalendarLost
from tests.calendar_text import calendar, event

TEXT = calendar(event("DTSTART:20261103T100000Z", "SUMMARY:dentist"))


async def test_a_folder_gives_its_calendars_and_nothing_else(tmp_path):
    (tmp_path / "a.ics").write_text(TEXT)
    (tmp_path / "B.ICS").write_bytes(b"\xef\xbb\xbf" + TEXT.encode() + b"\xff")
    (tmp_path / "notes.txt").write_text("no")
    (tmp_path / "sub.ics").mkdir()
    os.mkfifo(tmp_path / "pipe.ics")
    copy = await FileSource(tmp_path).fetch(Copy())
    assert sorted(copy.items) == ["B.ICS", "a.ics"]
    assert copy.items["a.ics"].text == TEXT
    assert copy.items["B.ICS"].text.startswith("BEGIN:VCALENDAR")


async def test_what_did_not_change_is_not_read_again(tmp_path):
    path = tmp_path / "a.ics"
    path.write_text(TEXT)
    source = FileSource(path)
    first = await source.fetch(Copy())
    assert await source.fetch(first) is first
    path.write_text(TEXT.replace("dentist", "doctor!"))
    os.utime(path, ns=(1, 1))
    changed = await source.fetch(first)
    assert "doctor" in changed.items["a.ics"].text


async def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(CalendarLost) as lost:
        await FileSource(tmp_path / "none.ics").fetch(Copy())
    assert lost.value.code == "calendar-unreachable"
    assert "none.ics" in lost.value.message
    os.mkfifo(tmp_path / "pipe.ics")
    with pytest.raises(CalendarLost) as invalid:
        await FileSource(tmp_path / "pipe.ics").fetch(Copy())
    assert invalid.value.code == "calendar-invalid"


async def test_too_large_a_file_is_refused_unread(tmp_path):
    path = tmp_path / "a.ics"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(CalendarLost, match="16 MiB"):
        await FileSource(path).fetch(Copy())


async def test_a_new_event_is_a_file_of_its_own(tmp_path):
    await FileSource(tmp_path).add("u1", TEXT)
    assert [path.name for path in tmp_path.iterdir()] == ["u1.ics"]
    assert (tmp_path / "u1.ics").read_text() == TEXT
    with pytest.raises(CalendarLost) as lost:
        await FileSource(tmp_path / "none").add("u2", TEXT)
    assert lost.value.code == "calendar-read-only"
