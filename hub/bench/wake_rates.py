"""From scores to wakes by the product's rule, and from wakes to rates with what they are worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from models.wake.decision import Decision, Rule

THRESHOLDS = (*(n / 100 for n in (1, 2, 3, 5, 7)), *(n / 20 for n in range(2, 20)), 0.97, 0.99)
_CONFIDENCE = 0.95
_BISECTIONS = 60


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording as one head heard it.

    scores: of every step. word_from_step: the word cannot have been heard before. looks: the second look's score at
    each step of the grey band. recorded_seconds: without the quiet around it, which wakes nobody.
    """

    scores: NDArray[np.float32]
    word_from_step: int
    looks: Mapping[int, float]
    recorded_seconds: float


@dataclass(frozen=True, slots=True)
class Policy:
    """agree: what a second look must reach to count like the rule's threshold; None for no second look."""

    rule: Rule
    agree: float | None = None


def wakes(heard: Heard, policy: Policy) -> list[int]:
    """The steps at which the word wakes the room."""
    scores, threshold = heard.scores, policy.rule.threshold
    if policy.agree is not None:
        scores = scores.copy()
        agreed = [step for step, look in heard.looks.items() if look >= policy.agree]
        scores[agreed] = np.maximum(scores[agreed], threshold)
    if scores.max(initial=0.0) < threshold:
        return []
    decision = Decision({"": policy.rule})
    return [step for step, score in enumerate(scores.tolist()) if decision.count({"": score})]


def missed(heard: Sequence[Heard], policy: Policy) -> int:
    """Of recordings of the word: those that wake nobody once it has begun. What woke before it is another matter."""
    return sum(not wakes(_from_word(one), policy) for one in heard)


def _from_word(heard: Heard) -> Heard:
    first = heard.word_from_step
    looks = {step - first: look for step, look in heard.looks.items() if step >= first}
    return replace(heard, scores=heard.scores[first:], word_from_step=0, looks=looks)


def false_wakes(heard: Sequence[Heard], policy: Policy) -> int:
    """In recordings without the word."""
    return sum(len(wakes(one, policy)) for one in heard)


def hours(heard: Sequence[Heard]) -> float:
    return sum(one.recorded_seconds for one in heard) / 3600


def most_events(counted: int) -> float:
    """95 % upper bound of a Poisson mean of which ``counted`` events were seen: 3.0 for none."""
    low, high = 0.0, 10.0 * (counted + 5)
    for _ in range(_BISECTIONS):
        mean = (low + high) / 2
        no_more = sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(counted + 1))
        low, high = (mean, high) if no_more > 1 - _CONFIDENCE else (low, mean)
    return high


def share_between(counted: int, of: int) -> tuple[float, float]:
    """95 % confidence interval of a share (Wilson 1927)."""
    z = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2)
    middle = (counted + z * z / 2) / (of + z * z)
    reach = z / (of + z * z) * math.sqrt(counted * (of - counted) / of + z * z / 4)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def curve(words: Sequence[Heard], others: Sequence[Heard], rule: Rule) -> list[tuple[float, float, float]]:
    """(threshold, share missed, false wakes an hour)."""
    every = [Policy(replace(rule, threshold=threshold)) for threshold in THRESHOLDS]
    spent = hours(others)
    return [(one.rule.threshold, missed(words, one) / len(words), false_wakes(others, one) / spent) for one in every]
