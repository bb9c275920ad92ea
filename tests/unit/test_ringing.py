"""Where a timer rings and a reminder is spoken, and when it counts as heard."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from hub.audience import EVERYBODY, Audience
from hub.chime import bell, chime
from hub.health import SatelliteStatus
from hub.links.timers import timer_event
from hub.presence.agenda import CHANGES, agenda, happened, upcoming
from hub.presence.topics import Topics
from hub.reminders.items import Item, Place
from hub.ringing import RoomAnnouncer
from hub.stages import Told
from wire.errors import EarshotError

NOW = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
SOON = datetime.fromisoformat("2026-11-22T12:05:00+00:00")


@dataclass
class Rooms:
    """Two satellites; hears everything unless told otherwise."""

    heard: bool = True
    spoken: list = field(default_factory=list)

    def statuses(self):
        return [
            SatelliteStatus("kitchen", "Kitchen", "tcp://k:1", "idle"),
            SatelliteStatus("hall", "Hall", "tcp://h:1", "idle"),
            SatelliteStatus("attic", "Attic", "tcp://a:1", "lost"),
        ]

    async def tell(self, text, *, audience, before):
        self.spoken.append((text, audience, before))
        return ["kitchen"] if self.heard else []


def words(told):
    return " ".join(f"{one.key} {sorted(one.values.values(), key=str)}" for one in told)


def announcer(rooms):
    made = RoomAnnouncer(words)
    made.rooms = rooms
    return made


@pytest.mark.parametrize(
    ("place", "audience"),
    [
        (Place("Hall", "kitchen"), Audience(satellites=("kitchen",))),
        (Place("hall", "attic"), Audience(rooms=("hall",))),
        (Place("Cellar", "gone"), EVERYBODY),
        (Place(), EVERYBODY),
    ],
)
async def test_it_is_told_where_it_was_asked_for_else_in_that_room_else_everywhere(place, audience):
    rooms = Rooms()
    await announcer(rooms).say([Told("reminder_due", {"text": "bins"})], place)
    assert rooms.spoken == [("reminder_due ['bins']", audience, chime)]


async def test_what_belongs_nowhere_is_told_where_somebody_last_spoke():
    rooms = Rooms()
    made = announcer(rooms)
    made.spoken_in("hall")
    await made.say([Told("a")], Place())
    await made.say([Told("a")], Place(person="Anna"))
    assert [audience for _, audience, _ in rooms.spoken] == [Audience(satellites=("hall",)), EVERYBODY]


async def test_a_reminder_for_a_person_is_told_where_they_are_reached():
    rooms = Rooms()
    made = announcer(rooms)
    made.reaching = {"Anna": ("hall", "attic")}.get
    await made.say([Told("a")], Place("Kitchen", "kitchen", person="Anna"))
    assert rooms.spoken[0][1] == Audience(satellites=("hall",))


async def test_what_a_wake_word_interrupted_was_not_heard():
    with pytest.raises(EarshotError) as unheard:
        await announcer(Rooms(heard=False)).say([Told("a")], Place())
    assert unheard.value.code == "reminder-unheard"


async def test_before_there_are_rooms_nobody_hears():
    with pytest.raises(EarshotError):
        await RoomAnnouncer(words).say([Told("a")], Place())


async def test_it_rings_again_and_again_until_it_is_stopped(monkeypatch):
    monkeypatch.setattr("hub.ringing.PAUSE_SECONDS", 0.0)
    rooms = Rooms(heard=False)
    ringing = asyncio.create_task(announcer(rooms).ring(Item("1", "timer", "pizza", Place("Hall", "hall"))))
    while len(rooms.spoken) < 3:
        await asyncio.sleep(0)
    ringing.cancel()
    await asyncio.wait([ringing])
    assert ringing.cancelled()
    assert rooms.spoken[0] == ("timer_done ['pizza']", Audience(satellites=("hall",)), bell)


def test_an_alarm_says_its_time():
    rooms = Rooms()
    alarm = Item("1", "alarm", "gym", at=datetime(2026, 11, 22, 7, 0))  # noqa: DTZ001 wall clock
    told = []
    made = RoomAnnouncer(lambda all_told: told.extend(all_told) or "")
    made.rooms = rooms

    async def ring():
        task = asyncio.create_task(made.ring(alarm))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(ring())
    assert (told[0].key, told[0].values) == ("alarm_ringing", {"at": alarm.at, "text": "gym"})


@pytest.mark.parametrize(
    ("change", "type_"),
    [
        ("started", "timer-started"),
        ("updated", "timer-updated"),
        ("cancelled", "timer-cancelled"),
        ("stopped", "timer-cancelled"),
        ("finished", None),
        ("ringing", None),
    ],
)
def test_a_satellite_is_shown_its_timers_and_nothing_else(change, type_):
    timer = Item("1", "timer", "pizza", due=SOON)
    event = timer_event(change, timer, NOW)
    assert (event and event.type) == type_
    if change in {"started", "updated"}:
        assert event.data["total_seconds"] == 300
    assert timer_event(change, Item("2", "alarm", due=SOON), NOW) is None


def test_home_assistant_is_told_the_next_of_each_kind_and_what_rings():
    items = [
        Item("1", "timer", due=SOON),
        Item("2", "timer", due=NOW, state="ringing"),
        Item("3", "reminder", "secret", due=SOON),
        Item("4", "alarm"),
    ]
    assert upcoming(items) == {
        "timer": "2026-11-22T12:00:00+00:00",
        "alarm": None,
        "reminder": "2026-11-22T12:05:00+00:00",
        "ringing": 1,
    }


def test_words_leave_the_hub_only_where_they_may():
    item = Item("3", "reminder", "secret", Place("Hall", "hall"), due=SOON)
    assert "secret" not in str(happened("started", item, with_words=False))
    assert happened("started", item, with_words=True)["text"] == "secret"
    assert happened("started", item, with_words=False)["event_type"] in CHANGES
    assert agenda(Topics("x"))["reminder"]["event_types"] == list(CHANGES)
