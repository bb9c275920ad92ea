"""What is told of items: keys and values of docs/time.md, no language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.reminders.items import Item
from hub.stages import Told

NAMED_AT_ONCE = 10  # more are counted: nobody listens to a hundred


def timer(key: str, item: Item, now: datetime | None = None) -> Told:
    """Of a timer by its name or, with another sentence, by its length."""
    values: dict[str, Any] = {"name": item.text} if item.text else {"length": item.length}
    if now is not None:
        values["left"] = item.left_at(now)
    return Told(f"{key}_named" if item.text else key, values)


def timer_state(item: Item, now: datetime) -> Told:
    if item.state == "ringing":
        return timer("timer_over", item)
    return timer("timer_held" if item.paused else "timer_left", item, now)


def moment(key: str, item: Item, zone: ZoneInfo) -> Told:
    """Of an alarm or reminder: when it comes next, and what of."""
    values: dict[str, Any] = {"text": item.text} if item.kind == "reminder" else {}
    if item.event and item.due is None:
        return Told(f"{key}_event", {**values, "entity": item.event.entity_id, "state": item.event.state})
    values["at"] = local(item, zone)
    return Told(f"{key}_repeat", {**values, "repeat": item.repeat}) if item.repeat else Told(key, values)


def due(item: Item) -> tuple[Told, ...]:
    """What is spoken when a reminder is due."""
    if item.place.person:
        return (Told("reminder_due_person", {"person": item.place.person, "text": item.text}),)
    return (Told("reminder_due", {"text": item.text}),)


def missed(items: Sequence[Item], zone: ZoneInfo) -> tuple[Told, ...]:
    """What could not be told in time, in the order in which it was due."""
    ordered = sorted(items, key=lambda item: item.due or datetime.min.replace(tzinfo=UTC))
    told = [Told("missed", {"count": len(ordered)})]
    told += [_missed(item, zone) for item in ordered[:NAMED_AT_ONCE]]
    return (*told, *more(ordered))


def more(items: Sequence[object]) -> tuple[Told, ...]:
    return (Told("more", {"count": len(items) - NAMED_AT_ONCE}),) if len(items) > NAMED_AT_ONCE else ()


def local(item: Item, zone: ZoneInfo) -> datetime:
    assert item.due is not None
    return item.due.astimezone(zone)


def _missed(item: Item, zone: ZoneInfo) -> Told:
    at: Mapping[str, Any] = {"at": local(item, zone)}
    if item.command:
        return Told("missed_command", {"command": item.command, **at})
    if item.kind == "timer":
        named = timer("missed_timer", item)
        return Told(named.key, {**named.values, **at})
    return Told(f"missed_{item.kind}", {"text": item.text, **at} if item.kind == "reminder" else at)
