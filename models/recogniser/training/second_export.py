"""Writes a trained second look as ONNX: a whole utterance of any length at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.recogniser.confidence import LookAgain
from models.recogniser.looks import told
from models.recogniser.shape import AHEAD_FRAMES, CONV_FRAMES
from models.recogniser.training.export import GATES, weights_of
from models.recogniser.training.graph_writer import GraphWriter, Weights, in_order
from models.recogniser.training.second_head import LEAST_POWER, LEAST_SPREAD, SecondHead
from models.recogniser.training.tap_graph import write_taps
from models.wake.layers import MEL_BINS


def whole_graph(head: SecondHead, first_sha256: str, again: LookAgain, *, bits: int = 8) -> bytes:
    """``mel`` [1, silence and frames of 10 ms, 32] → ``likelihoods`` [frames / 2, outputs] as logarithms.

    first_sha256: of the file of the first look. bits: 8, or 32 to compare with.
    """
    whole = _Whole(weights_of(head), head, quantized=bits == 8)
    outputs = whole.outputs()
    return whole.writer.model("second", {"mel": [1, "silence + frames", MEL_BINS]}, outputs, told(first_sha256, again))


class _Whole:
    """[1, frames, values] everywhere but in recurrent layers, which want frames first."""

    def __init__(self, weights: Mapping[str, Weights], head: SecondHead, *, quantized: bool) -> None:
        self._weights, self._head, self._taps = weights, head, ""
        self.writer = GraphWriter(quantized=quantized)

    def outputs(self) -> Mapping[str, list[int | str]]:
        writer, outputs = self.writer, self._head.size.outputs
        self._taps = write_taps(writer, self._head.hears, self._weights)
        known = self._known()
        both = writer.one("Concat", [self._alike(), known], axis=-1)
        heard = self._first_axis(writer.one("Relu", [writer.linear(self._weights, "enter", both)]))
        for layer in range(self._head.recurrent.num_layers):
            name, values = f"recurrent.{{}}_l{layer}", self._head.recurrent.hidden_size
            heard = self._recurrent(name, heard, values, ("", "_reverse"))
        around = writer.one("Concat", [self._first_axis(heard), known], axis=-1)
        shaped = writer.one("Reshape", [writer.linear(self._weights, "leave", around), writer.ints(-1, outputs)])
        writer.node("LogSoftmax", [shaped], ["likelihoods"], axis=-1)
        return {"likelihoods": ["frames / 2", outputs]}

    def _known(self) -> str:
        """As Head.remembered has it."""
        writer, size = self.writer, self._head.size
        scaled = writer.one("Mul", [writer.one("Sub", [self._taps, self._constant("first.mean")]), self._scale()])
        entered = writer.one("Relu", [writer.linear(self._weights, "first.enter", scaled)])
        early = writer.one("Pad", [entered, writer.ints(0, AHEAD_FRAMES, 0, 0, 0, 0)])
        turned = writer.one("Transpose", [entered], perm=[0, 2, 1])
        kernel = writer.weights(self._weights["first.around.weight"], "first.around.weight")
        convolved = writer.one(
            "Conv", [turned, kernel, self._constant("first.around.bias")], pads=[CONV_FRAMES - 1, AHEAD_FRAMES]
        )
        around = writer.one("Relu", [writer.one("Transpose", [convolved], perm=[0, 2, 1])])
        both = writer.one("Add", [early, around])
        norm = [self._constant(f"first.norm.{part}") for part in ("weight", "bias")]
        seen = self._first_axis(writer.one("LayerNormalization", [both, *norm], axis=-1, epsilon=1e-5))
        for layer in range(size.layers):
            seen = self._recurrent(f"first.recurrent.{{}}_l{layer}", seen, size.recurrent, ("",))
        ends = [writer.ints(place) for place in (AHEAD_FRAMES, 1 << 30, 1)]
        return writer.one("Slice", [self._first_axis(seen), *ends])

    def _alike(self) -> str:
        """As SecondHead has it."""
        writer = self.writer
        around = writer.one("Sub", [self._taps, writer.one("ReduceMean", [self._taps], axes=[1])])
        power = writer.one("ReduceMean", [writer.one("Mul", [around, around])], axes=[1])
        power = writer.one("Add", [power, writer.constant(np.array(LEAST_POWER, np.float32))])
        least = writer.constant(LEAST_SPREAD / self._weights["first.scale"], "least")
        return writer.one("Div", [around, writer.one("Add", [writer.one("Sqrt", [power]), least])])

    def _recurrent(self, name: str, seen: str, values: int, directions: tuple[str, ...]) -> str:
        """name: of the weights, with a place for their kind. Both directions behind each other come out."""
        writer = self.writer
        inputs, hidden = (self._gates(name.format(f"weight_{kind}"), directions) for kind in ("ih", "hh"))
        biases = [self._gates(name.format(f"bias_{kind}"), directions) for kind in ("ih", "hh")]
        output = name.format("out")
        writer.node(
            "LSTM",
            [seen, inputs, hidden, writer.one("Concat", biases, axis=1)],
            [output],
            hidden_size=values,
            direction="forward" if len(directions) == 1 else "bidirectional",
        )
        apart = writer.one("Transpose", [output], perm=[0, 2, 1, 3])  # [frames, 1, directions, values]
        return writer.one("Reshape", [apart, writer.ints(0, 0, len(directions) * values)])

    def _gates(self, name: str, directions: tuple[str, ...]) -> str:
        """[directions, gates, ...]."""
        writer, found = self.writer, []
        for direction in directions:
            values = in_order(self._weights[f"{name}{direction}"], GATES)
            written = (writer.constant if values.ndim == 1 else writer.weights)(values, f"{name}{direction}")
            found.append(writer.one("Unsqueeze", [written, writer.ints(0)]))
        return writer.one("Concat", found, axis=0)

    def _first_axis(self, values: str) -> str:
        return self.writer.one("Transpose", [values], perm=[1, 0, 2])

    def _scale(self) -> str:
        return self._constant("first.scale")

    def _constant(self, name: str) -> str:
        return self.writer.constant(self._weights[name], name)
