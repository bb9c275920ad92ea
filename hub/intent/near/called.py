"""Names of the house in what was said, also where they were misheard: which words may stand for which name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hub.intent.joining import words
from hub.intent.names import HouseName
from hub.intent.near.words import alike, is_inflected

MOST_NAMES = 6  # that are looked at for one sentence
_LEAST = 0.62  # alike: else it is another name
_PART = 0.45
_LONGER, _SHORTER = 1, 2  # words that what was said may have more or fewer than the name


@dataclass(frozen=True, slots=True)
class Call:
    """Words ``start`` to ``end`` may be this name. like in [0, 1]."""

    start: int
    end: int
    name: HouseName
    like: float


class Calls:
    """The names of one kind (devices, rooms, floors)."""

    def __init__(self, names: Sequence[HouseName], fillers: frozenset[str]) -> None:
        self._names = names
        self._words = [tuple(words(name.said)) for name in names]
        postings: dict[str, list[int]] = {}
        for at, said in enumerate(self._words):
            for word in set(said) - fillers:
                postings.setdefault(word, []).append(at)
        self._postings = {word: np.array(found, dtype=np.intp) for word, found in postings.items()}
        self._rarity = {word: 1 / (1 + math.log(len(found))) for word, found in postings.items()}
        self._totals = np.zeros(len(names), dtype=np.float32)
        for word, found in self._postings.items():
            self._totals[found] += self._rarity[word]
        self._totals[self._totals == 0] = 1.0
        self.words = frozenset(postings)

    def find(self, said: Sequence[str], near: Sequence[Mapping[str, float]], known: frozenset[str]) -> list[Call]:
        """The likeliest first. near: for each word the known words that it may be. known: words that mean something."""
        best: dict[str, float] = {}
        for candidates in near:
            for word, like in candidates.items():
                if word in self._postings:
                    best[word] = max(best.get(word, 0.0), like)
        if not best:
            return []
        scores = np.zeros(len(self._names), dtype=np.float32)
        for word, like in best.items():
            scores[self._postings[word]] += like * self._rarity[word]
        scores /= self._totals
        likely = np.argsort(-scores, kind="stable")[: 4 * MOST_NAMES]
        calls = [call for at in likely if scores[at] > 0 for call in self._calls(int(at), said, known)]
        return sorted(calls, key=lambda call: (-call.like, call.start - call.end))[: 2 * MOST_NAMES]

    def _calls(self, at: int, said: Sequence[str], known: frozenset[str]) -> Iterable[Call]:
        """The run of words that is most like the name."""
        name = self._words[at]
        best: Call | None = None
        for size in range(max(1, len(name) - _SHORTER), len(name) + _LONGER + 1):
            for start in range(len(said) - size + 1):
                run = said[start : start + size]
                like = self._part(run, name) if set(run) < set(name) else _likeness(run, name, known)
                if best is None or like > best.like:
                    best = Call(start, start + size, self._names[at], like)
        if best is not None and best.like >= _LEAST:
            yield best

    def _part(self, run: Sequence[str], name: Sequence[str]) -> float:
        """Some words of a name: the likelier, the fewer other names have them; a "light" alone is any."""
        rarity = {word: self._rarity.get(word, 0.0) for word in name}
        return float(_PART + 0.5 * sum(rarity[word] for word in set(run)) / max(0.01, sum(rarity.values())))


def _likeness(run: Sequence[str], name: Sequence[str], known: frozenset[str]) -> float:
    """A word that means something else is no mishearing of the name's; numbers are the same or others."""
    if list(run) == list(name):
        return 1.0
    if sorted(word for word in run if word.isdigit()) != sorted(word for word in name if word.isdigit()):
        return 0.0
    others = [
        word for word in run if word in known and word not in name and not any(is_inflected(word, own) for own in name)
    ]
    whole = min(0.97, alike(" ".join(run), " ".join(name)))
    if len(run) == len(name) > 1:  # one word that is another is not made good by the rest of a long name
        whole = (whole + min(alike(one, other) for one, other in zip(run, name, strict=True))) / 2
    return whole - 0.25 * len(others)
