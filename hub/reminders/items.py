"""What is to come: one value for timers, alarms and reminders, and the room where it is heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["timer", "alarm", "reminder"]
State = Literal["pending", "ringing", "snoozed", "done"]
Change = Literal["started", "updated", "cancelled", "finished", "ringing", "stopped", "delivered"]
"""``finished``: a timer has run down. ``stopped``: rung and acknowledged, or rung for long enough. ``delivered``: a
reminder, or that something was missed, was heard; a command was carried out."""

MAX_ITEMS = 10_000
MAX_TEXT = 500  # characters of a name, a text or a command
MAX_TIMER = timedelta(days=99)
MAX_SKIPPED = 100  # occurrences of one rule that are left out ahead


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is to be heard. area: a room, None for anywhere. satellite: where it was asked for, if anywhere.

    person: whom it is for, empty for all.
    """

    area: str | None = None
    satellite: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A device comes into a state."""

    entity_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Item:
    """One timer, alarm or reminder.

    id: ULID. text: its name, or what to remember. command: a sentence that a timer carries out in place of ringing.
    at: local wall clock, without zone, of the first occurrence; None for timers and events. repeat: RRULE, empty for
    once. settled: wall clock up to which every occurrence is acknowledged. skipped: later ones that are left out.
    length: of a timer as it was made. left: of a paused timer, else None.
    due: UTC of what comes next, None while paused or while an event is waited for. occurrence: wall clock of ``due``.
    important: spoken in quiet hours too.
    """

    id: str
    kind: Kind
    text: str = ""
    place: Place = Place()
    at: datetime | None = None
    repeat: str = ""
    settled: datetime | None = None
    skipped: tuple[datetime, ...] = ()
    length: timedelta = timedelta()
    left: timedelta | None = None
    due: datetime | None = None
    occurrence: datetime | None = None
    state: State = "pending"
    command: str = ""
    event: Event | None = None
    important: bool = False

    @property
    def paused(self) -> bool:
        return self.left is not None

    def left_at(self, now: datetime) -> timedelta:
        """What a timer still has to run, never below zero."""
        if self.left is not None:
            return self.left
        return max(timedelta(), self.due - now) if self.due else timedelta()
