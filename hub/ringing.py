"""Timers, alarms and reminders made audible: in the room where they belong, or else where somebody is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from hub.audience import EVERYBODY, Audience
from hub.chime import bell, chime
from hub.health import SatelliteStatus
from hub.reminders.items import Item, Place
from hub.stages import Told
from wire.errors import EarshotError
from wire.pcm import Pcm

PAUSE_SECONDS = 3.0  # between two rings: time to say the wake word

Words = Callable[[Sequence[Told]], str]


class Rooms(Protocol):
    """See hub.links.satellites.Satellites."""

    def statuses(self) -> list[SatelliteStatus]: ...

    async def tell(self, text: str, *, audience: Audience, before: Callable[[int], Pcm]) -> list[str]: ...


class RoomAnnouncer:
    """Implements hub.reminders.announcer.Announcer. words: puts what is told into the house's language."""

    def __init__(self, words: Words) -> None:
        self.rooms: Rooms | None = None  # the composition root knows them last
        self.reaching: Callable[[str], Sequence[str]] = lambda _: ()  # a person's satellites, likewise
        self._words = words
        self._last = ""

    def spoken_in(self, satellite: str) -> None:
        """Somebody is there: what belongs nowhere is told there."""
        self._last = satellite

    def satellites(self) -> list[SatelliteStatus]:
        """Those that are known; none before there are rooms."""
        return self.rooms.statuses() if self.rooms else []

    async def ring(self, item: Item) -> None:
        """Until cancelled; a wake word is let through. Raises EarshotError where nobody can hear it."""
        text = self._words([_rung(item)])
        while True:
            await self._speak(text, item.place, bell)
            await asyncio.sleep(PAUSE_SECONDS)

    async def say(self, told: Sequence[Told], place: Place) -> None:
        """Raises EarshotError (reminder-unheard) unless it was heard to its end."""
        if not await self._speak(self._words(told), place, chime):
            raise EarshotError("reminder-unheard", "somebody spoke meanwhile; it is said again")

    async def _speak(self, text: str, place: Place, before: Callable[[int], Pcm]) -> list[str]:
        if self.rooms is None:
            raise EarshotError("satellite-none", "the hub is only starting")
        return await self.rooms.tell(text, audience=self._audience(self.rooms, place), before=before)

    def _audience(self, satellites: Rooms, place: Place) -> Audience:
        rooms = {status.name: status.area for status in satellites.statuses() if status.state != "lost"}
        if theirs := tuple(name for name in self.reaching(place.person) if name in rooms):
            return Audience(satellites=theirs)
        if place.satellite in rooms:
            return Audience(satellites=(place.satellite,))
        if place.area and any(area and area.casefold() == place.area.casefold() for area in rooms.values()):
            return Audience(rooms=(place.area,))
        return Audience(satellites=(self._last,)) if not place.person and self._last in rooms else EVERYBODY


def _rung(item: Item) -> Told:
    if item.kind == "alarm":
        return Told("alarm_ringing", {"at": item.occurrence or item.at, "text": item.text})
    return Told("timer_done", {"name": item.text})
