"""What was probably said, where no sentence fits: the shapes, names and values that are nearest to the words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from hub.intent.joining import words
from hub.intent.names import HouseNames
from hub.intent.near.aligning import Aligned, Filled, Said, align, filled_by_call
from hub.intent.near.called import Call, Calls
from hub.intent.near.repertoire import PLACES, Repertoire, Value
from hub.intent.near.shapes import Shape, Slot
from hub.intent.near.words import Spelled, is_inflected

MOST_WORDS = 16  # nobody says more in one command; longer talk is none
_MOST_SHAPES = 40  # that are laid over one sentence
_MOST_FILLINGS = 3  # of one slot
_NEAR = 0.6  # alike: else a word is another
_NEAR_VALUE = 0.75
_INFLECTED, _INFLECTED_KNOWN = 0.9, 0.8  # the latter of a word that means something in this form
_OTHER_WORD = 0.5  # of its likeness is left to a word that means something itself
_SHORT = 3  # letters; so short words are others, not misheard ones
_SHORT_LIKE = 0.65
_NAMED = 0.03  # of the score: "kitchen lights" are a device that is called so, before they are the lights of a room
_MARKS = re.compile(r"[%°&+_\"()\[\]<>{}|/*-]")


_Filling = tuple[Filled, Call | None]


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest meaning, and the likeliest other one. margin: how much likelier."""

    best: Aligned
    other: Aligned | None

    @property
    def margin(self) -> float:
        return self.best.score - (self.other.score if self.other else 0.0)


class Guesser:
    """One language in one house. 10 ms of CPU a sentence, so never on the event loop."""

    def __init__(self, repertoire: Repertoire, names: HouseNames) -> None:
        self._repertoire = repertoire
        self._calls = {kind: Calls(called, repertoire.fillers) for kind, called in names.kinds.items()}
        self._called = frozenset(word for calls in self._calls.values() for word in calls.words)
        self._meaning = frozenset(repertoire.words) - repertoire.fillers
        self._own = self._meaning | self._called | repertoire.fillers
        self._spelled = Spelled(sorted(self._meaning | self._called))

    def guess(self, text: str, *, here: bool) -> Guess | None:
        """The nearest; None where nothing is near at all. here: the speaker's room is known, and fills what is open."""
        said = self._said(text)
        if said is None:
            return None
        aligned = self._aligned(said, self._fillings(said), here=here)
        if not aligned:
            return None
        best = aligned[0]
        return Guess(best, next((other for other in aligned[1:] if _is_rival(other, best)), None))

    def _fillings(self, said: Said) -> dict[str, list[_Filling]]:
        """What every slot may be filled with, the likeliest first."""
        found: dict[str, list[_Filling]] = {}
        for kind, calls in self._calls.items():
            called = calls.find(said.words, said.near, self._meaning | self._called)
            found[kind] = [(filled_by_call(call), call) for call in called]
        for source, values in self._repertoire.values.items():
            found[source] = [(filled, None) for filled in _valued(values, said)]
        numbers = list(self._numbers(said))
        for source, limits in self._repertoire.ranges.items():
            found[source] = [(filled, None) for filled in numbers if limits.start <= filled.meant <= limits.stop]
        return found

    def _said(self, text: str) -> Said | None:
        spoken = tuple(part for word in words(_MARKS.sub(" ", text)) for part in self._parted(word))
        if not 1 < len(spoken) <= MOST_WORDS:
            return None
        likeness = self._spelled.alike(spoken)
        return Said(
            spoken, tuple(self._near(word, row) for word, row in zip(spoken, likeness, strict=True)), self._called
        )

    def _parted(self, word: str) -> tuple[str, ...]:
        """Two words that were heard as one."""
        own = self._own
        if word in own or word in self._repertoire.barriers:
            return (word,)
        for at in range(len(word) - 2, 1, -1):
            if word[:at] in own and word[at:] in own:
                return word[:at], word[at:]
        return (word,)

    def _near(self, word: str, likeness: Any) -> dict[str, float]:
        known = self._spelled.words
        near: dict[str, float] = {}
        means_something = word in self._meaning or word in self._called
        for at in np.flatnonzero(likeness >= _NEAR):
            other, like = known[at], float(likeness[at])
            if other == word:
                near[other] = 1.0
            elif is_inflected(word, other):
                near[other] = _INFLECTED_KNOWN if means_something else _INFLECTED
            elif (
                (
                    len(word) <= _SHORT
                    and len(other) <= _SHORT
                    and word in self._repertoire.fillers | self._repertoire.barriers
                )
                or min(len(word), len(other)) <= _SHORT - 1
                or word[0].isdigit()
            ):
                continue
            else:
                near[other] = like * (_OTHER_WORD if means_something or word in self._repertoire.barriers else 1.0)
        if (meant := self._repertoire.short.get(word)) and word not in self._meaning:
            near[meant] = _SHORT_LIKE
        return near

    def _numbers(self, said: Said) -> Iterator[Filled]:
        """Digits, or the longest run of words that is one."""
        at = 0
        while at < len(said.words):
            if re.fullmatch(r"\d{1,3}", said.words[at]):
                yield Filled(frozenset({at}), int(said.words[at]), said.words[at], 1.0)
            for size in (4, 3, 2, 1):
                run = said.words[at : at + size]
                if run in self._repertoire.numbers and len(run) == size:
                    yield Filled(frozenset(range(at, at + size)), self._repertoire.numbers[run], " ".join(run), 1.0)
                    at += size - 1
                    break
            at += 1

    def _aligned(self, said: Said, fillings: Mapping[str, Sequence[_Filling]], *, here: bool) -> list[Aligned]:
        repertoire = self._repertoire
        heard = np.zeros(len(repertoire.columns), dtype=np.float32)
        for near in said.near:
            for word, like in near.items():
                for column in repertoire.of_word.get(word, ()):
                    heard[column] = max(heard[column], like)
        for source, found in fillings.items():
            heard[repertoire.columns[source]] = max((filled.like for filled, _ in found), default=-1.0)
        weight = 2.0 * sum(word not in repertoire.fillers for word in said.words)
        best: dict[Any, Aligned] = {}
        for shape in repertoire.likeliest(heard, weight, _MOST_SHAPES):
            for filled in _combined(shape, fillings):
                aligned = align(shape, filled, said, repertoire)
                if aligned and (aligned.meaning not in best or best[aligned.meaning].score < aligned.score):
                    best[aligned.meaning] = aligned
        ranked = sorted(best.values(), key=lambda one: one.shape.here != here)
        return sorted(ranked, key=lambda one: -one.score - _NAMED * ("name" in one.filled))


def _combined(shape: Shape, fillings: Mapping[str, Sequence[_Filling]]) -> Iterator[dict[str, Filled]]:
    """Every way to fill a shape's slots with the likeliest of what was said."""
    slots = [piece for piece in shape.pieces if isinstance(piece, Slot)]
    choices = [
        [filled for filled, call in fillings[slot.source] if call is None or _fits(call, shape)][:_MOST_FILLINGS]
        for slot in slots
    ]
    for combination in product(*choices):
        yield dict(zip((slot.name for slot in slots), combination, strict=True))


def _fits(call: Call, shape: Shape) -> bool:
    context = call.name.context
    return not context or (
        (not shape.domains or context.get("domain") in shape.domains)
        and (not shape.classes or context.get("device_class") in shape.classes)
    )


def _is_rival(other: Aligned, best: Aligned) -> bool:
    """Not one that says the same of the same words: "kitchen lights" are a device's name, or the lights of a room;
    "the lights" are those of the speaker's room, or all.
    """
    if other.shape.intent != best.shape.intent or _values(other) != _values(best):
        return True
    mine, others = ({place for place in PLACES if place in found.filled} for found in (best, other))
    if mine or others:
        return "name" not in mine or "name" in others
    return other.score > best.score


def _values(found: Aligned) -> list[tuple[str, str]]:
    return sorted((slot, str(filled.meant)) for slot, filled in found.filled.items() if slot not in PLACES)


def _valued(values: Sequence[Value], said: Said) -> list[Filled]:
    """The values that were said, the one that explains most words first."""
    found: list[tuple[float, Filled]] = []
    for value in values:
        places: set[int] = set()
        like = 1.0
        for needed in value.needed:
            options = [
                (max((said.near[at].get(word, 0.0) for word in needed), default=0.0), -at)
                for at in range(len(said.words))
                if at not in places
            ]
            best, at = max(options, default=(0.0, 0))
            if best < _NEAR_VALUE:
                break
            places.add(-at)
            like = min(like, best)
        else:
            if places:
                loose = {at for at, word in enumerate(said.words) if word in value.loose and at not in places}
                spoken = " ".join(said.words[at] for at in sorted(places | loose))
                found.append(
                    (len(places) + 0.5 * len(loose), Filled(frozenset(places | loose), value.meant, spoken, like))
                )
    return [filled for _, filled in sorted(found, key=lambda one: (-one[0], -one[1].like))[:_MOST_FILLINGS]]
