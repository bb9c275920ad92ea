"""Whether a condition holds, and what was found."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from hub.rules.conditions import Between, Condition, EntityIs, OnDays, SomeoneHome, SunIs
from hub.rules.events import Now, Snapshot
from hub.rules.home import Home
from hub.rules.hours import Span
from hub.rules.kinds import number, within
from hub.rules.schedule import weekday
from hub.stages import Entity

_UNKNOWN = {"", "unknown", "unavailable", "none"}


class Check(msgspec.Struct, frozen=True):
    """A condition in words, the value that it met, and whether it held."""

    condition: str
    value: str
    held: bool


def check(condition: Condition, now: Now, snapshot: Snapshot, home: Home) -> Check:
    """What is not known holds neither way."""
    local = home.local(now.utc)
    match condition:
        case EntityIs():
            state = known_state(snapshot.get(condition.entity))
            value, held = state or "unknown", state is not None and _fits(condition, state)
        case Between():
            value, held = f"{local:%H:%M}", Span.of(condition.between).holds(local)
        case OnDays():
            value, held = weekday(local), weekday(local) in condition.days
        case SunIs():
            assert home.sun is not None, "checked with the file"
            value = "up" if home.sun.is_up(now.utc) else "down"
            held = value == condition.sun
        case SomeoneHome():
            present = someone_home(is_home(snapshot.get(person)) for person in condition.people or home.people)
            value = {True: "somebody home", False: "nobody home", None: "unknown"}[present]
            held = present is condition.someone_home
    return Check(condition.words, value, held)


def known_state(entity: Entity | None) -> str | None:
    """None: nobody can tell; a device that cannot be reached does not count with its last word."""
    if entity is None or not entity.available or entity.state is None or entity.state in _UNKNOWN:
        return None
    return entity.state


def is_home(entity: Entity | None) -> bool | None:
    state = known_state(entity)
    return None if state is None else state in {"home", "on"}


def someone_home(people: Iterable[bool | None]) -> bool | None:
    """Of whom nothing is known, nothing is concluded; None if that is everybody."""
    known = [here for here in people if here is not None]
    return any(known) if known else None


def _fits(condition: EntityIs, state: str) -> bool:
    if condition.equals is not None:
        return state == condition.equals.lower()
    if condition.differs is not None:
        return state != condition.differs.lower()
    value = number(state)
    return value is not None and within(value, condition.above, condition.below)
