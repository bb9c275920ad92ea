"""What is due, what was missed, what comes next: pure, so that a year with two clock changes takes no time to test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.reminders.items import Item
from hub.reminders.recurrence import first_after, instant, latest_until, wall_clock

LATE = timedelta(minutes=15)  # later than that, nobody wants it to ring: it is told as missed
_BELIEVED_AHEAD = timedelta(hours=25)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which reminders wait, local wall clock; ``start`` later than ``end`` goes over midnight."""

    start: time
    end: time

    def end_of(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """UTC of the end of the quiet hours that ``at`` is in; None outside of them."""
        wall = wall_clock(at, zone)
        over_midnight = self.end <= self.start
        late, early = wall.time() >= self.start, wall.time() < self.end
        if not (late or early if over_midnight else late and early):
            return None
        day = wall.date() + timedelta(days=1) if over_midnight and late else wall.date()
        return instant(datetime.combine(day, self.end), zone)


@dataclass(frozen=True, slots=True)
class Agenda:
    """due: to ring, speak or carry out now. missed: too late for that, to be told. next: UTC of what comes next."""

    due: tuple[Item, ...]
    missed: tuple[Item, ...]
    next: datetime | None


def agenda(items: Iterable[Item], now: datetime, zone: ZoneInfo, quiet: Quiet | None = None) -> Agenda:
    """Asked at any ``now`` (UTC), however far from the last one. What rings already is left out.

    Of a rule that came several times since, there is one occurrence, the last.
    """
    due: list[Item] = []
    missed: list[Item] = []
    later: list[datetime] = []
    quiet_until = quiet.end_of(now, zone) if quiet else None
    for item in items:
        if item.due is None or item.state not in {"pending", "snoozed"}:
            continue
        waits = quiet_until if item.kind == "reminder" and not item.important else None
        if item.due > now or waits:
            later.append(max(item.due, waits or item.due))
            continue
        caught_up = _caught_up(item, now, zone)
        (missed if _is_late(caught_up, now, zone, quiet) else due).append(caught_up)
    return Agenda(tuple(due), tuple(missed), min(later, default=None))


def scheduled(item: Item, now: datetime, zone: ZoneInfo) -> Item:
    """The item with its next occurrence; ``done`` when there is none left. Timers, snoozes, events as they are.

    An acknowledgement from days ahead was made by a clock that was wrong: it silences nothing that is still to come.
    """
    if item.at is None or item.state == "snoozed":
        return item
    wall = wall_clock(now, zone)
    settled = wall if item.settled and item.settled > wall + _BELIEVED_AHEAD else item.settled
    skipped = tuple(moment for moment in item.skipped if settled is None or moment > settled)
    occurrence = first_after(item.at, item.repeat, settled)
    while occurrence in skipped:
        occurrence = first_after(item.at, item.repeat, occurrence)
    kept = replace(item, settled=settled, skipped=skipped, occurrence=occurrence)
    if occurrence is None:
        return replace(kept, due=None, state="done")
    return replace(kept, due=instant(occurrence, zone), state="pending")


def occurrences(item: Item, begin: datetime, end: datetime | None, most: int) -> tuple[datetime, ...]:
    """Wall clocks of what is still to come of it and not left out, from ``begin`` to before ``end``."""
    found: list[datetime] = []
    before = begin - timedelta(microseconds=1)
    after = max(item.settled, before) if item.settled else before
    while item.at is not None and len(found) < most and (moment := first_after(item.at, item.repeat, after)):
        if end is not None and moment >= end:
            break
        if moment not in item.skipped:
            found.append(moment)
        after = moment
    return tuple(found)


def acknowledged(item: Item, now: datetime, zone: ZoneInfo) -> Item:
    """What is left of an item when what rang, or was told, is done with."""
    if not item.repeat:
        return replace(item, state="done", due=None)
    return scheduled(replace(item, settled=item.occurrence or item.settled, state="pending"), now, zone)


def snoozed(item: Item, until: datetime) -> Item:
    """From here on the snooze stands for the occurrence."""
    return replace(item, settled=item.occurrence or item.settled, occurrence=None, due=until, state="snoozed")


def _caught_up(item: Item, now: datetime, zone: ZoneInfo) -> Item:
    if not item.repeat or item.at is None or item.state == "snoozed":
        return item
    latest = latest_until(item.at, item.repeat, item.settled, now, zone)
    if latest is None or latest in item.skipped:
        return item
    return replace(item, occurrence=latest, due=instant(latest, zone))


def _is_late(item: Item, now: datetime, zone: ZoneInfo, quiet: Quiet | None) -> bool:
    """A reminder that waited for the end of the quiet hours is not late."""
    assert item.due is not None
    waited = quiet.end_of(item.due, zone) if quiet and item.kind == "reminder" and not item.important else None
    return now - (waited or item.due) > LATE
