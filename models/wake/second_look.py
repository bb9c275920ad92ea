"""A second opinion on scores that are neither sure nor nothing, before the room wakes: a word's grey band."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.wake.decision import Rule
from models.wake.engine import WakeEngine
from models.wake.layers import STEP_FRAMES, WINDOW_FRAMES
from models.wake.mel import STEP_SAMPLES
from models.wake.network import Network
from models.wake.second_look_verifier import Verifier

GREY_FROM = 0.05
AGREE = 0.7
_EMBEDDING_STEPS = -(-WINDOW_FRAMES // STEP_FRAMES)


class SecondLook(Protocol):
    def agrees(self, word: str, audio: NDArray[np.int16]) -> bool:
        """Whether ``word`` was said in the newest two seconds, up to the step whose score lies in the grey band.

        Called in the audio worker; must take less than 60 ms of the processor.
        """


@dataclass(frozen=True, slots=True)
class Grey:
    """Of one word. from_score: scores from here up to the rule's threshold are looked at twice."""

    from_score: float = GREY_FROM


def looked_at(
    scores: Mapping[str, float],
    audio: NDArray[np.int16],
    *,
    look: SecondLook,
    rules: Mapping[str, Rule],
    grey: Mapping[str, Grey],
) -> dict[str, float]:
    """The scores as the decision should count them: where the second look agrees, as high as the threshold.

    audio: as SecondLook takes it. grey: only the words that have a second look.
    """
    counted = dict(scores)
    for word, band in grey.items():
        threshold = rules[word].threshold
        if word in scores and band.from_score <= scores[word] < threshold and look.agrees(word, audio):
            counted[word] = threshold
    return counted


class VerifiedLook:
    """Implements SecondLook by a verifier for each word. agree: probability that it must reach.

    Call it from one thread at a time.
    """

    def __init__(self, network: Network, verifiers: Iterable[Verifier], *, agree: float = AGREE) -> None:
        self._engine = WakeEngine(network, [])
        self._room = self._engine.join("second look")
        self._verifiers = {verifier.word: verifier for verifier in verifiers}
        self._agree = agree

    def agrees(self, word: str, audio: NDArray[np.int16]) -> bool:
        return self.probability(word, audio) >= self._agree

    def probability(self, word: str, audio: NDArray[np.int16]) -> float:
        """What audio lacks of two seconds counts as silence before it."""
        verifier = self._verifiers[word]
        window = self.window(audio, verifier.weights.shape[0])
        return float(verifier.probabilities(window[np.newaxis])[0])

    def window(self, audio: NDArray[np.int16], steps: int) -> NDArray[np.float32]:
        """[steps, 96]: the newest embeddings, what a verifier is trained on."""
        samples = (steps + _EMBEDDING_STEPS - 1) * STEP_SAMPLES
        newest = np.pad(audio, (max(0, samples - audio.size), 0))[-samples:]
        self._engine.reset(self._room)
        embeddings = [
            self._engine.step({self._room: step})[self._room].embedding for step in newest.reshape(-1, STEP_SAMPLES)
        ]
        return np.array(embeddings[-steps:], np.float32)
