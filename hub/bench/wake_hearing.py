"""Lets a wake head hear recordings, sixteen at a time as rooms of one engine, and keeps what a second look needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from hub.bench.wake_rates import Heard
from hub.bench.wake_scenes import Scene
from models.wake.engine import WakeEngine
from models.wake.head import Head
from models.wake.layers import EMBEDDING_VALUES
from models.wake.mel import STEP_SAMPLES
from models.wake.network import Network
from models.wake.second_look_verifier import Verifier

_AT_ONCE = 16

Windows = NDArray[np.float32]


class Stopped(Exception):
    """Whoever asked for the figures wants them no more."""


@dataclass(frozen=True, slots=True)
class Take:
    """One recording as one head heard it.

    grey: by step, the embeddings that the score was made of. peak, chance: the same where the score was highest and one
    step around, and wherever chance had it.
    """

    scores: NDArray[np.float32]
    word_from_step: int
    recorded_seconds: float
    grey: Mapping[int, Windows]
    peak: Windows
    chance: Windows

    def judged(self, verifier: Verifier) -> Heard:
        looks = {step: float(verifier.probabilities(one[np.newaxis])[0]) for step, one in self.grey.items()}
        return Heard(self.scores, self.word_from_step, looks, self.recorded_seconds)


class Hearing:
    """grey: scores from the first up to the second are kept for a second look. stopped: asked between groups."""

    def __init__(
        self, network: Network, head: Head, *, grey: tuple[float, float], stopped: Callable[[], bool], seed: int
    ) -> None:
        self._engine = WakeEngine(network, [head])
        self._head = head
        self._grey = grey
        self._stopped = stopped
        self._random = np.random.default_rng(seed)

    def takes(self, scenes: Iterable[Scene]) -> Iterator[Take]:
        """In order; no more than a group of scenes is in memory. Raises Stopped."""
        waiting = iter(scenes)
        while group := list(islice(waiting, _AT_ONCE)):
            if self._stopped():
                raise Stopped
            yield from self._group(group)

    def _group(self, scenes: Sequence[Scene]) -> Iterator[Take]:
        heard = [(self._engine.join(), scene.audio.reshape(-1, STEP_SAMPLES)) for scene in scenes]
        scores = [np.zeros(len(steps), np.float32) for _, steps in heard]
        embeddings = [np.zeros((len(steps), EMBEDDING_VALUES), np.float32) for _, steps in heard]
        for now in range(max(len(steps) for _, steps in heard)):
            done = self._engine.step({room: steps[now] for room, steps in heard if now < len(steps)})
            for place, (room, _) in enumerate(heard):
                if room in done:
                    scores[place][now] = done[room].words[self._head.word]
                    embeddings[place][now] = done[room].embedding
        for room, _ in heard:
            self._engine.leave(room)
        for scene, own_scores, own_embeddings in zip(scenes, scores, embeddings, strict=True):
            yield self._take(scene, own_scores, own_embeddings)

    def _take(self, scene: Scene, scores: NDArray[np.float32], embeddings: NDArray[np.float32]) -> Take:
        low, high = self._grey
        highest = scene.word_from_step + int(scores[scene.word_from_step :].argmax())
        around = [step for step in (highest - 1, highest, highest + 1) if 0 <= step < scores.size]
        by_chance = [int(self._random.integers(scores.size)) for _ in range(2)]
        grey = np.flatnonzero((scores >= low) & (scores < high)).tolist()
        return Take(
            scores,
            scene.word_from_step,
            scene.recorded_seconds,
            {step: self._window(embeddings, step) for step in grey},
            np.stack([self._window(embeddings, step) for step in around]),
            np.stack([self._window(embeddings, step) for step in by_chance]),
        )

    def _window(self, embeddings: NDArray[np.float32], step: int) -> Windows:
        steps = self._head.window_steps
        missing = max(0, steps - 1 - step)
        return np.pad(embeddings[max(0, step + 1 - steps) : step + 1], ((missing, 0), (0, 0)), mode="edge")
