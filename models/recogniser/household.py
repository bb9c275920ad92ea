"""What one household's corrections teach: when to believe the recogniser there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WRONG_COST = 3.0  # misses: a wrong action annoys more
_PULL = 2.0  # misses that a threshold must save to go one nat of odds away from the one that was shipped
_LOWEST, _HIGHEST = 0.05, 0.99


@dataclass(frozen=True, slots=True)
class Judged:
    """A turn that somebody told about. confidence: of the likeliest sentence; right: it was said."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Count:
    """Turns whose sentence was believed rightly, was not believed, and was believed wrongly."""

    right: int
    rejected: int
    wrong: int


def counted(judged: Sequence[Judged], accept: float) -> Count:
    believed = [one.right for one in judged if one.confidence >= accept]
    right = sum(believed)
    return Count(right, len(judged) - len(believed), len(believed) - right)


def household_accept(shipped: float, judged: Sequence[Judged]) -> float:
    """The confidence from which on this household's sentences are best believed.

    Least misses, wrong ones counted ``WRONG_COST`` times, and the further from ``shipped`` the more they must save:
    a few turns move it little.
    """
    sure = sorted({one.confidence for one in judged})
    middles = [(one + other) / 2 for one, other in zip([0.0, *sure], [*sure, 1.0], strict=True)]
    candidates = [shipped, *(middle for middle in middles if _LOWEST <= middle <= _HIGHEST)]

    def cost(accept: float) -> float:
        missed = sum(one.right for one in judged if one.confidence < accept)
        moved = _odds_nats(accept) - _odds_nats(shipped)
        return missed + WRONG_COST * counted(judged, accept).wrong + _PULL * moved**2

    return min(candidates, key=cost)  # the shipped one, where another is only as good


def _odds_nats(share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))
