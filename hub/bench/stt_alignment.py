"""Aligns what was heard with what was said, word by word or phone by phone: what was taken for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = ""

Pair = tuple[str, str]  # said and heard; NOTHING where one has no counterpart


@dataclass(frozen=True, slots=True)
class _Trail:
    """The cheapest way to here."""

    cost: int
    pair: Pair | None = None
    before: _Trail | None = None

    def on(self, pair: Pair) -> _Trail:
        return _Trail(self.cost + (pair[0] != pair[1]), pair, self)

    def pairs(self) -> list[Pair]:
        found: list[Pair] = []
        trail: _Trail | None = self
        while trail is not None and trail.pair is not None:
            found.append(trail.pair)
            trail = trail.before
        return found[::-1]


def aligned(said: Sequence[Sequence[Sequence[str]]], heard: Sequence[str]) -> list[Pair]:
    """Every pair with the fewest differences. said: word by word, in each of the ways to say it, the nearest counts."""
    row = _across(_Trail(0), heard)
    for ways in said:
        rows = [_along(row, way, heard) for way in ways]
        row = [min(column, key=lambda trail: trail.cost) for column in zip(*rows, strict=True)]
    return row[-1].pairs()


def differences(said: Sequence[str], heard: Sequence[str]) -> int:
    return sum(one != other for one, other in aligned([[said]], heard))


def _across(start: _Trail, heard: Sequence[str]) -> list[_Trail]:
    """By how much of ``heard`` was used, with nothing said."""
    row = [start]
    for each in heard:
        row.append(row[-1].on((NOTHING, each)))
    return row


def _along(row: list[_Trail], way: Sequence[str], heard: Sequence[str]) -> list[_Trail]:
    for said in way:
        following = [row[0].on((said, NOTHING))]
        for place, each in enumerate(heard):
            ways = (
                row[place].on((said, each)),
                row[place + 1].on((said, NOTHING)),
                following[-1].on((NOTHING, each)),
            )
            following.append(min(ways, key=lambda trail: trail.cost))
        row = following
    return row
