"""Reminders: who is reminded of what, when or after which event; the time stands anywhere in the sentence."""

from __future__ import annotations

from typing import Any

from hub.intent.moments.elements import once
from hub.intent.moments.phrases import Sentence, Timed

_PERSON_WORDS = 3
_OF_A_DAY = {"clock", "clock12", "part", "part_today"}


def read_reminder(sentence: Sentence) -> dict[str, Any] | None:
    """The slots of a sentence that asks to be reminded; None for any other."""
    line, book = sentence.line, sentence.book
    everybody = range(len(line.tokens))
    trigger = book.trigger("remind", line.string)
    person = trigger is None
    trigger = trigger or book.trigger("remind_person", line.string)
    if trigger is None:
        return None
    before = range(line.place(trigger.start()))
    after = range(line.place(trigger.end()), everybody.stop)
    slots: dict[str, Any] = {}
    if person:
        name = _person(sentence, after)
        if not name:
            return None
        slots["person"] = line.written(name)
        after = range(name.stop, after.stop)
    return _with_time(sentence, before, [*sentence.match(trigger).rest, after], slots)


def _with_time(sentence: Sentence, before: range, parts: list[range], slots: dict[str, Any]) -> dict[str, Any] | None:
    said = sentence.moment(*parts, loose=False)
    elements, left = said.elements, said.left
    event = None
    if before:
        first = sentence.moment(before)
        if first.left:
            event = _event_before(sentence, before)
            if event is None:
                return None
        else:
            elements = first.elements + elements
    if event is None and not elements:
        event, left = _event_after(sentence, left)
    text = sentence.text(left)
    if event is not None:
        return {**slots, "text": text, "event": event}
    return {**slots, "text": text, **sentence.resolved(once(elements), alarm=False)}


def _person(sentence: Sentence, after: range) -> range:
    """Who is reminded: the words up to a time or to what it is about."""
    times = [element.first for element in sentence.moment(after, loose=False).elements]
    line = sentence.line
    markers = [
        place for place in after if place > after.start and sentence.book.markers.match(line.string, line.offset(place))
    ]
    ends = min([*times, *markers], default=after.start)
    name = range(after.start, ends)
    spoken = all(line.tokens[place].plain.isalpha() for place in name)
    return name if 0 < len(name) <= _PERSON_WORDS and spoken else range(0)


def _event_before(sentence: Sentence, before: range) -> dict[str, str] | None:
    when = sentence.book.when.match(sentence.line.string)
    if when is None:
        return None
    words = range(sentence.line.place(when.end()), before.stop)
    return _event(sentence, words) if words else None


def _event_after(sentence: Sentence, left: list[int]) -> tuple[dict[str, str] | None, list[int]]:
    """What must happen first, at the end of a sentence: only events that are known, for "when" may tell of others."""
    line = sentence.line
    for number, place in enumerate(left):
        when = sentence.book.when.match(line.string, line.offset(place))
        if when is None:
            continue
        event = _event(sentence, range(line.place(when.end()), left[-1] + 1))
        if "state" in event:
            return event, left[:number]
    return None, left


def _event(sentence: Sentence, words: range) -> dict[str, str]:
    said = {"words": sentence.line.written(words).strip(" ,;:").lower()}
    string = sentence.line.string_of(words)
    for state, whole in sentence.book.events.items():
        if found := whole.match(string):
            place = words.start + string[: found.start("name")].count(" ") if found.groupdict().get("name") else None
            named = sentence.line.written(range(place, place + found["name"].count(" "))) if place is not None else ""
            return {**said, **({"name": named.lower()} if named else {}), "state": state}
    return said


def read_repeated(sentence: Sentence) -> tuple[str, dict[str, Any]] | None:
    """As "every Tuesday at seven take out the bins": a reminder; with nothing to do, an alarm; a command is neither."""
    everything = range(len(sentence.line.tokens))
    said = sentence.moment(everything, loose=False)
    if not _begins_with_repetition(said):
        return None
    if not said.left:
        return "SetAlarm", sentence.resolved(said.elements, alarm=True)
    if sentence.line.tokens[said.left[0]].plain in sentence.book.commands or sentence.has_condition(said.left):
        return None
    return "SetReminder", {"text": sentence.text(said.left), **sentence.resolved(said.elements, alarm=False)}


def _begins_with_repetition(said: Timed) -> bool:
    """A repetition and a time of the day, both before anything else."""
    kinds = {element.kind for element in said.elements}
    first = said.left[0] if said.left else max((element.last for element in said.elements), default=0)
    return "repeat" in kinds and bool(kinds & _OF_A_DAY) and all(element.first < first for element in said.elements)
