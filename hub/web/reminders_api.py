"""Routes of timers, alarms and reminders: what is to come, what rings, and what is added by form, as by voice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.reminders.asked import CannotKeep, new_id
from hub.reminders.items import MAX_TEXT, Item, Kind, Place, State
from hub.reminders.moments import MomentIntents
from hub.reminders.recurrence import wall_clock
from hub.reminders.reminders import SNOOZE, Reminders, TooMany
from hub.reminders.timers import check_length, paused, resumed
from hub.web.exchange import body_as, json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route

Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Name = Annotated[str, Meta(max_length=100)]

_MESSAGES = {
    "time_past": "that time has passed; give one that is still to come",
    "repeat_invalid": "repeat is no RRULE that is kept (docs/time.md), or it never comes",
    "timer_too_short": "a timer runs for one second at least",
    "timer_too_long": "a timer runs for 99 days at most",
}


class Reminder(msgspec.Struct, frozen=True):
    """What is to come, or rings. at, occurrence: wall clock of the house, of the first time and of the next one.

    due: UTC of the next one, null while it is paused or waits for a device; wall: the same by the house's clock.
    length_seconds: of a timer as it was made; left_seconds: of a paused one. waits_for: a device, and the state that it
    is to come into.
    """

    id: str
    kind: Kind
    state: State
    text: str
    area: str | None
    person: str
    at: str | None
    occurrence: str | None
    due: str | None
    wall: str | None
    repeat: str
    length_seconds: float
    left_seconds: float | None
    command: str
    important: bool
    waits_for: tuple[str, str] | None


class Agenda(msgspec.Struct, frozen=True):
    """now: UTC of the hub, by which ``due`` counts; wall: the house's clock then."""

    now: str
    wall: str
    reminders: list[Reminder]


class NewReminder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /reminders``. A timer has seconds; alarm and reminder have at, wall clock of the house.

    repeat: RRULE. area: where it is heard, null for anywhere. important: spoken in quiet hours too.
    """

    kind: Kind
    text: Text = ""
    seconds: Annotated[float, Meta(ge=0, le=1e7)] | None = None
    at: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$")] | None = None
    repeat: Annotated[str, Meta(max_length=200)] = ""
    area: Name | None = None
    person: Name = ""
    important: bool = False


class Snooze(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /reminders/{id}/snooze``."""

    minutes: Annotated[float, Meta(gt=0, le=720)] = SNOOZE / timedelta(minutes=1)


class RemindersApi:
    """Handlers over what keeps time; those that change something answer with all that is to come then."""

    def __init__(self, reminders: Reminders) -> None:
        self._reminders = reminders

    def routes(self) -> Iterable[Route]:
        one = partial(Route, scope="act", answer=Agenda)
        return [
            Route(
                method="GET", path="/reminders", handler=self._all, summary="What is to come, next first", answer=Agenda
            ),
            one(method="POST", path="/reminders", handler=self._add, summary="Add one", body=NewReminder, status=201),
            one(method="DELETE", path="/reminders/{id}", handler=self._cancel, summary="Cancel, with all that repeats"),
            one(method="POST", path="/reminders/{id}/stop", handler=self._stop, summary="Acknowledge what rings"),
            one(
                method="POST",
                path="/reminders/{id}/snooze",
                handler=self._snooze,
                summary="Let it ring again later",
                body=Snooze,
            ),
            one(method="POST", path="/reminders/{id}/pause", handler=self._pause, summary="Hold a timer"),
            one(method="POST", path="/reminders/{id}/resume", handler=self._resume, summary="Let a held timer run on"),
        ]

    async def _all(self, _: web.Request) -> web.Response:
        return self._agenda()

    async def _add(self, request: web.Request) -> web.Response:
        asked = await body_as(request, NewReminder)
        now = self._reminders.now()
        item = Item(
            new_id(now),
            asked.kind,
            " ".join(asked.text.split()),
            Place(asked.area or None, "", asked.person),
            important=asked.important,
        )
        try:
            await self._reminders.add(await self._timed(item, asked, now))
        except CannotKeep as refused:
            key = refused.told.key
            raise RequestRefused("reminder-invalid", _MESSAGES.get(key, key.replace("_", " ")), status=422) from refused
        except TooMany as full:
            raise RequestRefused("reminders-full", "too many timers and reminders; cancel some", status=409) from full
        return self._agenda(status=201)

    async def _timed(self, item: Item, asked: NewReminder, now: datetime) -> Item:
        if asked.kind == "timer":
            if asked.seconds is None:
                raise RequestRefused("reminder-invalid", "a timer needs seconds", status=422)
            length = timedelta(seconds=asked.seconds)
            check_length(length)
            return replace(item, length=length)
        if asked.at is None or (asked.kind == "reminder" and not item.text):
            raise RequestRefused("reminder-invalid", "it needs a time, and a reminder needs a text", status=422)
        try:
            at = datetime.fromisoformat(asked.at)
        except ValueError as error:
            raise RequestRefused("reminder-invalid", f"at is no time: {error}", status=422) from error
        return await MomentIntents(self._reminders).timed(item, at, asked.repeat, now)

    async def _cancel(self, request: web.Request) -> web.Response:
        await self._reminders.cancel([self._named(request)])
        return self._agenda()

    async def _stop(self, request: web.Request) -> web.Response:
        await self._reminders.stop([self._named(request)])
        return self._agenda()

    async def _snooze(self, request: web.Request) -> web.Response:
        minutes = (await body_as(request, Snooze)).minutes
        await self._reminders.snooze([self._named(request)], timedelta(minutes=minutes))
        return self._agenda()

    async def _pause(self, request: web.Request) -> web.Response:
        return await self._changed(request, paused)

    async def _resume(self, request: web.Request) -> web.Response:
        return await self._changed(request, resumed)

    async def _changed(self, request: web.Request, change: Callable[[Item, datetime], Item]) -> web.Response:
        item = self._named(request)
        if item.kind != "timer" or item.state == "ringing":
            raise RequestRefused("reminder-invalid", "only a timer that runs can be held", status=422)
        await self._reminders.change(item, change)
        return self._agenda()

    def _named(self, request: web.Request) -> Item:
        wanted = request.match_info["id"]
        for item in self._reminders.items:
            if item.id == wanted:
                return item
        raise RequestRefused("reminder-unknown", "it is not there any more; see GET /reminders", status=404)

    def _agenda(self, status: int = 200) -> web.Response:
        reminders = self._reminders
        now, zone = reminders.now(), reminders.zone
        shown = Agenda(_utc(now), _wall(now, zone), [_shown(item, zone) for item in reminders.items])
        response = json_response(shown)
        response.set_status(status)
        return response


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _wall(at: datetime, zone: ZoneInfo) -> str:
    return wall_clock(at, zone).isoformat(timespec="seconds")


def _shown(item: Item, zone: ZoneInfo) -> Reminder:
    return Reminder(
        id=item.id,
        kind=item.kind,
        state=item.state,
        text=item.text,
        area=item.place.area,
        person=item.place.person,
        at=item.at.isoformat() if item.at else None,
        occurrence=item.occurrence.isoformat() if item.occurrence else None,
        due=_utc(item.due) if item.due else None,
        wall=_wall(item.due, zone) if item.due else None,
        repeat=item.repeat,
        length_seconds=item.length.total_seconds(),
        left_seconds=item.left.total_seconds() if item.left is not None else None,
        command=item.command,
        important=item.important,
        waits_for=(item.event.entity_id, item.event.state) if item.event else None,
    )
