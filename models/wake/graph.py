"""Writes the speech-embedding network as ONNX: over whole windows, or streamed with the past as one input and output.

Nothing in the network is padded in time, so a row that was computed once stays what it is: each convolution needs only
the last rows that it has seen (its rows - 1), not the 68 of 76 frames that two windows share. Windows end with a step,
so every pool with a stride in time pairs the same rows in each of them.

With taps it gives in the same pass what a recogniser of commands works on: every 40 ms the embedding of the window
that ends there (the last pool at stride 1, the convolution behind it dilated) and the activations before the last two
pools, at the middle of that window.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from models.wake.layers import (
    EMBEDDING_VALUES,
    MEL_BINS,
    STEP_FRAMES,
    TAP_ROWS,
    TAP_VALUES,
    Conv,
    Floor,
    Layer,
    LeakyRelu,
    MaxPool,
)

OPSET, IR_VERSION = 17, 9  # what onnxruntime has understood since 1.13
_TIME = 2  # of the axes of every value: rooms, channels, rows, bins
_FIFTH_TO_MIDDLE = 2  # rows of 40 ms from the end of a window to its middle, as the fifth pool sees it
_FOURTH_TO_MIDDLE = 4
_END = np.iinfo(np.int64).max


def whole_graph(layers: Sequence[Layer]) -> bytes:
    """``mel`` [1, frames, 32] → ``embedding`` [windows, 96]: the network as it was published, every window at once."""
    writer = _Writer(streamed=False)
    values = writer.through(layers, writer.begin())
    rows = writer.node("Transpose", [values], perm=[0, 2, 1, 3])
    writer.node("Reshape", [rows, writer.ints(-1, EMBEDDING_VALUES)], "embedding")
    return writer.model("frames", {"embedding": ["windows", EMBEDDING_VALUES]})


def streamed_graph(layers: Sequence[Layer], *, taps: bool) -> bytes:
    """``mel`` [rooms, 8, 32], ``past`` [rooms, values] → ``embedding`` [rooms, 96], ``next`` like ``past``.

    With taps any number of steps at once: ``mel`` [rooms, 8 * steps, 32] → also ``taps`` [rooms, 2 * steps, 480],
    oldest first; the embedding is the newest.
    """
    writer = _Writer(streamed=True)
    outputs: dict[str, list[str | int]] = {"embedding": ["rooms", EMBEDDING_VALUES]}
    values = writer.begin()
    if taps:
        _tapped(writer, layers, values)
        outputs["taps"] = ["rooms", "rows", TAP_VALUES]
        return writer.model("frames", outputs)
    values = writer.through(layers, values)
    writer.node("Reshape", [values, writer.ints(-1, EMBEDDING_VALUES)], "embedding")
    return writer.model(STEP_FRAMES, outputs)


def _tapped(writer: _Writer, layers: Sequence[Layer], values: str) -> None:
    fourth, fifth = [place for place, layer in enumerate(layers) if isinstance(layer, MaxPool)][-2:]
    pool, last = layers[fifth], layers[-1]
    assert isinstance(pool, MaxPool)
    assert isinstance(last, Conv)
    values = writer.through(layers[:fourth], values)
    around_fourth = writer.without_last(writer.joined(values, _FOURTH_TO_MIDDLE + 1), _FOURTH_TO_MIDDLE)
    values = writer.through(layers[fourth:fifth], values)
    recent = writer.joined(values, _FIFTH_TO_MIDDLE + 1)
    newest = writer.pooled(writer.without_first(recent, _FIFTH_TO_MIDDLE), pool.bins)
    writer.shaped(bins=1)
    embeddings = writer.convolved(last, newest, dilation=TAP_ROWS)
    taps = (
        writer.pooled(around_fourth, 2),
        writer.pooled(writer.without_last(recent, _FIFTH_TO_MIDDLE), 1),
        embeddings,
    )
    rows = [writer.by_row(tap) for tap in taps]
    writer.node("Concat", rows, "taps", axis=2)
    newest_row = writer.node("Slice", [rows[-1], writer.ints(-1), writer.ints(_END), writer.ints(1)])
    writer.node("Reshape", [newest_row, writer.ints(-1, EMBEDDING_VALUES)], "embedding")


class _Writer:
    """Nodes one after another; knows the channels and bins of the value that was written last."""

    def __init__(self, *, streamed: bool) -> None:
        self._streamed = streamed
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._pieces: list[tuple[str, int]] = []  # of the past: where it is read, how many values
        self._kept: list[str] = []
        self._channels, self._bins = 1, MEL_BINS
        self._number, self._convolutions = count(), count()

    def begin(self) -> str:
        return self.node("Unsqueeze", ["mel", self.ints(1)])

    def through(self, layers: Sequence[Layer], values: str) -> str:
        for layer in layers:
            match layer:
                case Conv():
                    values = self.convolved(layer, values)
                case LeakyRelu(slope):
                    values = self.node("LeakyRelu", [values], alpha=slope)
                case Floor(value):
                    values = self.node("Max", [values, self.constant(np.array(value, np.float32))])
                case MaxPool(rows, bins):
                    values = self.node("MaxPool", [values], kernel_shape=[rows, bins], strides=[rows, bins])
                    self._bins //= bins
        return values

    def convolved(self, conv: Conv, values: str, *, dilation: int = 1) -> str:
        rows, width, _, outputs = conv.weights.shape
        reach = dilation * (rows - 1)
        if self._streamed and reach:
            values = self.joined(values, reach)
        name = f"conv{next(self._convolutions)}"
        weights = self.constant(np.ascontiguousarray(conv.weights.transpose(3, 2, 0, 1)), f"{name}.weight")
        self._channels, self._bins = outputs, self._bins + 2 * conv.pad_bins - width + 1
        return self.node(
            "Conv",
            [values, weights, self.constant(conv.bias, f"{name}.bias")],
            kernel_shape=[rows, width],
            dilations=[dilation, 1],
            pads=[0, conv.pad_bins, 0, conv.pad_bins],
        )

    def joined(self, values: str, rows: int) -> str:
        """The last ``rows`` rows of the steps before, then these; the last ``rows`` of both are kept."""
        piece = self._name()
        self._pieces.append((piece, rows * self._channels * self._bins))
        before = self.node("Reshape", [piece, self.ints(-1, self._channels, rows, self._bins)])
        both = self.node("Concat", [before, values], axis=_TIME)
        self._kept.append(self.node("Flatten", [self.last_rows(both, rows)], axis=1))
        return both

    def shaped(self, *, bins: int) -> None:
        self._bins = bins

    def without_first(self, values: str, rows: int) -> str:
        return self._rows(values, rows, _END)

    def without_last(self, values: str, rows: int) -> str:
        return self._rows(values, 0, -rows)

    def last_rows(self, values: str, rows: int) -> str:
        return self._rows(values, -rows, _END)

    def pooled(self, values: str, bins: int) -> str:
        """The larger of every two neighbours in time, and of ``bins`` in frequency."""
        return self.node("MaxPool", [values], kernel_shape=[2, bins], strides=[1, bins])

    def by_row(self, values: str) -> str:
        """[rooms, channels, rows, bins] → [rooms, rows, values], a channel's bins side by side."""
        return self.node("Reshape", [self.node("Transpose", [values], perm=[0, 2, 1, 3]), self.ints(0, 0, -1)])

    def node(self, operator: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        output = output or self._name()
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def constant(self, values: NDArray[Any], name: str = "") -> str:
        name = name or self._name()
        self._constants.append(numpy_helper.from_array(values, name))
        return name

    def model(self, frames: int | str, outputs: dict[str, list[str | int]]) -> bytes:
        rooms: str | int = "rooms" if self._streamed else 1
        inputs: dict[str, list[str | int]] = {"mel": [rooms, frames, MEL_BINS]}
        nodes = self._nodes
        if self._streamed:
            names, sizes = zip(*self._pieces, strict=True)
            inputs["past"] = outputs["next"] = ["rooms", sum(sizes)]
            split = helper.make_node("Split", ["past", self.ints(*sizes)], list(names), axis=1)
            nodes = [split, *nodes, helper.make_node("Concat", self._kept, ["next"], axis=1)]
        graph = helper.make_graph(nodes, "speech embedding", _values(inputs), _values(outputs), self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        content: bytes = model.SerializeToString()
        return content

    def _rows(self, values: str, start: int, end: int) -> str:
        return self.node("Slice", [values, self.ints(start), self.ints(end), self.ints(_TIME)])

    def _name(self) -> str:
        return f"v{next(self._number)}"


def _values(shapes: dict[str, list[str | int]]) -> list[ValueInfoProto]:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
