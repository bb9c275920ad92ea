"""What a household's own recordings teach about one word: a logistic regression on the embeddings that a head hears."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.errors import ModelInvalid
from models.wake.layers import EMBEDDING_VALUES

_VERSION = 1
_SHRINKAGE = 0.01  # of the weights, per standard deviation of an input; 0.001 to 0.1 measured alike
_ITERATIONS = 300
_POWER_ITERATIONS = 20
_SMALLEST_DEVIATION = 1e-3
_LOGIT_LIMIT = 50.0  # exp stays a float

Windows = NDArray[np.float32]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    word: str
    bias: float
    weights: bytes


@dataclass(frozen=True, slots=True)
class Verifier:
    """weights: [window_steps, 96], of embeddings as the network gives them."""

    word: str
    weights: NDArray[np.float32]
    bias: float

    def probabilities(self, windows: Windows) -> NDArray[np.float32]:
        """[windows, window_steps, 96] → [windows]: that the word was said, were it said half of the time."""
        logits = np.tensordot(windows, self.weights, axes=2) + self.bias
        probabilities: NDArray[np.float32] = _logistic(logits).astype(np.float32)
        return probabilities

    def to_bytes(self) -> bytes:
        return msgspec.json.encode(_File(_VERSION, self.word, self.bias, self.weights.astype("<f4").tobytes()))


def from_bytes(data: bytes) -> Verifier:
    """Nothing in the file can run. Raises ModelInvalid (wake-verifier-invalid)."""
    try:
        file = msgspec.json.decode(data, type=_File)
        weights = np.frombuffer(file.weights, "<f4").reshape(-1, EMBEDDING_VALUES).astype(np.float32)
    except (msgspec.MsgspecError, ValueError) as error:
        raise _invalid(str(error)) from error
    if file.version != _VERSION or not weights.size or not np.isfinite([*weights.flat, file.bias]).all():
        raise _invalid(f"version {file.version}, {weights.size} weights, or one that is no number")
    return Verifier(file.word, weights, file.bias)


def trained(word: str, said: Windows, others: Windows) -> Verifier:
    """said, others: [windows, window_steps, 96], with the word and without it; either side weighs one half.

    Measured with ten recordings of the word and twenty minutes without it. others must come from people and through
    the same microphones, or it learns how a microphone or a synthetic voice sounds (docs/wake-accuracy.md). Blocks for
    about a second.
    """
    inputs = np.concatenate([said, others]).reshape(len(said) + len(others), -1).astype(np.float64)
    labels = np.repeat([1.0, 0.0], [len(said), len(others)])
    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0) + _SMALLEST_DEVIATION
    shares = np.where(labels > 0, 0.5 / len(said), 0.5 / len(others))
    weights, bias = _regression((inputs - mean) / deviation, labels, shares)
    weights /= deviation
    bias -= float(weights @ mean)
    return Verifier(word, weights.reshape(said.shape[1:]).astype(np.float32), bias)


def _regression(
    inputs: NDArray[np.float64], labels: NDArray[np.float64], shares: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Accelerated gradient descent (Nesterov 1983); the step is the inverse of the steepest curvature."""
    inputs = np.hstack([inputs, np.ones((len(inputs), 1))])
    shrinkage = np.full(inputs.shape[1], _SHRINKAGE)
    shrinkage[-1] = 0  # the bias is free
    step = 1 / (_largest_eigenvalue(inputs, shares) / 4 + _SHRINKAGE)
    weights = ahead = np.zeros(inputs.shape[1])
    for iteration in range(_ITERATIONS):
        wrong = shares * (_logistic(inputs @ ahead) - labels)
        before, weights = weights, ahead - step * (inputs.T @ wrong + shrinkage * ahead)
        ahead = weights + iteration / (iteration + 3) * (weights - before)
    return weights[:-1].copy(), float(weights[-1])


def _largest_eigenvalue(inputs: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    """Of the inputs' weighted second moments, by power iteration."""
    direction = np.ones(inputs.shape[1]) / math.sqrt(inputs.shape[1])
    size = 1.0
    for _ in range(_POWER_ITERATIONS):
        direction = inputs.T @ (shares * (inputs @ direction))
        size = float(np.linalg.norm(direction))
        direction /= size
    return size


def _logistic(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    shares: NDArray[np.floating] = 1 / (1 + np.exp(-np.clip(logits, -_LOGIT_LIMIT, _LOGIT_LIMIT)))
    return shares


def _invalid(why: str) -> ModelInvalid:
    return ModelInvalid("wake-verifier-invalid", f"this is no verifier of a wake word ({why}); train it again")
