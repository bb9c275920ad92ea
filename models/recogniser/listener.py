"""Hears one utterance after another: sound in, and at any time the likeliest sentences of a house out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.recogniser.confidence import Calibration, confidence, evidence, margin
from models.recogniser.graph import Graph
from models.recogniser.hearing import Hearing
from models.recogniser.network import PhoneNetwork
from models.recogniser.search import Effort, Search, Sentence
from models.wake.network import Network

_AS_LIKELY = 1.0  # nats


@dataclass(frozen=True, slots=True)
class Guess:
    """words: as in the grammar. confidence: 0 to 1. score: log likelihood. goes_on: more may follow.

    complete: the grammar lets a sentence end here.
    """

    words: tuple[str, ...]
    confidence: float
    score: float
    goes_on: bool
    complete: bool = True


class Listener:
    """Both networks: the wake engine's with taps, and the phones on it. Call it from one thread at a time."""

    def __init__(self, features: Network, phones: PhoneNetwork, effort: Effort | None = None) -> None:
        self.features, self.phones = features, phones
        self.effort = effort or Effort(blank_penalty=phones.calibration.blank_penalty)

    def listen(self, graph: Graph) -> Utterance:
        return Utterance(self, graph)


class Utterance:
    """Begins in silence. graph: of what may be said."""

    def __init__(self, listener: Listener, graph: Graph) -> None:
        self._calibration = listener.phones.calibration
        self._hearing = Hearing(listener.features, listener.phones)
        self.search = Search(graph, listener.effort)
        self._so_far: tuple[int, Guess | None] = (0, None)

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Any number, at 16 kHz."""
        self.search.feed(self._hearing.feed(samples))

    def finish(self) -> None:
        """No more sound will come."""
        self.search.feed(self._hearing.finish())

    def guesses(self, most: int = 5) -> list[Guess]:
        """Likeliest first."""
        return guesses(self.search, self._calibration, most)

    def so_far(self) -> Guess | None:
        """The likeliest beginning of a sentence; a whole one where it is as likely. None: not a word yet."""
        if self.search.moves != self._so_far[0]:
            self._so_far = self.search.moves, self._best_so_far()
        return self._so_far[1]

    def _best_so_far(self) -> Guess | None:
        found = self.search.sentences(2)
        begun = self.search.begun()
        if found and found[0].score > begun.score - _AS_LIKELY:
            return _guess(self.search, self._calibration, found[0], found)
        if not begun.words:
            return None
        return replace(_guess(self.search, self._calibration, begun, [begun]), complete=False)


def guesses(search: Search, calibration: Calibration, most: int = 5) -> list[Guess]:
    """Likeliest first, of what the search was fed."""
    found = search.sentences(max(most, 2))
    return [_guess(search, calibration, sentence, found) for sentence in found[:most]]


def _guess(search: Search, calibration: Calibration, sentence: Sentence, found: Sequence[Sentence]) -> Guess:
    """found: with all others, likeliest first."""
    told = evidence(search, sentence, margin(sentence, found))
    return Guess(sentence.words, confidence(calibration, told), sentence.score, sentence.goes_on)
