"""What must hold for a rule to act: the tables of ``if``."""

from __future__ import annotations

from typing import Literal

import msgspec

from hub.config import EntityId
from hub.rules.kinds import (
    Days,
    Hours,
    Number,
    People,
    State,
    Table,
    check_one,
    check_range,
    told_days,
    told_range,
)


class EntityIs(Table, frozen=True, kw_only=True):
    entity: EntityId
    equals: State | None = msgspec.field(default=None, name="is")
    differs: State | None = msgspec.field(default=None, name="not")
    above: Number | None = None
    below: Number | None = None

    def __post_init__(self) -> None:
        has_range = self.above is not None or self.below is not None
        check_one({"is": self.equals is not None, "not": self.differs is not None, "above/below": has_range})
        check_range(self.above, self.below)

    @property
    def words(self) -> str:
        if self.equals is not None:
            return f"{self.entity} is {self.equals}"
        if self.differs is not None:
            return f"{self.entity} is not {self.differs}"
        return self.entity + told_range(self.above, self.below)


class Between(Table, frozen=True, kw_only=True):
    """Local time, the end not included; over midnight if the end is before the beginning."""

    between: Hours

    @property
    def words(self) -> str:
        return f"between {self.between}"


class OnDays(Table, frozen=True, kw_only=True):
    days: Days

    @property
    def words(self) -> str:
        return told_days(self.days).strip()


class SunIs(Table, frozen=True, kw_only=True):
    sun: Literal["up", "down"]

    @property
    def words(self) -> str:
        return f"sun {self.sun}"


class SomeoneHome(Table, frozen=True, kw_only=True):
    """someone_home false: nobody is. people: as of OnPresence."""

    someone_home: bool
    people: People = ()

    @property
    def words(self) -> str:
        return "somebody home" if self.someone_home else "nobody home"


Condition = EntityIs | Between | OnDays | SunIs | SomeoneHome
