"""Cuts the text of a calendar into its events, so that a broken one spoils no other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

_NAME = re.compile(r"^(BEGIN|END):([A-Za-z-]{1,40})\s*$", re.IGNORECASE)
_UID = re.compile(r"^UID(?:;[^:\n]*)?:(.*(?:\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
_REPEATS = re.compile(r"^(RRULE|RDATE|RECURRENCE-ID)[;:]", re.IGNORECASE | re.MULTILINE)
_DAYS = re.compile(r"^(?:DTSTART|DTEND)(?:;[^:\n]*)?:(\d{8})", re.IGNORECASE | re.MULTILINE)
_LASTS = re.compile(r"^DURATION[;:]", re.IGNORECASE | re.MULTILINE)
_LEFT_OUT = frozenset({"VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"})


@dataclass(slots=True)
class Blocks:
    """head: the calendar without its events: time zones, its own properties. series: texts of events by their UID."""

    head: str
    series: dict[str, list[str]]

    def ordered(self) -> Iterator[tuple[str, list[str]]]:
        """Single events first: whatever a rule costs, they are read by then."""
        return iter(sorted(self.series.items(), key=lambda one: repeats(one[1])))


def repeats(texts: list[str]) -> bool:
    """The event takes place more than once, or differs from its series."""
    return any(map(_REPEATS.search, texts))


def elsewhen(texts: list[str], first: date, last: date) -> bool:
    """A single event of which its text shows already that it is not from ``first`` to ``last``.

    Most of a calendar is past; reading it costs a hundred times as much as this.
    """
    if len(texts) > 1 or repeats(texts) or _LASTS.search(texts[0]):
        return False
    days = _DAYS.findall(texts[0])
    return bool(days) and (max(days) < first.strftime("%Y%m%d") or min(days) > last.strftime("%Y%m%d"))


@dataclass(slots=True)
class _Cut:
    head: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def cut(text: str) -> Blocks:
    """Take ``text`` apart by its BEGIN and END lines; an event that does not end is one up to the next."""
    cut = _Cut()
    inside = ""  # of which the lines are, if not of the calendar itself
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        mark = _NAME.match(line)
        word, name = (mark[1].upper(), mark[2].upper()) if mark else ("", "")
        if word == "BEGIN" and (name == "VEVENT" or (not inside and name in _LEFT_OUT)):
            _close(cut, inside)
            inside = name
        if name == "VCALENDAR" and inside:
            _close(cut, inside)
            inside = ""
        (cut.open if inside else cut.head).append(line)
        if word == "END" and name == inside and inside:
            _close(cut, inside)
            inside = ""
    _close(cut, inside)
    series: dict[str, list[str]] = defaultdict(list)
    for number, event in enumerate(cut.events):
        series[_uid(event) or f"\0{number}"].append(event)
    return Blocks("\n".join(cut.head), series)


def _close(cut: _Cut, inside: str) -> None:
    if inside == "VEVENT":
        cut.events.append("\n".join(cut.open) + "\n")
    cut.open.clear()


def _uid(event: str) -> str:
    found = _UID.search(event)
    return re.sub(r"\n[ \t]", "", found[1]).strip() if found else ""
