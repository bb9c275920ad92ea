"""One wake word's network as a list of operations, and its run over the last embeddings of all rooms at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np
from numpy.typing import NDArray

from models.wake.products import Matrix

Values = NDArray[np.float32]

EMBEDDINGS = "embeddings"  # the value that a head begins with, [rooms, window_steps, 96]


@dataclass(frozen=True, slots=True)
class Operation:
    """operator: a key of OPERATORS, ``matrix``, ``mean`` or ``reshape``. axes: of a mean; of a reshape, the new shape
    of each room.
    """

    operator: str
    inputs: tuple[str, ...]
    output: str
    axes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadModel:
    """output: the name of the score [rooms, 1]. constants: by name; a ``matrix`` is [inputs, outputs]."""

    window_steps: int
    operations: tuple[Operation, ...]
    constants: Mapping[str, Values]
    output: str


def _sigmoid(values: Values) -> Values:
    half = np.float32(0.5)
    scores: Values = np.tanh(values * half) * half + half  # no overflow far from 0
    return scores


def _relu(values: Values) -> Values:
    return np.maximum(values, np.float32(0))


OPERATORS: Mapping[str, Callable[..., Values]] = {
    "add": np.add,
    "divide": np.divide,
    "greater_equal": np.greater_equal,
    "multiply": np.multiply,
    "power": np.power,
    "reciprocal": np.reciprocal,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "sqrt": np.sqrt,
    "subtract": np.subtract,
    "tanh": np.tanh,
    "where": np.where,
}


class Head:
    """word: what it listens for."""

    def __init__(self, word: str, model: HeadModel) -> None:
        self.word = word
        self.window_steps = model.window_steps
        self._constants, self._output = model.constants, model.output
        self._calls = [_call(operation, model.constants) for operation in model.operations]

    def scores(self, embeddings: Values) -> NDArray[np.float32]:
        """[rooms, window_steps, 96] → [rooms], each in [0, 1]."""
        known = {**self._constants, EMBEDDINGS: embeddings}
        for function, inputs, output in self._calls:
            known[output] = function(*[known[name] for name in inputs])
        return known[self._output].reshape(len(embeddings))


def _call(operation: Operation, constants: Mapping[str, Values]) -> tuple[Callable[..., Values], tuple[str, ...], str]:
    """What to call with which values, and the name of what it gives."""
    inputs = operation.inputs
    match operation.operator:
        case "matrix":
            return Matrix(constants[inputs[1]]).times, inputs[:1], operation.output
        case "mean":
            return partial(_mean, axes=operation.axes), inputs, operation.output
        case "reshape":
            return partial(_reshaped, shape=operation.axes), inputs, operation.output
        case operator:
            return OPERATORS[operator], inputs, operation.output


def _mean(values: Values, *, axes: tuple[int, ...]) -> Values:
    numbers = prod(values.shape[axis] for axis in axes)
    sums: Values = np.add.reduce(values, axis=axes, keepdims=True)
    return np.divide(sums, np.float32(numbers))


def _reshaped(values: Values, *, shape: tuple[int, ...]) -> Values:
    return values.reshape(len(values), *shape)
