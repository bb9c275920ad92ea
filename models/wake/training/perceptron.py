"""The network of a word of one's own: two layers over the last sixteen embeddings, and how it learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

LAYER_NORM_EPSILON = 1e-5

_MOMENTUM, _VARIANCE_MEMORY, _ADAM_EPSILON = 0.9, 0.999, 1e-8  # Kingma & Ba 2015


@dataclass(frozen=True, slots=True)
class Layer:
    """y = relu(norm(x @ weights + bias) * scale + shift)."""

    weights: Values
    bias: Values
    scale: Values
    shift: Values

    @classmethod
    def random(cls, inputs: int, outputs: int, rng: np.random.Generator) -> Self:
        weights = rng.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32)
        zeros, ones = np.zeros(outputs, np.float32), np.ones(outputs, np.float32)
        return cls(weights, zeros, ones, zeros.copy())

    @property
    def values(self) -> list[Values]:
        return [self.weights, self.bias, self.scale, self.shift]


@dataclass(frozen=True, slots=True)
class _Pass:
    """What a layer's forward pass leaves for its backward pass."""

    inputs: Values
    normal: Values
    deviation: Values
    open: Values  # 0 where relu or dropout shut, else the dropout's gain


class Perceptron:
    """Inputs [n, values] → logits [n]."""

    def __init__(self, layers: list[Layer], out: Values, bias: Values) -> None:
        """out: [values, 1]. bias: [1]."""
        self.layers, self.out, self.bias = layers, out, bias

    @classmethod
    def random(cls, inputs: int, hidden: tuple[int, ...], rng: np.random.Generator) -> Self:
        sizes = [inputs, *hidden]
        layers = [Layer.random(size, following, rng) for size, following in zip(sizes, hidden, strict=False)]
        out = rng.normal(0, hidden[-1] ** -0.5, (hidden[-1], 1)).astype(np.float32)
        return cls(layers, out, np.zeros(1, np.float32))

    @property
    def values(self) -> list[Values]:
        return [*(value for layer in self.layers for value in layer.values), self.out, self.bias]

    def copy(self) -> Perceptron:
        layers = [Layer(*(value.copy() for value in layer.values)) for layer in self.layers]
        return Perceptron(layers, self.out.copy(), self.bias.copy())

    def logits(self, inputs: Values) -> Values:
        for layer in self.layers:
            normal, _ = _normal(inputs @ layer.weights + layer.bias)
            inputs = np.maximum(normal * layer.scale + layer.shift, 0)
        return (inputs @ self.out + self.bias)[:, 0]

    def gradients(self, inputs: Values, wanted: Values, *, dropout: float, rng: np.random.Generator) -> list[Values]:
        """Of the mean cross-entropy to ``wanted``, in the order of ``values``."""
        passes = []
        for layer in self.layers:
            normal, deviation = _normal(inputs @ layer.weights + layer.bias)
            before = normal * layer.scale + layer.shift
            is_open = (before > 0) & (rng.random(before.shape, np.float32) >= dropout)
            kept = is_open * np.float32(1 / (1 - dropout))
            passes.append(_Pass(inputs, normal, deviation, kept))
            inputs = before * kept
        error: Values = ((sigmoid((inputs @ self.out + self.bias)[:, 0]) - wanted) / np.float32(len(wanted)))[
            :, np.newaxis
        ]
        found = [inputs.T @ error, error.sum(axis=0)]
        back: Values = error @ self.out.T
        for layer, done in zip(reversed(self.layers), reversed(passes), strict=True):
            sums, scale, shift = _through_norm(layer, done, back * done.open)
            found = [done.inputs.T @ sums, sums.sum(axis=0), scale, shift, *found]
            if layer is not self.layers[0]:
                back = sums @ layer.weights.T
        return found


class Adam:
    """decay: of matrices, decoupled (Loshchilov & Hutter 2019)."""

    def __init__(self, network: Perceptron, *, decay: float) -> None:
        self._values, self._decay, self._step = network.values, decay, 0
        self._means = [np.zeros_like(value) for value in self._values]
        self._squares = [np.zeros_like(value) for value in self._values]

    def step(self, gradients: list[Values], rate: float) -> None:
        self._step += 1
        mean_share, square_share = 1 - _MOMENTUM**self._step, 1 - _VARIANCE_MEMORY**self._step
        for place, gradient in enumerate(gradients):
            self._means[place] += (1 - _MOMENTUM) * (gradient - self._means[place])
            self._squares[place] += (1 - _VARIANCE_MEMORY) * (gradient**2 - self._squares[place])
            if gradient.ndim > 1:
                self._values[place] *= np.float32(1 - rate * self._decay)
            deviation = np.sqrt(self._squares[place] / square_share) + _ADAM_EPSILON
            self._values[place] -= np.float32(rate) * (self._means[place] / mean_share) / deviation


def sigmoid(logits: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _normal(values: Values) -> tuple[Values, Values]:
    """Each row to mean 0 and deviation 1, and the deviation."""
    deviation = np.sqrt(values.var(axis=1, keepdims=True) + np.float32(LAYER_NORM_EPSILON))
    return (values - values.mean(axis=1, keepdims=True)) / deviation, deviation


def _through_norm(layer: Layer, done: _Pass, back: Values) -> tuple[Values, Values, Values]:
    """Gradients of the sums before the norm, and of its scale and shift. back: of what comes out of it."""
    scaled = back * layer.scale
    along = (scaled * done.normal).mean(axis=1, keepdims=True)
    sums = (scaled - scaled.mean(axis=1, keepdims=True) - done.normal * along) / done.deviation
    return sums, (back * done.normal).sum(axis=0), back.sum(axis=0)
