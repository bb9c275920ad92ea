"""From scores to words heard: the rules by which a word counts, the same in satellite and hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STEP_MS = 80  # the engine scores so often


@dataclass(frozen=True, slots=True)
class Rule:
    """When a word counts.

    threshold: a score that does. trigger_level: steps in a row at or above it. refractory_seconds: pause before the
    same word counts again.
    """

    threshold: float = 0.5
    trigger_level: int = 1
    refractory_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Heard:
    """at_ms: of audio since the beginning or the last reset, up to the end of the step that told."""

    word: str
    score: float
    at_ms: int


class Decision:
    """Of one room. A word counts once each time its score rises; one that stays high must fall first."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self.reset()

    @property
    def words(self) -> list[str]:
        return list(self._rules)

    def count(self, scores: Mapping[str, float]) -> Heard | None:
        """The next step's score of every word, in order; the surest of the words that it completes."""
        self._heard_ms += STEP_MS
        heard = [self._counted(word, rule, scores[word]) for word, rule in self._rules.items() if word in scores]
        return max((one for one in heard if one), key=lambda one: one.score, default=None)

    def rearm(self) -> None:
        """Let every word count again: what is said over an answer is meant."""
        self._ready_at_ms.clear()

    def reset(self) -> None:
        """Other audio begins."""
        self._heard_ms = 0
        self._hits: dict[str, int] = {}
        self._ready_at_ms: dict[str, float] = {}

    def _counted(self, word: str, rule: Rule, score: float) -> Heard | None:
        if score < rule.threshold:
            self._hits[word] = 0
            return None
        self._hits[word] = self._hits.get(word, 0) + 1
        if self._hits[word] != rule.trigger_level or self._heard_ms < self._ready_at_ms.get(word, 0):
            return None
        self._ready_at_ms[word] = self._heard_ms + rule.refractory_seconds * 1000
        return Heard(word, score, self._heard_ms)
