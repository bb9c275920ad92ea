"""One shape laid over what was said: how much of either the other explains."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.intent.near.called import Call
from hub.intent.near.repertoire import Repertoire
from hub.intent.near.shapes import Shape, Slot, Word

EXTRA_KNOWN = 2.0  # weight of a word that means something, and that the shape has no place for
EXTRA_NAME = 2.0  # of one that is part of some name here
EXTRA_UNKNOWN = 2.0  # of one that nobody knows
DISORDER = 0.06  # of the score, where the words stand in quite another order


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in words. near: for each, the words known here that it may be, and how surely."""

    words: tuple[str, ...]
    near: tuple[Mapping[str, float], ...]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot's words and what they mean. like in [0, 1]."""

    places: frozenset[int]
    meant: Any
    spoken: str
    like: float


@dataclass(slots=True)
class Aligned:
    """score in [0, 1]: 1 = all of the shape was said, and nothing else."""

    shape: Shape
    filled: Mapping[str, Filled]
    score: float = 0.0
    text: str = ""
    matched: int = 0  # needed words that were said

    @property
    def meaning(self) -> tuple[Any, ...]:
        """What would be done: two alignments of one meaning are no doubt."""
        fixed = tuple(item for item in self.shape.fixed if not (item[0] == "domain" and "name" in self.filled))
        return (
            self.shape.intent,
            fixed,
            self.shape.here,
            tuple(sorted((slot, str(filled.meant)) for slot, filled in self.filled.items())),
        )


@dataclass(frozen=True, slots=True)
class _Taken:
    """free: places of words that the shape has not. slots: of what links lead to. loose: words that it may have."""

    free: Collection[int]
    slots: frozenset[int]
    loose: frozenset[str]


def filled_by_call(call: Call) -> Filled:
    return Filled(frozenset(range(call.start, call.end)), call.name.written, call.name.said, call.like)


def align(shape: Shape, filled: Mapping[str, Filled], said: Said, repertoire: Repertoire) -> Aligned | None:
    """None where something was said that makes it another sentence, or two slots are in the same words."""
    free = set(range(len(said.words)))
    total = gained = 0.0
    matched = 0
    order: list[int] = []
    text: list[str] = []
    for slot in filled.values():
        if not slot.places <= free:
            return None
        free -= slot.places
    for piece in shape.pieces:
        if isinstance(piece, Slot):
            weight = repertoire.weight(piece.source)
            value = filled[piece.name]
            total, gained = total + weight, gained + weight * value.like
            order.append(min(value.places))
            text.append(value.spoken)
        elif piece.needed:
            weight = repertoire.weights[piece.said]
            total += weight
            place, like = _place(piece, said, free)
            if place is None:
                text.append(piece.said[0])
                continue
            gained, matched = gained + weight * like, matched + 1
            free.discard(place)
            order.append(place)
            text.append(said.words[place] if said.words[place] in piece.said else _likeliest(piece, said.near[place]))
    extra = _extra(shape, said, free, filled, repertoire)
    if extra is None or not total:
        return None
    score = gained / (total + extra) - DISORDER * _disorder(order)
    return Aligned(shape, filled, score, " ".join(text), matched)


def _place(piece: Word, said: Said, free: set[int]) -> tuple[int | None, float]:
    best, best_like = None, 0.0
    for place in sorted(free):
        near = said.near[place]
        like = max((near.get(word, 0.0) for word in piece.said), default=0.0)
        if like > best_like:
            best, best_like = place, like
    return best, best_like


def _likeliest(piece: Word, near: Mapping[str, float]) -> str:
    return max(piece.said, key=lambda word: near.get(word, 0.0))


def _extra(
    shape: Shape, said: Said, free: set[int], filled: Mapping[str, Filled], repertoire: Repertoire
) -> float | None:
    """What was said beside the shape; None for what changes its meaning."""
    loose = {word for piece in shape.pieces if isinstance(piece, Word) and not piece.needed for word in piece.said}
    # "in the blinds": a kind of device is no place that a link leads to
    led_to = frozenset(place for slot, value in filled.items() if slot != "device_class" for place in value.places)
    taken = _Taken(free, led_to, frozenset(loose))
    extra = 0.0
    for place in free:
        word = said.words[place]
        if word in repertoire.links | repertoire.joins and not _leads(place, said, taken, repertoire):
            extra += EXTRA_UNKNOWN
        elif word in loose or word in repertoire.fillers:
            continue
        elif word in repertoire.barriers or word[0].isdigit() or word in repertoire.number_words:
            return None
        elif word in said.names:
            extra += EXTRA_NAME
        elif said.near[place].get(word):
            extra += EXTRA_KNOWN
        else:
            extra += EXTRA_UNKNOWN
    return extra


def _leads(place: int, said: Said, taken: _Taken, repertoire: Repertoire) -> bool:
    """Whether a link stands before what it can lead to; else that was not heard: "turn off the lights in the"."""
    after = place + 1
    while after < len(said.words) and after in taken.free and said.words[after] in repertoire.fillers:
        after += 1
    if after == len(said.words):
        return False
    leads = after in taken.slots or said.words[after] in taken.loose
    return leads or (said.words[place] in repertoire.joins and after not in taken.free)


def _disorder(order: Sequence[int]) -> float:
    pairs = [(a, b) for at, a in enumerate(order) for b in order[at + 1 :]]
    return sum(a > b for a, b in pairs) / len(pairs) if pairs else 0.0
