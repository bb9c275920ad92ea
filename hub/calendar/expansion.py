"""From the text of calendars to events with dates, within bounds; runs in a process of its own (hub.calendar)."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from typing import Any, NoReturn

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]

from hub.calendar.blocks import cut, elsewhen, repeats
from hub.calendar.event import Event, Expanded, Wanted, local_midnight, order

AGAIN_SECONDS = 0.1  # where the first signal came in a destructor, which swallows what is raised in it
SERIES_SECONDS = (
    2.0  # of processor time; a good one of many years takes 5 ms here, and the first one reads time zones too
)
TOTAL_SECONDS = 40.0  # then what was not read yet is left out
MOST_EVENTS = 50_000
MOST_OF_ONE = 1500  # times of one series: four a day for a year
_MOST_PROBLEMS = 20
_MOST_ALARMS = 5
_TEXT = 200
_TWO_DAYS = timedelta(days=2)  # more than any two zones are apart
_BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)


def expand(wanted: Wanted, clock: Callable[[], float] = time.process_time) -> Expanded:
    """Every event of the texts within the time that is wanted; one that cannot be read is named and left out."""
    reading = _Reading(wanted, clock)
    for text in wanted.texts:
        reading.read(text)
    reading.events.sort(key=order)
    return Expanded(reading.events, reading.problems[:_MOST_PROBLEMS], len(reading.problems))


class _TooLong(BaseException):
    """Not to be caught by a library on its way."""


@dataclass(frozen=True, slots=True)
class _About:
    """What an event has of its calendar and its series."""

    calendar: str
    uid: str
    single: bool


class _Reading:
    def __init__(self, wanted: Wanted, clock: Callable[[], float]) -> None:
        self._begin, self._end, self._calendar = wanted.begin, wanted.end, wanted.calendar
        self._clock, self._until = clock, clock() + TOTAL_SECONDS
        self.events: list[Event] = []
        self.problems: list[str] = []

    def read(self, text: str) -> None:
        blocks = cut(text)
        head = self._head(blocks.head)
        for uid, texts in blocks.ordered():
            if len(self.events) >= MOST_EVENTS:
                self.problems.append(f"more than {MOST_EVENTS} events; the rest is left out")
                return
            if self._clock() > self._until:
                self.problems.append(f"takes over {TOTAL_SECONDS:g} s to read; the rest is left out")
                return
            if elsewhen(texts, (self._begin - _TWO_DAYS).date(), (self._end + _TWO_DAYS).date()):
                continue
            try:
                with _limited(SERIES_SECONDS):
                    self.events += self._series(head, uid, texts)
            except _TooLong:
                self.problems.append(f"{_named(texts)}: its rule takes too long to work out")
            except _BROKEN as error:
                self.problems.append(f"{_named(texts)}: {str(error)[:120] or type(error).__name__}")

    def _head(self, text: str) -> icalendar.Calendar:
        """Reading it tells the library the calendar's own time zones."""
        try:
            with _limited(SERIES_SECONDS):
                head: Any = icalendar.Calendar.from_ical(text)
            if isinstance(head, icalendar.Calendar):
                return head
            self.problems.append("the text is no calendar")
        except _TooLong:
            self.problems.append("its time zones take too long to read")
        except _BROKEN as error:
            self.problems.append(f"its first lines or time zones: {str(error)[:120]}")
        return icalendar.Calendar()

    def _series(self, head: icalendar.Calendar, uid: str, texts: list[str]) -> list[Event]:
        """All times of one series within what is wanted, its exceptions applied."""
        calendar = icalendar.Calendar({"X-WR-TIMEZONE": head["X-WR-TIMEZONE"]} if "X-WR-TIMEZONE" in head else {})
        for text in texts:
            event: Any = icalendar.Event.from_ical(text)
            if event.errors and any(name in {"DTSTART", "DTEND", "DURATION", "RRULE"} for name, _ in event.errors):
                raise ValueError(": ".join(map(str, event.errors[0])))
            if "DTSTART" not in event:
                raise ValueError("no DTSTART")
            calendar.add_component(event)
        begin, end = self._begin.astimezone(UTC) - _TWO_DAYS, self._end.astimezone(UTC) + _TWO_DAYS
        times = recurring_ical_events.of(calendar).between(begin, end)
        if len(times) > MOST_OF_ONE:
            raise ValueError(f"takes place more than {MOST_OF_ONE} times")
        about = _About(self._calendar, "" if uid.startswith("\0") else uid[:_TEXT], single=not repeats(texts))
        found = [_event(one, about) for one in times if _takes_place(one)]
        return [event for event in found if event.within(self._begin, self._end)]


def _takes_place(event: icalendar.Event) -> bool:
    return str(event.get("STATUS", "")).upper() != "CANCELLED"


def _event(event: Any, about: _About) -> Event:
    begin, end = event.start, event.end
    return Event(
        begin=_local(begin),
        end=max(_local(begin), _local(end)),
        all_day=not isinstance(begin, datetime),
        summary=_words(event.get("SUMMARY", "")),
        location=_words(event.get("LOCATION", "")),
        calendar=about.calendar,
        uid=about.uid,
        alarms=tuple(_alarms(event, about)),
    )


def _alarms(event: Any, about: _About) -> Iterator[datetime]:
    """When its VALARMs want to be heard; those that send a letter, or cannot be read, are passed over."""
    for alarm in list(event.walk("VALARM"))[:_MOST_ALARMS]:
        trigger = alarm.get("TRIGGER")
        if str(alarm.get("ACTION", "")).upper() == "EMAIL" or trigger is None:
            continue
        moment = getattr(trigger, "dt", None)
        if isinstance(moment, timedelta):
            from_end = str(trigger.params.get("RELATED", "")).upper() == "END"
            yield (_local(event.end if from_end else event.start) + moment).astimezone()
        elif isinstance(moment, datetime) and about.single:  # in a series it would be the same for all
            yield _local(moment)


def _local(moment: date) -> datetime:
    """On this machine's clock: a time without a zone is already, a day begins at midnight."""
    return moment.astimezone() if isinstance(moment, datetime) else local_midnight(moment)


def _words(value: object) -> str:
    return " ".join(str(value).split())[:_TEXT]


def _named(texts: Sequence[str]) -> str:
    """What a person finds it by."""
    for prefix in ("SUMMARY", "UID"):
        for line in texts[0].split("\n"):
            if line.upper().startswith(prefix) and ":" in line:
                return repr(line.partition(":")[2].strip()[:60])
    return "an event"


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Let the body have so much processor time, then raise _TooLong in it."""

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
