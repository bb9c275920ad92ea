"""Teaches a head from labelled steps: balanced, with the hardest sounds again and again, until it gets no better."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.wake.layers import EMBEDDING_VALUES
from models.wake.training.features import OTHER, WINDOW_STEPS, WORD, Embeddings, Labels
from models.wake.training.perceptron import Adam, Perceptron, Values, sigmoid

_HIDDEN = (64, 64)
_BATCH, _WORD_SHARE = 512, 1 / 3
_RATE, _DECAY, _DROPOUT = 1e-3, 0.01, 0.5
_WARM_UP = 100
_SMOOTHED = 0.02  # of what is wanted: 0.02 and 0.98, so that no score runs away
_BLUR = 1.5  # deviations of noise on embeddings, at most: real voices are further away than synthetic ones
_BLUR_VALUES = 4_000_000
_CHECK_STEPS = 100
_MINED, _MINED_FROM = 6_000, 60_000
_MINE_STEPS = 300
_PATIENCE = 5  # checks without progress


@dataclass(frozen=True, slots=True)
class Examples:
    """embeddings: [scenes, 15 + steps, 96], silence before each scene. labels: [scenes, steps]."""

    embeddings: Embeddings
    labels: Labels

    def steps(self, label: int) -> NDArray[np.intp]:
        """[n, 2]: scene and step."""
        return np.argwhere(self.labels == label)

    def windows(self, steps: NDArray[np.intp]) -> Values:
        """[n, 16, 96], that end with these steps."""
        return np.asarray(self.embeddings[steps[:, :1], steps[:, 1:] + np.arange(WINDOW_STEPS)], np.float32)


@dataclass(frozen=True, slots=True)
class Scale:
    """Of each of the 96 values over all scenes. mean, deviation: [96]."""

    mean: Values
    deviation: Values

    @classmethod
    def of(cls, found: Embeddings) -> Scale:
        heard = found.reshape(-1, EMBEDDING_VALUES)
        mean, square = heard.mean(axis=0, dtype=np.float64), np.zeros(EMBEDDING_VALUES)
        for part in np.array_split(heard, max(1, len(heard) // 10_000)):
            square += ((part - mean) ** 2).sum(axis=0)
        return cls(mean.astype(np.float32), np.sqrt(square / len(heard) + 1e-6).astype(np.float32))

    def inputs(self, windows: Values) -> Values:
        """[n, 16 * 96]."""
        return np.asarray((windows - self.mean) / self.deviation, np.float32).reshape(len(windows), -1)


def learn(
    known: Examples,
    held_out: Examples,
    scale: Scale,
    rng: np.random.Generator,
    *,
    most_steps: int,
    told: Callable[[int], None],
) -> Perceptron:
    """The network that judged the held-out voices best. told: is given the step, and may raise to end it all."""
    network = Perceptron.random(WINDOW_STEPS * EMBEDDING_VALUES, _HIDDEN, rng)
    optimiser = Adam(network, decay=_DECAY)
    best, best_loss, waited = network.copy(), np.inf, 0
    judged = _judged(held_out, scale, rng)
    for step, (inputs, wanted) in enumerate(_batches(network, known, scale, rng, most_steps), 1):
        gradients = network.gradients(inputs, wanted, dropout=_DROPOUT, rng=rng)
        cooling = 0.5 * (1 + np.cos(np.pi * step / most_steps)) + 0.01
        optimiser.step(gradients, _RATE * min(1, step / _WARM_UP) * cooling)
        if step % _CHECK_STEPS == 0:
            told(step)
            loss = judged(network)
            best, best_loss, waited = (network.copy(), loss, 0) if loss < best_loss else (best, best_loss, waited + 1)
            if waited == _PATIENCE:
                break
    return best


def _batches(
    network: Perceptron, known: Examples, scale: Scale, rng: np.random.Generator, batches: int
) -> Iterator[tuple[Values, Values]]:
    """Inputs and what is wanted. From the first mining on, half of the other sounds are those that score highest."""
    words, others = known.steps(WORD), known.steps(OTHER)
    blur = rng.standard_normal(_BLUR_VALUES, np.float32)
    word_count = round(_BATCH * _WORD_SHARE)
    wanted = np.full(_BATCH, _SMOOTHED, np.float32)
    wanted[:word_count] = 1 - _SMOOTHED
    hardest = others
    for step in range(batches):
        if step and step % _MINE_STEPS == 0:
            hardest = _hardest(network, known, scale, others[rng.integers(len(others), size=_MINED_FROM)])
        half = (_BATCH - word_count) // 2
        sizes = ((words, word_count), (hardest, half), (others, _BATCH - word_count - half))
        chosen = np.concatenate([_some(steps, count, rng) for steps, count in sizes])
        inputs = scale.inputs(known.windows(chosen))
        first = rng.integers(len(blur) - inputs.size)
        inputs += blur[first : first + inputs.size].reshape(inputs.shape) * (
            _BLUR * rng.random((_BATCH, 1), np.float32)
        )
        yield inputs, wanted


def _some(steps: NDArray[np.intp], number: int, rng: np.random.Generator) -> NDArray[np.intp]:
    return steps[rng.integers(len(steps), size=number)]


def _hardest(network: Perceptron, known: Examples, scale: Scale, steps: NDArray[np.intp]) -> NDArray[np.intp]:
    parts = np.array_split(steps, max(1, len(steps) // _BATCH))
    scores = np.concatenate([network.logits(scale.inputs(known.windows(part))) for part in parts])
    return steps[np.argsort(-scores)[: min(_MINED, len(steps) // 4)]]


def _judged(held_out: Examples, scale: Scale, rng: np.random.Generator) -> Callable[[Perceptron], float]:
    """Cross-entropy on held-out steps, words and others with the same weight."""
    chosen: Sequence[tuple[NDArray[np.intp], float]] = [
        (_some(held_out.steps(WORD), 2 * _BATCH, rng), 1.0),
        (_some(held_out.steps(OTHER), 8 * _BATCH, rng), 0.0),
    ]

    def loss(network: Perceptron) -> float:
        total = 0.0
        for steps, wanted in chosen:
            parts = np.array_split(steps, len(steps) // _BATCH)
            scores = np.concatenate([sigmoid(network.logits(scale.inputs(held_out.windows(part)))) for part in parts])
            total -= float(np.log(np.abs(1 - wanted - scores) + 1e-6).mean())
        return total

    return loss
