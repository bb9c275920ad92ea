"""Wires what happens by itself: timers and reminders, calendars, rules, and the sentences that they carry out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.announcing import INTENTS as ANNOUNCE_INTENTS
from hub.announcing import AnnounceActor
from hub.bus.client import Bus
from hub.calendar.actor import INTENTS as CALENDAR_INTENTS
from hub.calendar.actor import CalendarActor
from hub.calendar.calendars import Calendars
from hub.calendar.reminding import Remind, Reminding
from hub.config import HubConfig
from hub.control import Hub
from hub.errands import Errands
from hub.errors import StoreLost
from hub.happenings import Moments
from hub.house.registry import HouseRegistry
from hub.intent.routines import INTENT as ROUTINE_INTENT
from hub.intent.routines import Routines
from hub.presence.topics import Topics
from hub.reminders.actor import ReminderActor
from hub.reminders.announcer import Run
from hub.reminders.due import Quiet
from hub.reminders.items import Change, Item, Place
from hub.reminders.lists import Lists
from hub.reminders.reminders import Reminders
from hub.reminders.store import ReminderStore
from hub.ringing import RoomAnnouncer, Words
from hub.routine_actor import RoutineActor, Say
from hub.rules.history import RuleHistory
from hub.rules.home import Home
from hub.rules.live import Rules
from hub.rules.performing import Carried, MqttNotifier, Notifier, Performer
from hub.stages import Actor, Entity, Told
from hub.store.journal import Journal
from hub.trace import Trace
from hub.volumes import INTENTS as VOLUME_INTENTS
from hub.volumes import VolumeActor, Volumes
from wire.errors import EarshotError
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

Listener = Callable[[Change, Item], None]


@dataclass(slots=True)
class HouseTime:
    """What keeps time. ``errands.parts`` and ``announcer.rooms`` are known last: set them once they are there.

    reminders, lists: None where the store is lost. listeners: told of every change of a timer, alarm or reminder.
    """

    zone: ZoneInfo
    announcer: RoomAnnouncer
    errands: Errands
    calendars: Calendars
    volumes: Volumes
    reminders: Reminders | None = None
    lists: Lists | None = None
    actors: list[tuple[frozenset[str], Actor]] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(self.zone)

    def on_change(self, change: Change, item: Item) -> None:
        for listener in self.listeners:
            listener(change, item)


async def house_time(
    config: HubConfig,
    folder: Path,
    *,
    journal: Journal,
    home: Home,
    house: HouseRegistry,
    words: Words,
    routines: Routines,
    tasks: Tasks,
    stack: AsyncExitStack,
) -> HouseTime:
    """Entered into ``stack``. folder: where copies of calendars are kept. words: of the hub's language."""
    zone = home.zone if isinstance(home.zone, ZoneInfo) else ZoneInfo("UTC")
    calendars = await stack.enter_async_context(Calendars(config.calendar, folder))
    time = HouseTime(zone, RoomAnnouncer(words), Errands(), calendars, Volumes(journal.database))
    await time.volumes.load()
    time.actors.append((VOLUME_INTENTS, VolumeActor(time.volumes, time.announcer.satellites)))
    time.actors.append((ANNOUNCE_INTENTS, AnnounceActor(house, time.announcer)))
    time.actors.append((CALENDAR_INTENTS, CalendarActor(calendars)))
    time.actors.append((frozenset({ROUTINE_INTENT}), RoutineActor(routines, _saying(time.errands), tasks)))
    if journal.database is not None:
        reminders = Reminders(
            ReminderStore(journal.database),
            time.announcer,
            _commanding(time),
            zone=zone,
            quiet=quiet_of(home),
            on_change=time.on_change,
        )
        try:
            time.reminders = await stack.enter_async_context(reminders)
        except StoreLost as error:
            _log.error("timers and reminders are not kept: %s", error)
        else:
            time.lists = Lists(journal.database)
            actor = ReminderActor(reminders, time.lists)
            time.actors.append((actor.intents, Moments(actor, house)))
            stack.callback(house.on_state(_watching(reminders)))
        tasks.start(Reminding(calendars, journal.database, _reminding(time)).run(), name="calendar reminders")
    return time


def quiet_of(home: Home) -> Quiet | None:
    return Quiet(home.quiet.begin, home.quiet.end) if home.quiet else None


def rules(
    path: Path,
    config: HubConfig,
    *,
    hub: Hub,
    house: HouseRegistry,
    bus: Bus,
    known: asyncio.Event,
    journal: Journal,
    errands: Errands,
    home: Home,
    topics: Topics,
    pages: Notifier,
) -> Rules:
    """path: of rules.toml. pages: tells those that are open. Entering raises ConfigError."""

    async def run(sentence: str, why: str) -> Carried:
        trace = await errands.run(sentence, by=why[:64], why=why)
        return Carried(done=trace.error is None, reply=trace.reply)

    performer = Performer(speaker=hub, run=run, bus=bus, notifiers=[MqttNotifier(bus, topics.notify), pages])
    return Rules(
        path,
        house=house,
        bus=bus,
        home=home,
        known=known,
        history=RuleHistory(journal.database),
        performer=performer,
        discovery_prefix=config.mqtt.discovery_prefix,
    )


def _saying(errands: Errands) -> Say:
    async def say(sentence: str, by: str, area: str | None, language: str) -> Trace:
        return await errands.run(sentence, by=by, why="routine", area=area, language=language)

    return say


def _commanding(time: HouseTime) -> Run:
    """A timer's command; only what went wrong with it is said."""

    async def run(sentence: str, area: str | None, satellite: str) -> None:
        trace = await time.errands.run(sentence, by=satellite or "timer", why="timer", area=area)
        if trace.error:
            with suppress(EarshotError):
                await time.announcer.say([Told("plain", {"text": trace.reply})], Place(area, satellite))

    return run


def _reminding(time: HouseTime) -> Remind:
    async def remind(told: Told, person: str | None) -> None:
        await time.announcer.say([told], Place(person=person or ""))

    return remind


def _watching(reminders: Reminders) -> Callable[[Entity, Entity], None]:
    def watch(_: Entity, after: Entity) -> None:
        if after.state is not None:
            reminders.on_entity_state(after.entity_id, after.state)

    return watch
