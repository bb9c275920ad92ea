"""Hears one utterance after another: sound in, and at any time the likeliest sentences of a house out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.recogniser.graph import Graph
from models.recogniser.guesses import Guess, best_so_far, decided, guesses
from models.recogniser.hearing import Hearing
from models.recogniser.looks import Heard, Looks, looked
from models.recogniser.network import PhoneNetwork
from models.recogniser.search import Effort, Search, Sentence
from models.recogniser.second import SecondNetwork
from models.wake.mel import STEP_SAMPLES

PAUSE_STEPS = 4  # of 80 ms: as long as it may be the end
_MOST_PAUSES = 4  # that are taken for the end, in one utterance

Floats = NDArray[np.float32]


class Listener:
    """The networks: of the phones, and, where there is one, the second look's.

    Call it from one thread at a time.
    """

    def __init__(
        self,
        phones: PhoneNetwork,
        second: SecondNetwork | None = None,
        *,
        effort: Effort | None = None,
    ) -> None:
        self.phones, self.second = phones, second
        self.effort = effort or Effort(blank_penalty=phones.calibration.blank_penalty)

    @property
    def accept(self) -> float:
        """Confidence from which on what was heard in the end is believed."""
        return self.second.again.accept if self.second else self.phones.calibration.accept

    @property
    def identity(self) -> str:
        """Of the files: what was learned with these is for no others."""
        return f"{self.phones.sha256}+{self.second.sha256}" if self.second else self.phones.sha256

    def listen(self, graph: Graph) -> Utterance:
        return Utterance(self, graph)

    def hear(self, samples: NDArray[np.int16]) -> Heard:
        """A whole utterance, whatever may be said."""
        hearing = Hearing(self.phones, keep=self.second is not None)
        first = np.concatenate([hearing.feed(samples), hearing.finish()])
        return self.heard(hearing, first)

    def heard(self, hearing: Hearing, first: Floats) -> Heard:
        """hearing: that has ended. first: all that the first network made of it."""
        if self.second is None:
            return Heard(first, None)
        return Heard(first, self.second.hear(hearing.kept))

    def guesses(self, graph: Graph, heard: Heard, most: int = 5) -> list[Guess]:
        """Likeliest first."""
        along = Search(graph, self.effort)
        along.feed(heard.first)
        if self.second is None:
            return guesses(along, self.phones.calibration, most)
        again = self.second.again
        return decided(looked(graph, self.effort, heard, again.looks, along), again, most)


class Utterance:
    """Begins in silence. graph: of what may be said. search: that goes along while somebody speaks."""

    def __init__(self, listener: Listener, graph: Graph) -> None:
        self._listener, self._graph, self._second = listener, graph, listener.second
        self._calibration = listener.phones.calibration
        self._hearing = Hearing(listener.phones, keep=listener.second is not None)
        self.search = Search(graph, listener.effort)
        self._heard: list[Floats] = []
        self._looks: Looks | None = None
        self._ahead: Looks | None = None  # at what was said until the pause that goes on
        self._pauses = 0
        self._so_far: tuple[int, Guess | None] = (0, None)

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Any number, at 16 kHz."""
        for start in range(0, len(samples), STEP_SAMPLES):  # a step at most, so that any pieces are heard the same
            self._take(self._hearing.feed(samples[start : start + STEP_SAMPLES]))
            if self._second:
                self._look_ahead(self._second)

    def finish(self) -> None:
        """No more sound will come."""
        self._take(self._hearing.finish())
        if self._second is None:
            return
        if self._ahead and _words(self._ahead.found[0]) == _words(self.search.sentences(1)):
            self._looks = self._ahead
        else:
            self._looks = self._looked(self._second, self._hearing, self._heard, self.search)

    def _look_ahead(self, second: SecondNetwork) -> None:
        """In a pause that may be the end: if nothing more is said, it was, and nobody waits."""
        if self._hearing.quiet_steps < PAUSE_STEPS:
            self._ahead = None
        elif self._ahead is None and self._pauses < _MOST_PAUSES:
            self._pauses += 1
            hearing, rest = self._hearing.ended()
            self._ahead = self._looked(second, hearing, [*self._heard, rest])

    def _looked(
        self, second: SecondNetwork, hearing: Hearing, first: Sequence[Floats], along: Search | None = None
    ) -> Looks:
        heard = self._listener.heard(hearing, np.concatenate(first))
        return looked(self._graph, self._listener.effort, heard, second.again.looks, along)

    def guesses(self, most: int = 5) -> list[Guess]:
        """Likeliest first; after the end what the looks agree on."""
        if self._looks is not None and self._second:
            return decided(self._looks, self._second.again, most)
        return guesses(self.search, self._calibration, most)

    def _take(self, likelihoods: Floats) -> None:
        self.search.feed(likelihoods)
        if self._second:
            self._heard.append(likelihoods)

    def so_far(self) -> Guess | None:
        """The likeliest beginning of a sentence; a whole one where it is as likely. None: not a word yet."""
        if self.search.moves != self._so_far[0]:
            self._so_far = self.search.moves, best_so_far(self.search, self._calibration)
        return self._so_far[1]


def _words(found: Sequence[Sentence]) -> tuple[str, ...]:
    return found[0].words if found else ()
