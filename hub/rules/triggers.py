"""What sets a rule off: the tables of ``when``."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from hub.config import EntityId
from hub.rules.kinds import (
    ClockTime,
    Days,
    HoldMinutes,
    Number,
    Payload,
    People,
    State,
    Table,
    Topic,
    Yes,
    check_one,
    check_range,
    told_days,
    told_hold,
    told_range,
)


class AtTime(Table, frozen=True, kw_only=True):
    """A time of day on the house's clock; days: only on these."""

    time: ClockTime
    days: Days | None = None

    @property
    def words(self) -> str:
        return self.time + told_days(self.days)


class AtSun(Table, frozen=True, kw_only=True):
    """offset_minutes: after sunrise or sunset, negative is before."""

    sun: Literal["sunrise", "sunset"]
    offset_minutes: Annotated[int, Meta(ge=-720, le=720)] = 0
    days: Days | None = None

    @property
    def words(self) -> str:
        side = "after" if self.offset_minutes > 0 else "before"
        away = f"{abs(self.offset_minutes)} minutes {side} " if self.offset_minutes else ""
        return away + self.sun + told_days(self.days)


class OnTopic(Table, frozen=True, kw_only=True):
    """A message on a topic filter; with nothing else, any.

    payload: all of it, exactly. pointer: the value that equals, above and below are about (RFC 6901, in a JSON
    payload); without one they are about the payload.
    """

    topic: Topic
    payload: Payload | None = None
    pointer: Annotated[str, Meta(pattern=r"^(/([^~]|~[01])*)?$", max_length=500)] | None = None
    equals: Payload | bool | int | float | None = None
    above: Number | None = None
    below: Number | None = None

    def __post_init__(self) -> None:
        given = (self.payload is not None, self.equals is not None, self.has_range)
        if sum(given) > 1:
            raise ValueError("takes only one of payload, equals, above/below")
        if self.pointer is not None and not (given[1] or given[2]):
            raise ValueError("pointer needs equals, above or below")
        check_range(self.above, self.below)

    @property
    def has_range(self) -> bool:
        return self.above is not None or self.below is not None

    @property
    def words(self) -> str:
        what = "" if self.payload is None else f" is {self.payload[:100]!r}"
        where = f" at {self.pointer}" if self.pointer else ""
        equals = "" if self.equals is None else f" is {self.equals!r}"
        return f"message on {self.topic}{where}{what}{equals}{told_range(self.above, self.below)}"


class OnEntity(Table, frozen=True, kw_only=True):
    """A device's state becomes a word, or enters a range, or cannot be known any more; for_minutes: and stays so."""

    entity: EntityId
    becomes: State | None = None
    above: Number | None = None
    below: Number | None = None
    unavailable: Yes | None = None
    for_minutes: HoldMinutes = 0.0

    def __post_init__(self) -> None:
        check_one({"becomes": self.becomes is not None, "above/below": self.has_range, "unavailable": self.gone})
        check_range(self.above, self.below)

    @property
    def has_range(self) -> bool:
        return self.above is not None or self.below is not None

    @property
    def gone(self) -> bool:
        return self.unavailable is not None

    @property
    def words(self) -> str:
        what = f" becomes {self.becomes}" if self.becomes is not None else told_range(self.above, self.below)
        return f"{self.entity}{' unavailable' if self.gone else what}{told_hold(self.for_minutes)}"


class OnPresence(Table, frozen=True, kw_only=True):
    """people: entities that are ``home`` or ``on`` while somebody is there; none: those of ``[home]``."""

    presence: Literal["someone_home", "everyone_left"]
    people: People = ()
    for_minutes: HoldMinutes = 0.0

    @property
    def words(self) -> str:
        return ("somebody came home" if self.presence == "someone_home" else "everyone left") + told_hold(
            self.for_minutes
        )


class OnStart(Table, frozen=True, kw_only=True):
    """Once, when the hub has started and knows the house."""

    start: Yes

    @property
    def words(self) -> str:
        return "the hub started"


Trigger = AtTime | AtSun | OnTopic | OnEntity | OnPresence | OnStart
