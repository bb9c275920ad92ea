"""Sentences about alarms, reminders, lists and the calendar as intents; anything else is left to others."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from hub.intent.moments.phrases import Phrasebook, Sentence
from hub.intent.moments.reminders import read_reminder, read_repeated
from hub.intent.moments.schedule import calendar_slots, day_slot, once_slots
from hub.intent.moments.vocabulary import load_vocabulary
from hub.stages import Intent

TEXT_LENGTH = 250  # characters; nobody says more in a command
_APOSTROPHES = str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}`", "''''")

_Found = tuple[str, dict[str, Any]] | None


class MomentReader:
    """Reads them in every language that words/ has a file for. languages: made ready now; others when first heard.

    A language takes 20-60 ms to be made ready.
    """

    def __init__(self, languages: Iterable[str] = ("en",)) -> None:
        self._books: dict[str, Phrasebook | None] = {}
        for language in languages:
            self._book(language)

    def read(self, text: str, language: str, now: datetime) -> Intent | None:
        """The intent of a sentence; None if it is none of ours. Never raises for any text.

        now: local time, aware. The slots are JSON; times in them are local without a zone ("2026-11-24T07:00:00").
        """
        book = self._book(language)
        if book is None or len(text) > TEXT_LENGTH:
            return None
        sentence = book.sentence(" ".join(unicodedata.normalize("NFC", text).translate(_APOSTROPHES).split()), now)
        for reading in _READINGS:
            if found := reading(sentence):
                name, slots = found
                return Intent(f"Earshot{name}", slots, "default", language, text)
        return None

    def _book(self, language: str) -> Phrasebook | None:
        base = language.replace("_", "-").partition("-")[0].lower()
        if base not in self._books:
            vocabulary = load_vocabulary(base)
            self._books[base] = Phrasebook(vocabulary) if vocabulary else None
        return self._books[base]


def _fixed(sentence: Sentence) -> _Found:
    """Sentences that say no time."""
    for key, name in (("stop", "Stop"), ("read_list", "ReadList"), ("clear_list", "ClearList")):
        if slots := sentence.whole(key):
            return name, slots.texts("list")
    if (slots := sentence.whole("snooze")) is not None:
        said = slots.plain
        length = said.get("duration") or f"{said.get('n', '')} {said.get('unit', '')}"
        minutes = sentence.book.amounts.minutes(length)
        return "Snooze", {"minutes": minutes} if minutes else {}
    for key, name in (("cancel_all_alarms", "CancelAlarm"), ("cancel_all_reminders", "CancelReminder")):
        if sentence.whole(key):
            return name, {"all": True}
    return None


def _asked(sentence: Sentence) -> _Found:
    """Questions about what is set or planned."""
    readings: Mapping[str, tuple[str, Callable[[Sentence, Any], dict[str, Any] | None]]] = {
        "alarm_status": ("AlarmStatus", lambda *_: {}),
        "reminder_status": ("ReminderStatus", day_slot),
        "calendar": ("Calendar", calendar_slots),
    }
    for key, (name, slots_of) in readings.items():
        if said := sentence.timed(key):
            slots = slots_of(sentence, said)
            return None if slots is None else (name, slots)
    return None


def _cancelled(sentence: Sentence) -> _Found:
    if (said := sentence.timed("skip_alarm")) and (when := once_slots(sentence, said)) is not None:
        return "CancelAlarm", when
    if said := sentence.timed("cancel_alarm"):
        is_day = any(element.kind in {"day", "span", "part_today"} for element in said.elements)
        once = once_slots(sentence, said) if is_day else None
        return "CancelAlarm", once or sentence.cancelled_when(said)
    return _cancelled_reminder(sentence)


def _cancelled_reminder(sentence: Sentence) -> _Found:
    """One of them all, where a day is said or it is to be skipped; else the rule with all that is to come."""
    for key in ("skip_reminder", "once_reminder", "cancel_reminder"):
        if key not in sentence.book.whole or (found := sentence.whole(key)) is None:
            continue
        said = sentence.moment(*found.rest, loose=False)
        if key == "skip_reminder" or said.elements:
            text, when = sentence.name(said.left), once_slots(sentence, said)
            return None if when is None else ("CancelReminder", {**when, "text": text} if text else when)
        if key == "cancel_reminder":
            text = sentence.text([place for part in found.rest for place in part])
            return "CancelReminder", {"text": text} if text else {}
    return None


def _alarm(sentence: Sentence) -> _Found:
    found = sentence.whole("alarm")
    if found is None:
        return None
    said = sentence.moment(*found.rest)
    if sentence.has_condition(said.left):
        return None
    text = sentence.name(said.left)
    if not said.elements and said.left:
        unknown_time = any(sentence.line.tokens[place].plain[:1].isdigit() for place in said.left)
        return ("SetAlarm", {"problem": "time", "heard": text}) if unknown_time else None
    slots = sentence.resolved(said.elements, alarm=True)
    return "SetAlarm", {**slots, "text": text} if text else slots


def _reminder(sentence: Sentence) -> _Found:
    slots = read_reminder(sentence)
    return None if slots is None else ("SetReminder", slots)


_READINGS: tuple[Callable[[Sentence], _Found], ...] = (_fixed, _asked, _cancelled, _reminder, _alarm, read_repeated)
