"""The household's calendars together: followed, kept, asked, added to, and reminded of."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta

import pytest

from hub.calendar import reading
from hub.calendar.actor import CalendarActor
from hub.calendar.calendars import Calendars, check
from hub.calendar.event import Event, Reminder
from hub.calendar.reminding import Reminding
from hub.calendar.source import Copy, Item, keep, recall
from hub.config import CalendarSection
from hub.errors import ActionFailed
from hub.stages import Intent
from hub.store.database import Database
from tests.caldav_server import USER, caldav_server
from tests.calendar_text import calendar, event
from tests.ports import free_port
from wire.errors import ConfigError, EarshotError

NOW = datetime(2026, 11, 3, 8).astimezone()
DAY = timedelta(days=1)
DENTIST = event("DTSTART:20261103T100000", "DTEND:20261103T110000", "SUMMARY:dentist", "LOCATION:town", uid="d")
BINS = event("DTSTART;VALUE=DATE:20261103", "SUMMARY:bins", uid="b")


def opened(tmp_path, *sections, now=lambda: NOW):
    return Calendars(sections, tmp_path / "var" / "calendar", now=now)


@pytest.fixture
def family(tmp_path):
    """A folder with one file."""
    folder = tmp_path / "family"
    folder.mkdir()
    (folder / "all.ics").write_text(calendar(DENTIST, BINS))
    return folder


def said(events):
    return [one.summary for one in events]


async def test_whole_days_come_first_and_other_days_not_at_all(tmp_path, family):
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family))) as calendars:
        await calendars.refresh()
        found = await calendars.events(NOW, NOW + DAY)
        assert [(one.summary, one.all_day, one.location, one.calendar) for one in found] == [
            ("bins", True, "", "Family"),
            ("dentist", False, "town", "Family"),
        ]
        assert await calendars.events(NOW + DAY, NOW + 2 * DAY) == []
        assert [(part.state, part.required) for part in calendars.components()] == [("ok", False)]


async def test_a_file_that_changes_is_read_again_and_one_that_goes_is_remembered(tmp_path, family):
    path = family / "all.ics"
    async with opened(tmp_path, CalendarSection(name="Family", path=str(path))) as calendars:
        await calendars.refresh()
        path.write_text(calendar(BINS, event("DTSTART:20261103T170000", "SUMMARY:choir")))
        await calendars.refresh()
        assert said(await calendars.events(NOW, NOW + DAY)) == ["bins", "choir"]
        path.unlink()
        await calendars.refresh()
        assert said(await calendars.events(NOW, NOW + DAY)) == ["bins", "choir"]
        (part,) = calendars.components()
        assert (part.state, part.code) == ("degraded", "calendar-unreachable")


async def test_broken_events_are_told_and_the_rest_is_there(tmp_path, family):
    (family / "bad.ics").write_text(calendar(event("DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY", "SUMMARY:attack")))
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family))) as calendars:
        await calendars.refresh()
        assert said(await calendars.events(NOW, NOW + DAY)) == ["bins", "dentist"]
        (part,) = calendars.components()
        assert (part.state, part.code) == ("degraded", "calendar-invalid")
        assert "attack" in part.detail


async def test_another_year_is_read_when_it_is_asked_for(tmp_path, family):
    (family / "all.ics").write_text(calendar(event("DTSTART:20200101T120000", "RRULE:FREQ=YEARLY", "SUMMARY:party")))
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family))) as calendars:
        await calendars.refresh()
        begin = datetime(2031, 1, 1).astimezone()
        assert said(await calendars.events(begin, begin + DAY)) == ["party"]


async def test_the_coming_year_moves_with_the_day(tmp_path, family):
    (family / "all.ics").write_text(calendar(event("DTSTART:20280101T120000", "SUMMARY:far")))
    now = [NOW]
    async with opened(tmp_path, CalendarSection(name="F", path=str(family)), now=lambda: now[0]) as calendars:
        await calendars.refresh()
        assert calendars.components()[0].detail.startswith("0 events")
        now[0] = datetime(2027, 12, 31, 8).astimezone()
        await calendars.refresh()
        assert calendars.components()[0].detail.startswith("1 events")


async def test_a_restart_without_the_server_still_answers(tmp_path):
    data = tmp_path / "radicale"
    data.mkdir()
    async with caldav_server(data) as server:
        section = CalendarSection(name="Anna", url=server.url, username=USER, password_file=str(server.password_file))
        await server.put("d", calendar(DENTIST))
        async with opened(tmp_path, section) as calendars:
            await calendars.refresh()
            assert said(await calendars.events(NOW, NOW + DAY)) == ["dentist"]
    async with opened(tmp_path, section) as calendars:
        await calendars.refresh()
        assert said(await calendars.events(NOW, NOW + DAY)) == ["dentist"]
        assert calendars.components()[0].code == "calendar-unreachable"
    kept = list((tmp_path / "var" / "calendar").iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept] == [0o600]
    async with opened(tmp_path):  # it is no longer wanted: nothing of it stays
        assert list((tmp_path / "var" / "calendar").iterdir()) == []


@pytest.mark.parametrize("damage", ["", "{", '{"origin": 5}', '{"origin": "o", "items": {"a": 1}}', '{"origin": "p"}'])
def test_a_kept_copy_that_is_damaged_or_of_another_server_is_as_none(tmp_path, damage):
    path = tmp_path / "one.json"
    path.write_text(damage)
    assert recall(path, "o") == Copy()
    keep(path, Copy("o", "7", {"/1.ics": Item("e", "text")}))
    assert recall(path, "o").version == "7"


# --- what is said


def intent(name="EarshotCalendar", **slots):
    return Intent(name, slots, "default", "en", "")


async def test_what_is_on_today(tmp_path, family):
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family))) as calendars:
        await calendars.refresh()
        actor = CalendarActor(calendars, now=lambda: NOW)
        slots = {"from": "2026-11-03T00:00:00", "to": "2026-11-04T00:00:00"}
        result = await actor.carry_out(intent(**slots), area=None)
        (told,) = result.told
        assert (result.kind, told.key) == ("answered", "calendar_events")
        assert [one["summary"] for one in told.values["events"]] == ["bins", "dentist"]
        tomorrow = {"from": "2026-11-04T00:00:00", "to": "2026-11-05T00:00:00"}
        assert (await actor.carry_out(intent(**tomorrow), area=None)).told[0].key == "calendar_none"
        other = await actor.carry_out(intent(**slots, calendar="work"), area=None)
        assert other.kind == "unknown_target"
        assert (await actor.carry_out(intent(**{"from": "banana"}), area=None)).kind == "unsupported"


async def test_what_could_not_be_read_is_not_called_empty(tmp_path):
    async with opened(tmp_path, CalendarSection(name="Family", path=str(tmp_path / "none.ics"))) as calendars:
        await calendars.refresh()
        result = await CalendarActor(calendars, now=lambda: NOW).carry_out(intent(), area=None)
        assert [(told.key, told.values) for told in result.told] == [("calendar_unread", {"calendars": ["Family"]})]


ADD = {"text": "buy  cake; soon", "when": "2026-11-04T15:00:00"}


async def test_an_event_is_added_after_a_yes(tmp_path, family):
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family), writable=True)) as calendars:
        await calendars.refresh()
        actor = CalendarActor(calendars, now=lambda: NOW)
        asked = await actor.carry_out(intent("EarshotAddEvent", **ADD), area=None)
        assert (asked.kind, asked.problem, asked.choices) == ("unconfirmed", "needs-yes", ("buy cake; soon",))
        assert len(list(family.iterdir())) == 1
        done = await actor.carry_out(intent("EarshotAddEvent", **ADD), area=None, granted="yes")
        assert (done.kind, done.told[0].key) == ("answered", "calendar_added")
        await calendars.refresh()
        (found,) = await calendars.events(NOW + DAY, NOW + 2 * DAY)
        assert (found.summary, found.begin.hour, found.end - found.begin) == ("buy cake; soon", 15, timedelta(hours=1))


async def test_a_whole_day_is_added_by_its_date(tmp_path, family):
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family), writable=True)) as calendars:
        actor = CalendarActor(calendars, now=lambda: NOW)
        slots = {"text": "fair", "when": "2026-11-07", "until": "2026-11-08"}
        await actor.carry_out(intent("EarshotAddEvent", **slots), area=None, granted="yes")
        await calendars.refresh()
        begin = datetime(2026, 11, 6).astimezone()
        (found,) = await calendars.events(begin, begin + 7 * DAY)
        assert (found.all_day, found.begin.day, found.end.day) == (True, 7, 9)


async def test_nothing_is_added_where_nobody_allowed_it(tmp_path, family):
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family))) as calendars:
        actor = CalendarActor(calendars, now=lambda: NOW)
        result = await actor.carry_out(intent("EarshotAddEvent", **ADD), area=None, granted="yes")
        assert (result.kind, result.problem) == ("refused", "calendar-read-only")
        assert len(list(family.iterdir())) == 1


async def test_an_event_that_could_not_be_added_is_no_success(tmp_path):
    section = CalendarSection(name="Anna", url=f"http://127.0.0.1:{free_port()}/", writable=True)
    async with opened(tmp_path, section) as calendars:
        with pytest.raises(ActionFailed) as failed:
            await CalendarActor(calendars).carry_out(intent("EarshotAddEvent", **ADD), area=None, granted="yes")
        assert failed.value.code == "calendar-unreachable"


# --- reading


async def test_a_calendar_that_takes_too_long_is_no_calendar_and_leaves_no_process(tmp_path, family, monkeypatch):
    monkeypatch.setattr(reading, "READ_SECONDS", 0)  # what takes 90 s cannot be waited for here
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family))) as calendars:
        await calendars.refresh()
        assert calendars.components()[0].code == "calendar-invalid"
        assert calendars.unknown == ["Family"]


async def test_a_year_that_cannot_be_read_is_not_called_empty(tmp_path, family, monkeypatch):
    async with opened(tmp_path, CalendarSection(name="Family", path=str(family))) as calendars:
        await calendars.refresh()
        monkeypatch.setattr(reading, "READ_SECONDS", 0)
        slots = {"from": "2031-01-01T00:00:00", "to": "2031-01-02T00:00:00"}
        with pytest.raises(ActionFailed) as failed:
            await CalendarActor(calendars, now=lambda: NOW).carry_out(intent(**slots), area=None)
        assert failed.value.code == "calendar-invalid"


# --- reminders


async def test_calendars_remind_as_they_are_told_to(tmp_path, family):
    section = CalendarSection(name="Family", path=str(family), remind_minutes=[10, 60], person="Anna")
    async with opened(tmp_path, section) as calendars:
        await calendars.refresh()
        begin = NOW + timedelta(hours=1)
        assert [(one.at, one.event.summary, one.person) for one in calendars.reminders(begin, NOW + DAY)] == [
            (NOW + timedelta(hours=1), "dentist", "Anna"),
            (NOW + timedelta(hours=1, minutes=50), "dentist", "Anna"),
        ]
        assert calendars.reminders(begin + timedelta(seconds=1), begin + timedelta(minutes=50)) == []


class Due:
    """Calendars with what a test wants to be reminded of."""

    def __init__(self, *reminders):
        self.all = list(reminders)

    def reminders(self, begin, end):
        return [one for one in self.all if begin <= one.at < end]


def reminder(minutes_ago=0.0, summary="dentist"):
    at = NOW - timedelta(minutes=minutes_ago)
    begin = at + timedelta(minutes=30)
    return Reminder(at, Event(begin=begin, end=begin + DAY, all_day=False, summary=summary, uid="u"), "Anna")


async def test_each_reminder_is_said_once_also_after_a_restart(tmp_path):
    heard = []

    async def remind(told, person):
        heard.append((told.key, told.values["summary"], told.values["in"], person))

    for _restart in range(2):
        async with Database(tmp_path / "earshot.db") as database:
            reminding = Reminding(Due(reminder(), reminder(20, "long ago")), database, remind, now=lambda: NOW)
            await reminding.step()
            await reminding.step()
    assert heard == [("calendar_reminder", "dentist", timedelta(minutes=30), "Anna")]


async def test_what_could_not_be_said_is_tried_again(tmp_path):
    tries = []

    async def remind(_told, _person):
        tries.append(1)
        if len(tries) == 1:
            raise EarshotError("nobody-there", "no room")

    async with Database(tmp_path / "earshot.db") as database:
        reminding = Reminding(Due(reminder()), database, remind, now=lambda: NOW)
        for _ in range(3):
            await reminding.step()
    assert len(tries) == 2


async def test_what_was_said_is_forgotten_in_time_and_tells_nothing_of_the_event(tmp_path):
    async def remind(_told, _person):
        pass

    now = [NOW]
    due = Due(reminder())
    async with Database(tmp_path / "earshot.db") as database:
        reminding = Reminding(due, database, remind, now=lambda: now[0])
        await reminding.step()
        now[0] = NOW + 5 * DAY
        due.all = [reminder(-5 * 24 * 60, "later")]
        await reminding.step()
        rows = await database.rows("SELECT mark, at FROM calendar_reminded")
    assert len(rows) == 1
    assert "later" not in str(rows)


# --- configuration


@pytest.mark.parametrize(
    ("section", "named"),
    [
        (CalendarSection(name="A"), "path or url"),
        (CalendarSection(name="A", path="/x", url="http://nas/"), "path or url"),
        (CalendarSection(name="A", url="http://8.8.8.8/"), "allow_internet"),
        (CalendarSection(name="A", path="/nowhere.ics", writable=True), "writable"),
        (CalendarSection(name="A", path="/x", username="anna"), "username"),
        (CalendarSection(name="A", url="http://nas/", password_file="/nowhere"), "/nowhere"),
    ],
)
def test_what_is_wrong_with_the_configuration_is_named(section, named):
    with pytest.raises(ConfigError, match=named) as refused:
        check([section])
    assert refused.value.code == "calendar-config"


def test_two_calendars_of_one_name_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="twice"):
        check([CalendarSection(name="A", path=str(tmp_path)), CalendarSection(name="a", path=str(tmp_path))])


def test_the_internet_is_allowed_to_who_wants_it():
    check([CalendarSection(name="A", url="https://8.8.8.8/", allow_internet=True)])
