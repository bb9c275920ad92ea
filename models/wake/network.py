"""The speech-embedding network, streamed: 8 new mel frames and a state in, one embedding and the next state out.

Nothing in the network is padded in time, so a row that was computed once stays what it is: each convolution needs only
the last rows that it has seen (its rows - 1), not the 68 of 76 frames that two windows share. Windows end with a step,
so every pool with a stride in time pairs the same rows in each of them.

With taps it gives in the same pass what a recogniser of commands works on: every 40 ms the embedding of the window
that ends there (the last pool at stride 1, the convolution behind it dilated) and the activations before the last two
pools, at the middle of that window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from models.wake.layers import EMBEDDING_VALUES, STEP_FRAMES, WINDOW_FRAMES, Conv, Floor, Layer, LeakyRelu, MaxPool
from models.wake.mel import silent_frames
from models.wake.products import Matrix

TAP_ROWS, TAP_VALUES = 2, 480  # a step: 96 x 2 before the fourth pool, 96 x 2 before the fifth, the embedding's 96
_FIFTH_TO_MIDDLE = 2  # rows of 40 ms from the end of a window to its middle, as the fifth pool sees it
_FOURTH_TO_MIDDLE = 4

Values = NDArray[np.float32]  # [rooms, rows, bins, channels]; rows are time, 10 ms at first, 40 ms from the third pool


@dataclass(frozen=True, slots=True)
class Step:
    """What 80 ms give. embedding: [rooms, 96]. taps: [rooms, 2, 480], oldest first, None if not asked for."""

    embedding: NDArray[np.float32]
    state: NDArray[np.float32]
    taps: NDArray[np.float32] | None


class Network:
    """state: [rooms, state_values], all that is kept of a room's past; the caller keeps it."""

    def __init__(self, layers: Sequence[Layer], *, taps: bool = False) -> None:
        self._layers = [_runnable(layer) for layer in layers]
        self._pools = [place for place, layer in enumerate(layers) if isinstance(layer, MaxPool)]
        self._taps = taps
        self.silence = self._silence()
        self.state_values = self.silence.state.shape[1]

    def step(self, mel: NDArray[np.float32], state: NDArray[np.float32] | None) -> Step:
        """mel: [rooms, 8, 32] of the next 80 ms. state: None for a past of zeros, which no sound gives."""
        past = _Past(state)
        values = mel[..., np.newaxis]
        if self._taps:
            embeddings, taps = self._with_taps(values, past)
            return Step(embeddings[:, -1], past.next_state(), taps)
        return Step(self._through(values, self._layers, past).reshape(-1, EMBEDDING_VALUES), past.next_state(), None)

    def whole(self, mel: NDArray[np.float32]) -> NDArray[np.float32]:
        """As the network was published, every window at once. mel: [rooms, frames, 32] → [rooms, windows, 96]."""
        return self._through(mel[..., np.newaxis], self._layers, None).reshape(len(mel), -1, EMBEDDING_VALUES)

    @staticmethod
    def _through(values: Values, layers: Sequence[_Runnable], past: _Past | None) -> Values:
        for layer in layers:
            values = layer(values, past)
        return values

    def _with_taps(self, values: Values, past: _Past) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        fourth, fifth = self._pools[-2:]
        before_fourth = self._through(values, self._layers[:fourth], past)
        before_fifth = self._through(before_fourth, self._layers[fourth:fifth], past)
        recent = past.joined(before_fifth, _FIFTH_TO_MIDDLE + 1)
        last = self._layers[-1]
        assert isinstance(last, _Convolution)
        embeddings = last(_pooled_bins(_pairs(recent[:, -TAP_ROWS - 1 :]), recent.shape[2]), past, dilation=TAP_ROWS)
        middle_of_fourth = past.joined(before_fourth, _FOURTH_TO_MIDDLE + 1)[:, : TAP_ROWS + 1]
        taps = (_pooled_bins(_pairs(middle_of_fourth), 2), _pairs(recent[:, : TAP_ROWS + 1]), embeddings)
        rows = [tap.swapaxes(2, 3).reshape(len(values), TAP_ROWS, -1) for tap in taps]  # a channel's bins side by side
        return rows[-1], np.concatenate(rows, axis=2)

    def _silence(self) -> Step:
        """After a window of digital silence nothing changes any more."""
        mel = silent_frames()
        step = self.step(mel, None)
        for _ in range(2 * WINDOW_FRAMES // STEP_FRAMES):
            step = self.step(mel, step.state)
        return step


class _Past:
    """The rows that layers keep from step to step, in the order in which they ask for them."""

    def __init__(self, state: NDArray[np.float32] | None) -> None:
        self._state = state
        self._read_values = 0
        self._kept: list[NDArray[np.float32]] = []

    def joined(self, values: Values, rows: int) -> Values:
        """The last ``rows`` rows of the steps before, then these; the last ``rows`` of both are kept."""
        rooms, _, bins, channels = values.shape
        end = self._read_values + rows * bins * channels
        if self._state is None:
            before = np.zeros((rooms, rows, bins, channels), np.float32)
        else:
            before = self._state[:, self._read_values : end].reshape(rooms, rows, bins, channels)
        self._read_values = end
        both = np.concatenate([before, values], axis=1)
        self._kept.append(both[:, -rows:].reshape(rooms, -1))
        return both

    def next_state(self) -> NDArray[np.float32]:
        return np.concatenate(self._kept, axis=1)


class _Convolution:
    def __init__(self, layer: Conv) -> None:
        self._rows, self._bins, _, outputs = layer.weights.shape
        self._matrix = Matrix(layer.weights.reshape(-1, outputs))
        self._bias, self._pad_bins = layer.bias, layer.pad_bins

    def __call__(self, values: Values, past: _Past | None, *, dilation: int = 1) -> Values:
        reach = dilation * (self._rows - 1)
        if past is not None and reach:
            values = past.joined(values, reach)
        if self._pad_bins:
            padded = np.zeros((*values.shape[:2], values.shape[2] + 2 * self._pad_bins, values.shape[3]), np.float32)
            padded[:, :, self._pad_bins : -self._pad_bins] = values
            values = padded
        rooms, rows, bins, _ = values.shape
        rows, bins = rows - reach, bins - self._bins + 1
        seen = [
            values[:, row : row + rows, bin_ : bin_ + bins]
            for row in range(0, reach + 1, dilation)
            for bin_ in range(self._bins)
        ]
        columns = np.concatenate(seen, axis=3)
        outputs = self._matrix.times(columns.reshape(-1, columns.shape[3]))
        outputs += self._bias
        return outputs.reshape(rooms, rows, bins, -1)


_Runnable = Callable[[Values, _Past | None], Values]


def _runnable(layer: Layer) -> _Runnable:
    match layer:
        case Conv():
            return _Convolution(layer)
        case MaxPool(rows, bins):
            return lambda values, _past: _pooled_bins(_pooled_rows(values, rows), bins)
        case LeakyRelu(slope):
            factor = np.float32(slope)
            return lambda values, _past: np.maximum(values, values * factor, out=values)
        case Floor(value):
            least = np.float32(value)
            return lambda values, _past: np.maximum(values, least, out=values)


def _pooled_rows(values: Values, rows: int) -> Values:
    return reduce(np.maximum, (values[:, row::rows] for row in range(rows)))


def _pooled_bins(values: Values, bins: int) -> Values:
    return reduce(np.maximum, (values[:, :, bin_::bins] for bin_ in range(bins)))


def _pairs(values: Values) -> Values:
    """The larger of every two neighbours in time."""
    return np.maximum(values[:, :-1], values[:, 1:])
