"""What one language can say: its shapes, ready to be looked up by words, its values and its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np
from hassil.intents import RangeSlotList
from numpy.typing import NDArray

from hub.intent.joining import base_language
from hub.intent.language import Sentences
from hub.intent.near.shapes import Shape, Slot, Word, shapes, value_branches, vocabulary
from hub.intent.spoken import number_words

# Nothing is guessed of: what "it" is, what nothing here can do, and what a wrong guess would lose or tell everybody.
_LEFT_OUT = (
    *("EarshotAlso", "HassMedia", "HassSetVolume", "HassGetWeather", "HassBroadcast", "HassRespond", "HassNevermind"),
    *("HassVacuumCleanArea", "HassList", "HassShoppingList", "HassCancel"),
)
PLACES = ("name", "area", "floor")
SLOT_WEIGHTS = {"name": 3.0, "area": 2.5, "floor": 2.5}
_VALUE_WEIGHT = 2.0
_NUMBERS = range(101)


class Manners(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """near.toml of one language."""

    fillers: tuple[str, ...]
    links: tuple[str, ...]
    joins: tuple[str, ...]
    barriers: tuple[str, ...]
    short: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Value:
    """One way to say a value of a list: needed words, each one of some, and others that may stand there."""

    needed: tuple[tuple[str, ...], ...]
    loose: frozenset[str]
    meant: Any


@cache
def manners() -> Mapping[str, Manners]:
    return msgspec.toml.decode((files("hub.intent.near") / "near.toml").read_bytes(), type=dict[str, Manners])


def is_guessed(language: str) -> bool:
    """Whether somebody wrote down which words of a language say nothing, and which change everything."""
    return base_language(language) in manners()


class Repertoire:
    """Some tenths of a second of CPU, so never made on the event loop."""

    def __init__(self, sentences: Sentences) -> None:
        told = manners()[base_language(sentences.language)]
        self.language = sentences.language
        self.fillers, self.barriers, self.short = frozenset(told.fillers), frozenset(told.barriers), told.short
        self.links, self.joins = frozenset(told.links), frozenset(told.joins)
        lists, rules = sentences.intents.slot_lists, sentences.intents.expansion_rules
        self.shapes = shapes(sentences.intents, self.fillers)
        sources = {piece.source for shape in self.shapes for piece in shape.pieces if isinstance(piece, Slot)} - set(
            PLACES
        )
        self.values = {
            source: [_value(branch, meant) for branch, meant in value_branches(lists, rules, self.fillers, source)]
            for source in sources
            if not isinstance(lists.get(source), RangeSlotList)
        }
        self.ranges = {source: found for source in sources if isinstance(found := lists.get(source), RangeSlotList)}
        self.numbers = {tuple(number_words(str(n), sentences.language).split()): n for n in _NUMBERS}
        self.number_words = frozenset(word for said in self.numbers for word in said) - self.fillers
        self._weigh()

    @property
    def words(self) -> set[str]:
        """Every word that means something in some sentence."""
        of_values = {
            word for values in self.values.values() for value in values for said in value.needed for word in said
        }
        return {*vocabulary(self.shapes), *of_values, *self.number_words}

    def _weigh(self) -> None:
        """Words that few meanings have, weigh more: "turn" says little, "off" says much."""
        meanings: dict[tuple[str, ...], set[Any]] = {}
        for shape in self.shapes:
            for said in _needed(shape):
                meanings.setdefault(said, set()).add((shape.intent, shape.fixed))
        every = len({(shape.intent, shape.fixed) for shape in self.shapes})
        self.weights = {
            said: 0.5 + 2 * (1 - math.log(len(found)) / math.log(max(2, every))) for said, found in meanings.items()
        }
        self.columns: dict[Any, int] = {
            key: at for at, key in enumerate([*self.weights, *PLACES, *self.values, *self.ranges])
        }
        rows = [
            [self.columns[said] for said in _needed(shape)] + [self.columns[slot.source] for slot in _slots(shape)]
            for shape in self.shapes
        ]
        self._starts = np.cumsum([0, *(len(row) for row in rows[:-1])])
        self._places: NDArray[np.intp] = np.array([column for row in rows for column in row], dtype=np.intp)
        self._column_weights = np.array([self.weight(key) for key in self.columns], dtype=np.float32)
        self._totals = np.add.reduceat(self._column_weights[self._places], self._starts)
        self.of_word: dict[str, list[int]] = {}
        for said in self.weights:
            for word in said:
                self.of_word.setdefault(word, []).append(self.columns[said])

    def weight(self, key: Any) -> float:
        return self.weights[key] if key in self.weights else SLOT_WEIGHTS.get(key, _VALUE_WEIGHT)

    def likeliest(self, heard: NDArray[np.float32], said: float, most: int) -> list[Shape]:
        """Shapes of which most was heard, with least of what was heard left over.

        heard: how surely each column was. said: the weight of all words that were.
        """
        found = heard * self._column_weights
        gained = np.add.reduceat(np.where(heard > 0, found, 0)[self._places], self._starts)
        lacking = np.minimum.reduceat(np.where(heard < 0, -1, 0)[self._places], self._starts)
        rank = np.where(lacking < 0, -1, gained / (self._totals + np.maximum(0, said - gained)))
        return [self.shapes[at] for at in np.argsort(-rank, kind="stable")[:most] if rank[at] > 0]


def is_guessable(shape: Shape) -> bool:
    """Others are looked up as well: where one of them is nearest, nothing is guessed."""
    return not shape.intent.startswith(_LEFT_OUT) and all(slot != "refers" for slot, _ in shape.fixed)


def _needed(shape: Shape) -> list[tuple[str, ...]]:
    return [piece.said for piece in shape.pieces if isinstance(piece, Word) and piece.needed]


def _slots(shape: Shape) -> list[Slot]:
    return [piece for piece in shape.pieces if isinstance(piece, Slot)]


def _value(branch: Iterable[Any], meant: Any) -> Value:
    pieces = [piece for piece in branch if isinstance(piece, Word)]
    needed = tuple(piece.said for piece in pieces if piece.needed)
    return Value(needed, frozenset(word for piece in pieces if not piece.needed for word in piece.said), meant)
