"""Writes a trained second look as ONNX: a whole utterance of any length at once; and reads it back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from models.recogniser.confidence import LookAgain
from models.recogniser.looks import told
from models.recogniser.training.export import BACK, GATES, weights_of
from models.recogniser.training.graph_writer import GraphWriter, Shape, Weights, in_order, read_weights
from models.recogniser.training.head import Head, Size
from models.recogniser.training.second_head import LEAST_POWER, SecondHead
from models.wake.layers import TAP_VALUES

_DIRECTIONS = "", "_reverse"
_KINDS = "weight_ih", "weight_hh", "bias_ih", "bias_hh"


def whole_graph(head: SecondHead, first_sha256: str, again: LookAgain, *, bits: int = 8) -> bytes:
    """``taps`` [1, rows, 480], ``known`` [1, rows, values] → ``likelihoods`` [2 * rows, outputs] as logarithms.

    first_sha256: of the file of the first look. bits: 8, or 32 to compare with.
    """
    whole = _Whole(weights_of(head), head, quantized=bits == 8)
    outputs = whole.outputs()
    known = head.enter.in_features - TAP_VALUES
    inputs: dict[str, Shape] = {"taps": [1, "rows", TAP_VALUES], "known": [1, "rows", known]}
    return whole.writer.model("second", inputs, outputs, told(first_sha256, again))


def read_second(model: bytes, first: Head) -> SecondHead:
    """As it runs: its weights are those of 8 bits. first: that it belongs to."""
    found = read_weights(model)
    layers = sum(name.startswith("recurrent.weight_ih") for name in found) // len(_DIRECTIONS)
    recurrent = found["recurrent.weight_hh_l0"].shape[1]
    head = SecondHead(first, Size(first.size.outputs, len(found["enter.bias"]), recurrent, layers))
    weights = {name: found[name] for name in head.state_dict() if name in found}
    names = [name for name in weights if name.startswith("recurrent.")]
    weights |= {name: in_order(found[name], BACK) for name in names}
    head.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in weights.items()})
    return head.eval()


class _Whole:
    """[1, rows, values] everywhere but in recurrent layers, which want rows first."""

    def __init__(self, weights: Mapping[str, Weights], head: SecondHead, *, quantized: bool) -> None:
        self._weights, self._head = weights, head
        self.writer = GraphWriter(quantized=quantized)

    def outputs(self) -> Mapping[str, list[int | str]]:
        writer, outputs = self.writer, self._head.size.outputs
        both = writer.one("Concat", [self._alike(), "known"], axis=-1)
        heard = self._first_axis(writer.one("Relu", [writer.linear(self._weights, "enter", both)]))
        for layer in range(self._head.size.layers):
            heard = self._recurrent(layer, heard)
        around = writer.one("Concat", [self._first_axis(heard), "known"], axis=-1)
        shaped = writer.one("Reshape", [writer.linear(self._weights, "leave", around), writer.ints(-1, outputs)])
        writer.node("LogSoftmax", [shaped], ["likelihoods"], axis=-1)
        return {"likelihoods": ["2 * rows", outputs]}

    def _alike(self) -> str:
        """As SecondHead has it."""
        writer = self.writer
        around = writer.one("Sub", ["taps", writer.one("ReduceMean", ["taps"], axes=[1])])
        power = writer.one("ReduceMean", [writer.one("Mul", [around, around])], axes=[1])
        power = writer.one("Add", [power, writer.constant(np.array(LEAST_POWER, np.float32))])
        least = writer.constant(self._weights["least"], "least")
        return writer.one("Div", [around, writer.one("Add", [writer.one("Sqrt", [power]), least])])

    def _recurrent(self, layer: int, seen: str) -> str:
        """Both directions behind each other come out."""
        writer, values = self.writer, self._head.size.recurrent
        inputs, hidden, *biases = (self._gates(f"recurrent.{kind}_l{layer}") for kind in _KINDS)
        output = f"layer{layer}"
        bias = writer.one("Concat", biases, axis=1)
        writer.node("LSTM", [seen, inputs, hidden, bias], [output], hidden_size=values, direction="bidirectional")
        apart = writer.one("Transpose", [output], perm=[0, 2, 1, 3])  # [rows, 1, directions, values]
        return writer.one("Reshape", [apart, writer.ints(0, 0, len(_DIRECTIONS) * values)])

    def _gates(self, name: str) -> str:
        """[directions, gates, ...]."""
        writer, found = self.writer, []
        for direction in _DIRECTIONS:
            values = in_order(self._weights[f"{name}{direction}"], GATES)
            written = (writer.constant if values.ndim == 1 else writer.weights)(values, f"{name}{direction}")
            found.append(writer.one("Unsqueeze", [written, writer.ints(0)]))
        return writer.one("Concat", found, axis=0)

    def _first_axis(self, values: str) -> str:
        return self.writer.one("Transpose", [values], perm=[1, 0, 2])
