"""From what was said of a time to the moment that is meant, seen from now; or why there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from dateutil.rrule import rrulestr

from hub.intent.moments.amounts import Amount, Amounts
from hub.intent.moments.clock import choices, read_clock
from hub.intent.moments.days import read_day, read_span
from hub.intent.moments.elements import Element
from hub.intent.moments.repeats import SUB_DAILY, first_day, read_repeat, repeat_unit
from hub.intent.moments.vocabulary import Vocabulary

Problem = Literal["time", "no-time", "past"]
_INTERVAL = re.compile(r";INTERVAL=\d+")
_DAY_STARTS = 8 * 60  # minutes: when somebody is reminded "tomorrow"


@dataclass(frozen=True, slots=True)
class Moment:
    """when: local time. repeat: a recurrence rule. problem: why there is none. wrong: what does not exist."""

    when: datetime | None = None
    repeat: str | None = None
    problem: Problem | None = None
    wrong: tuple[Element, ...] = ()

    def slots(self) -> dict[str, Any]:
        """As an intent has it."""
        slots = {"when": self.when.isoformat() if self.when else None, "repeat": self.repeat, "problem": self.problem}
        return {name: value for name, value in slots.items() if value is not None}


@dataclass(slots=True)
class Said:
    """What the elements of one sentence come to. day: None if none was said; on_day: the slots that said it."""

    day: date | None = None
    on_day: dict[str, str] = field(default_factory=dict)
    minutes: list[int] | None = None
    today: bool = False
    flexible: bool = False  # a bare weekday: in a week, if its time has passed today
    moment: datetime | None = None
    exact_moment: bool = False
    wrong: list[Element] = field(default_factory=list)


class Resolver:
    """Resolves elements in one language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._amounts = Amounts(vocabulary)

    def resolve(self, elements: Sequence[Element], now: datetime, *, alarm: bool) -> Moment:
        """The moment that is meant. now: local, aware."""
        try:
            said = self.said(elements, now, alarm=alarm)
            if said.wrong:
                return Moment(problem="time", wrong=tuple(said.wrong))
            repeat = next((element for element in elements if element.kind == "repeat"), None)
            if repeat is not None:
                return self._repeated(repeat, said, now)
            return _once(said, now.replace(tzinfo=None), alarm=alarm)
        except (OverflowError, ValueError):  # beyond the year 9999
            return Moment(problem="time", wrong=tuple(elements))

    def said(self, elements: Sequence[Element], now: datetime, *, alarm: bool) -> Said:
        """What was said, each part by itself. Raises OverflowError, ValueError for what is beyond the calendar."""
        said, today = Said(), now.date()
        by_kind = {element.kind: element for element in elements}
        if day := by_kind.get("day"):
            said.day, said.on_day = read_day(day, self._vocabulary, today), day.groups
            said.flexible, said.today = "weekday" in day.groups, day.said == "0"
            if said.day is None:
                said.wrong.append(day)
        elif span := by_kind.get("span"):
            said.day = read_span(span.said, today)[0]
        part = by_kind.get("part") or by_kind.get("part_today") or by_kind.get("repeat")  # "every evening" is a part
        if part is not None and part.kind == "part_today":
            said.today, said.day = said.day is None, said.day or today
        self._read_clock(by_kind.get("clock") or by_kind.get("clock12"), part.said if part else None, said, alarm=alarm)
        if offset := by_kind.get("offset"):
            amount = self._amounts.read(offset.groups["duration"])
            if amount is None:
                said.wrong.append(offset)
            else:
                said.moment, said.exact_moment = amount.after(now), bool(amount.seconds)
        return said

    def _read_clock(self, element: Element | None, part: str | None, said: Said, *, alarm: bool) -> None:
        clock = read_clock(element) if element else None
        said.minutes = choices(clock, part, alarm=alarm)
        if element and (clock is None or not said.minutes):
            said.wrong.append(element)

    def _repeated(self, element: Element, said: Said, now: datetime) -> Moment:
        local = now.replace(tzinfo=None, microsecond=0)
        start = said.day or local.date()
        rule = read_repeat(element, self._vocabulary, start, on_day=said.on_day)
        if rule is None:
            return Moment(problem="time", wrong=(element,))
        if rule.startswith(SUB_DAILY):
            unit = repeat_unit(element, self._vocabulary)
            length = int(element.groups.get("n", 1)) * (60 if unit == "minute" else 3600)
            return Moment(Amount(length).after(now).replace(microsecond=0), rule)
        return Moment(_first(rule, start, said, local), rule)


def _first(rule: str, start: date, said: Said, local: datetime) -> datetime:
    """The first time of a rule that is still to come; its interval counts from there."""
    begins = _at(first_day(rule, start), (said.minutes or [_DAY_STARTS])[0])
    if begins > local:
        return begins
    following = rrulestr(_INTERVAL.sub("", rule), dtstart=begins).after(local)
    assert following is not None, "a rule without an end"
    return following


def _once(said: Said, local: datetime, *, alarm: bool) -> Moment:
    if said.moment is not None and (said.exact_moment or said.minutes is None):
        return Moment(said.moment.replace(microsecond=0))
    day = said.moment.date() if said.moment else said.day
    if said.minutes is None and (day is None or said.today or alarm):
        return Moment(problem="no-time")
    minutes = said.minutes or [_DAY_STARTS]
    if day is None:
        return Moment(min(moment for moment in _next(minutes, local) if moment > local))
    if day > local.date():
        return Moment(_at(day, minutes[0]))
    coming = [moment for moment in (_at(day, choice) for choice in minutes) if moment > local]
    if not coming and said.flexible:
        coming = [_at(day + timedelta(days=7), minutes[0])]
    return Moment(min(coming)) if coming else Moment(problem="past")


def _next(minutes: list[int], local: datetime) -> list[datetime]:
    return [_at(local.date() + timedelta(days=ahead), choice) for choice in minutes for ahead in (0, 1)]


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)
