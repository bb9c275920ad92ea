"""Writes a trained TapNetwork as ONNX nodes: a whole utterance's mel frames, with silence before them, to taps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.recogniser.second import SILENT_STEPS
from models.recogniser.training.graph_writer import GraphWriter, Weights
from models.recogniser.training.tap_network import TO_FIFTH, TO_FOURTH, TapNetwork
from models.wake.layers import STEP_FRAMES, TAP_ROWS, Conv, Floor, Layer, LeakyRelu, MaxPool

_END = np.iinfo(np.int64).max


def write_taps(writer: GraphWriter, network: TapNetwork, weights: Mapping[str, Weights]) -> str:
    """``mel`` [1, silence and frames, 32] → [1, rows of 40 ms, 480], of the frames behind the silence alone.

    weights: by the names that they have in ``network``, behind ``hears.``.
    """
    return _Taps(writer, network, weights).written()


class _Taps:
    def __init__(self, writer: GraphWriter, network: TapNetwork, weights: Mapping[str, Weights]) -> None:
        self._writer, self._network, self._weights = writer, network, weights

    def written(self) -> str:
        writer, layers = self._writer, self._network.layers
        fourth, fifth = self._network.pools
        pool, last = layers[fifth], layers[-1]
        assert isinstance(pool, MaxPool)
        assert isinstance(last, Conv)
        before_fourth = self._through(writer.one("Unsqueeze", ["mel", writer.ints(1)]), 0, fourth)
        before_fifth = self._through(before_fourth, fourth, fifth)
        place = len(self._network.convolutions) - 1
        embeddings = self._convolved(place, self._paired(before_fifth, pool.bins), 0, dilation=TAP_ROWS)
        taps = [
            self._newest(self._paired(before_fourth, 2), _rows(layers[:fourth]) - 1, TO_FOURTH),
            self._newest(self._paired(before_fifth, 1), _rows(layers[:fifth]) - 1, TO_FIFTH),
            self._newest(embeddings, _rows(layers[:fifth]) - 1 - TAP_ROWS * (len(last.weights) - 1), 0),
        ]
        return writer.one("Concat", [self._by_row(each) for each in taps], axis=2)

    def _through(self, values: str, first: int, end: int) -> str:
        writer, layers = self._writer, self._network.layers
        place = sum(isinstance(layer, Conv) for layer in layers[:first])
        for layer in layers[first:end]:
            match layer:
                case Conv():
                    values, place = self._convolved(place, values, layer.pad_bins), place + 1
                case LeakyRelu(slope):
                    values = writer.one("LeakyRelu", [values], alpha=slope)
                case Floor(value):
                    values = writer.one("Max", [values, writer.constant(np.array(value, np.float32))])
                case MaxPool(rows, bins):
                    values = writer.one("MaxPool", [values], kernel_shape=[rows, bins], strides=[rows, bins])
        return values

    def _convolved(self, place: int, values: str, pad_bins: int, *, dilation: int = 1) -> str:
        name = f"hears.convolutions.{place}"
        kernel = self._weights[f"{name}.weight"]
        bias = self._writer.constant(self._weights[f"{name}.bias"], f"{name}.bias")
        return self._writer.one(
            "Conv",
            [values, self._writer.weights(kernel, f"{name}.weight"), bias],
            kernel_shape=list(kernel.shape[2:]),
            dilations=[dilation, 1],
            pads=[0, pad_bins, 0, pad_bins],
        )

    def _paired(self, values: str, bins: int) -> str:
        return self._writer.one("MaxPool", [values], kernel_shape=[2, bins], strides=[1, bins])

    def _newest(self, values: str, silent: int, back: int) -> str:
        """Without the rows of silence alone, and without the ``back`` last ones. silent: rows that silence gives."""
        end = -back if back else _END
        slots = [self._writer.ints(place) for place in (silent - back, end, 2)]
        return self._writer.one("Slice", [values, *slots])

    def _by_row(self, values: str) -> str:
        turned = self._writer.one("Transpose", [values], perm=[0, 2, 1, 3])
        return self._writer.one("Reshape", [turned, self._writer.ints(0, 0, -1)])


def _rows(layers: Sequence[Layer]) -> int:
    """That come of the silence before an utterance."""
    rows = SILENT_STEPS * STEP_FRAMES
    for layer in layers:
        if isinstance(layer, Conv):
            rows -= layer.weights.shape[0] - 1
        elif isinstance(layer, MaxPool):
            rows //= layer.rows
    return rows
