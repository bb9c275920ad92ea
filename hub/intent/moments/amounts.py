"""Lengths of time in words: "ten minutes", "an hour and a half", "2 hours 30 minutes"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

from hub.intent.moments.vocabulary import Vocabulary

_TERM = re.compile(r"([+-]?)(\d*)([a-z]?)")
_EXACT = {"second": 1, "minute": 60, "hour": 3600}  # seconds; the longer units are days of the calendar


def evaluate(formula: str, **values: int) -> int:
    """The value of a sum such as ``60n+30``; a letter is one of ``values``."""
    total = 0
    for sign, factor, name in _TERM.findall(formula):
        if factor or name:
            total += (-1 if sign == "-" else 1) * int(factor or 1) * (values[name] if name else 1)
    return total


@dataclass(frozen=True, slots=True)
class Amount:
    """A length: seconds that pass, and days, months and years of the calendar."""

    seconds: int = 0
    calendar: relativedelta | None = None

    def after(self, now: datetime) -> datetime:
        """Local wall-clock time (naive) that much after ``now`` (aware). Raises OverflowError, ValueError."""
        passed = (now.astimezone(UTC) + timedelta(seconds=self.seconds)).astimezone(now.tzinfo).replace(tzinfo=None)
        return passed + self.calendar if self.calendar else passed


class Amounts:
    """Reads them, in one language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._units = vocabulary.units
        self._articles = vocabulary.articles
        self._fixed = [
            (minutes, vocabulary.templates.whole(phrases)) for minutes, phrases in vocabulary.words.durations.items()
        ]
        units = sorted(self._units, key=len, reverse=True)
        self._one = re.compile(rf"(\S+) ({'|'.join(map(re.escape, units))})(?!\S)")

    def read(self, said: str) -> Amount | None:
        """The amount of plain words; None for nothing at all ("0 minutes")."""
        for minutes, whole in self._fixed:
            if found := whole.match(f"{said} "):
                return Amount(60 * evaluate(minutes, n=int(found.groupdict().get("n") or 0)))
        seconds, calendar = 0.0, relativedelta()
        for count, unit in self._one.findall(said):
            number = 1.0 if count in self._articles else float(count.replace(",", "."))
            kind = self._units[unit]
            if kind in _EXACT:
                seconds += number * _EXACT[kind]
            else:
                calendar += relativedelta(**{f"{kind}s": int(number)})  # type: ignore[arg-type]
        return Amount(round(seconds), calendar or None) if seconds or calendar else None

    def minutes(self, said: str) -> int | None:
        """The amount in whole minutes; None if it is no time of the clock."""
        amount = self.read(said)
        return None if amount is None or amount.calendar else round(amount.seconds / 60) or 1
