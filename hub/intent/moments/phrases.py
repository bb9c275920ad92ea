"""One sentence against one language's phrases: which of them it is, and what in it says when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile
from typing import Any

from hub.intent.moments.amounts import Amounts
from hub.intent.moments.elements import Element, Elements, once
from hub.intent.moments.lexer import Line
from hub.intent.moments.resolving import Resolver
from hub.intent.moments.vocabulary import Vocabulary


class Phrasebook:
    """A language's phrases, compiled."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        words, templates = vocabulary.words, vocabulary.templates
        self.vocabulary = vocabulary
        self.elements = Elements(vocabulary)
        self.resolver = Resolver(vocabulary)
        self.amounts = Amounts(vocabulary)
        self.whole = {key: templates.whole(map(_open, said)) for key, said in words.sentences.items()}
        self._triggers = {
            key: [templates.found(said) for said in words.sentences[key]] for key in ("remind", "remind_person")
        }
        self.polite = templates.found(*words.polite)
        self.polite_end = templates.whole(f"... {said}" for said in words.polite_end)
        self.markers = templates.found(*words.markers)
        self.when = templates.found(*words.when)
        self.events = {state: templates.whole(said) for state, said in words.events.items()}
        self.fillers = {vocabulary.plain(word) for word in words.fillers.split("|")}
        self.commands = {vocabulary.plain(word) for word in words.commands.split("|")}

    def trigger(self, key: str, string: str) -> re.Match[str] | None:
        """The first phrase of a table, wherever it stands; the longest of those that begin there."""
        found = (match for expression in self._triggers[key] if (match := expression.search(string)))
        return min(found, key=lambda match: (match.start(), -match.end()), default=None)

    def sentence(self, text: str, now: datetime) -> Sentence:
        """A sentence without its politeness."""
        line = Line(self.vocabulary.lexer.tokens(text), text)
        first, last = 0, len(line.tokens)
        while polite := self.polite.match(line.string, line.offset(first)):
            first = line.place(polite.end())
        while polite := self.polite_end.match(line.string[: line.offset(last)]):
            last = line.place(polite.end("rest"))
        return Sentence(self, Line(line.tokens[first:last], text), now)


def _open(template: str) -> str:
    """With room for a time at its end, unless it ends there (``.``)."""
    return template.removesuffix(" .") if template.endswith((" .", "...")) else f"{template} ..."


@dataclass(frozen=True, slots=True)
class Match:
    """What a phrase left open. rest: the tokens of ``...``, in two parts. plain: its slots as tokens; places: where."""

    rest: tuple[range, range]
    plain: dict[str, str]
    places: dict[str, range]
    line: Line

    def texts(self, *names: str) -> dict[str, str]:
        """Slots as people wrote them."""
        return {name: self.line.written(self.places[name]) for name in names if name in self.places}


@dataclass(frozen=True, slots=True)
class Timed:
    """The elements of some tokens, and the tokens that say something else."""

    elements: list[Element]
    left: list[int]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, said at ``now``."""

    book: Phrasebook
    line: Line
    now: datetime

    def whole(self, key: str) -> Match | None:
        """The sentence as one of the phrases of a table."""
        found = self.book.whole[key].match(self.line.string)
        return self.match(found) if found else None

    def timed(self, key: str) -> Timed | None:
        """The time in a phrase of a table that leaves room for one and for nothing else; None if none fits so."""
        readings = (self.moment(*self.match(found).rest) for found in self.book.whole[key].matches(self.line.string))
        return next((said for said in readings if not said.left), None)

    def match(self, found: re.Match[str]) -> Match:
        """A match of the sentence, by tokens."""
        places = {
            name: range(self.line.place(found.start(name)), self.line.place(found.end(name)))
            for name, said in found.groupdict().items()
            if said is not None
        }
        plain = {name: found[name].strip() for name in places}
        rest = (places.pop("rest", range(0)), places.pop("tail", range(0)))
        return Match(rest, plain, places, self.line)

    def moment(self, *parts: range, loose: bool = True) -> Timed:
        """What in some tokens says when; where nothing but fillers is left, nothing is."""
        elements = once(element for part in parts for element in self.book.elements.find(self.line, part, loose=loose))
        taken = {place for element in elements for place in range(element.first, element.last)}
        left = [place for part in parts for place in part if place not in taken]
        if loose and all(self._is_filler(place) for place in left):
            left = []
        return Timed(elements, left)

    def _is_filler(self, place: int) -> bool:
        return self.line.tokens[place].plain in self.book.fillers

    def has_condition(self, places: Sequence[int]) -> bool:
        """Whether they tell of something that must happen."""
        return any(self.book.when.match(self.line.string, self.line.offset(place)) for place in places)

    def text(self, places: Sequence[int]) -> str:
        """What is to be said of them later: as written, without what only leads to it ("to", "about")."""
        places = list(places)
        while places:
            marker = self.book.markers.match(self.line.string, self.line.offset(places[0]))
            if marker is None:
                break
            last = self.line.place(marker.end())
            places = [place for place in places if place >= last]
        return self.line.written(places).strip(" ,;:")

    def name(self, places: Sequence[int]) -> str:
        """The name of an alarm: what is left beside its time, without the small words at both ends."""
        places = list(dropwhile(self._is_filler, places))
        while places and self._is_filler(places[-1]):
            places.pop()
        return self.text(places)

    def resolved(self, elements: Sequence[Element], *, alarm: bool) -> dict[str, Any]:
        """The slots of the moment: ``when`` and ``repeat``, or ``problem`` and ``heard``."""
        moment = self.book.resolver.resolve(elements, self.now, alarm=alarm)
        heard = self.heard(moment.wrong)
        return {**moment.slots(), "heard": heard} if heard else moment.slots()

    def heard(self, elements: Iterable[Element]) -> str:
        """What was said of a time that does not exist."""
        places = [place for element in elements for place in range(element.first, element.last)]
        return self.line.written(dropwhile(self._is_filler, places))

    def cancelled_when(self, said: Timed) -> dict[str, Any]:
        """Which alarm is meant: its moment, or its day alone (``2026-11-24``)."""
        slots = self.resolved(said.elements, alarm=True) if said.elements else {}
        if slots.get("problem") != "no-time":
            return slots
        day = self.book.resolver.said(said.elements, self.now, alarm=True).day
        return {"when": (day or self.now.date()).isoformat()}
