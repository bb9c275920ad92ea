"""Writes the first look as ONNX: steps of 80 ms, states in and out; and reads it back to go on learning.

Below is the network that hears, as models.wake.graph writes the wake engine's; the head stands on it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import onnx
import torch

from models.recogniser.confidence import Calibration
from models.recogniser.phones import Alphabet
from models.recogniser.shape import AHEAD_FRAMES, CONV_FRAMES, HEARS, OUTPUTS_PER_FRAME
from models.recogniser.training.graph_writer import GraphWriter, Shape, Weights, in_order, read_weights
from models.recogniser.training.head import Head, Size
from models.wake.graph import streamed_graph
from models.wake.layers import TAP_VALUES, Conv, Layer

GATES = (0, 3, 1, 2)  # torch: input, forget, cell, output; ONNX: input, output, forget, cell
BACK = (0, 2, 3, 1)
_END = np.iinfo(np.int64).max
_TAPS, _WANTED = f"{HEARS}taps", (f"{HEARS}taps", f"{HEARS}next", "likelihoods", "known", "next")


def step_graph(
    hears: Sequence[Layer], head: Head, alphabet: Alphabet, calibration: Calibration, *, bits: int = 8
) -> bytes:
    """``hears/mel`` [1, 8 * steps, 32], ``hears/past`` and ``past`` [1, values] → ``likelihoods`` [4 * steps, outputs]
    as logarithms, ``hears/taps`` [1, 2 * steps, 480], ``known`` [1, 2 * steps, recurrent], and ``hears/next`` and
    ``next`` like the pasts.

    What is heard comes ``AHEAD_FRAMES`` frames late. bits: of the head, 8, or 32 to compare with.
    """
    below = onnx.load_model_from_string(streamed_graph(hears, taps=True))
    model = onnx.compose.merge_models(
        below,
        onnx.load_model_from_string(head_graph(head, alphabet, calibration, bits=bits)),
        io_map=[("taps", "taps")],
        outputs=list(_WANTED),
        prefix1=HEARS,
    )
    del model.opset_import[1:]  # the same twice
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def head_graph(head: Head, alphabet: Alphabet, calibration: Calibration, *, bits: int = 8) -> bytes:
    """The head alone, on ``taps``."""
    steps = _Steps(weights_of(head), head.size, quantized=bits == 8)
    outputs = steps.outputs()
    inputs: dict[str, Shape] = {"taps": [1, "rows", TAP_VALUES], "past": [1, steps.state_values]}
    return steps.writer.model("phones", inputs, outputs, _told(alphabet, calibration))


def read_hears(model: bytes, known: Sequence[Layer]) -> list[Layer]:
    """The layers below. known: those that they once were, of the same shapes."""
    found, convolutions = read_weights(model), itertools.count()
    return [_read(found, next(convolutions), each) if isinstance(each, Conv) else each for each in known]


def read_head(model: bytes) -> Head:
    """As it runs: its weights are those of 8 bits."""
    found = read_weights(model)
    layers = sum(name.startswith("recurrent.weight_ih") for name in found)
    size = Size(
        len(found["leave.bias"]) // OUTPUTS_PER_FRAME, len(found["enter.bias"]), found["leave.weight"].shape[1], layers
    )
    head = Head(size)
    weights = {name: found[name] for name in head.state_dict() if name in found}
    for layer in range(layers):
        names = [f"recurrent.{kind}_l{layer}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        weights |= {name: in_order(found[name], BACK) for name in names}
    head.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in weights.items()})
    return head.eval()


def language_of(model: bytes) -> str:
    """Of a first look's file."""
    told: dict[str, str] = {each.key: each.value for each in onnx.load_model_from_string(model).metadata_props}
    return told["language"]


def _read(found: Mapping[str, Weights], number: int, known: Conv) -> Conv:
    weights, bias = (found[f"{HEARS}conv{number}.{part}"] for part in ("weight", "bias"))
    return Conv(weights.transpose(2, 3, 1, 0), bias, known.pad_bins)


def weights_of(head: torch.nn.Module) -> dict[str, Weights]:
    return {name: values.cpu().numpy().astype(np.float32) for name, values in head.state_dict().items()}


def _told(alphabet: Alphabet, calibration: Calibration) -> dict[str, str]:
    """What models.recogniser.network reads beside the graph."""
    return {
        "language": alphabet.language,
        "accents": json.dumps(alphabet.accents),
        "spelling": json.dumps(alphabet.spelling, ensure_ascii=False),
        "phones": json.dumps(alphabet.phones, ensure_ascii=False),
        "calibration": json.dumps(asdict(calibration)),
    }


class _Steps:
    def __init__(self, weights: Mapping[str, Weights], size: Size, *, quantized: bool) -> None:
        self._weights, self._size = weights, size
        self.writer = GraphWriter(quantized=quantized)
        self._parts = [(CONV_FRAMES - 1) * size.width, *[size.recurrent] * 2 * size.layers]
        self.state_values = sum(self._parts)

    def outputs(self) -> Mapping[str, Shape]:
        size, writer = self._size, self.writer
        pieces = [f"past{number}" for number in range(len(self._parts))]
        writer.node("Split", ["past", writer.ints(*self._parts)], pieces, axis=1)
        entered = self._entered()  # [1, rows, width]
        before = writer.one("Reshape", [pieces[0], writer.ints(1, CONV_FRAMES - 1, size.width)])
        recent = writer.one("Concat", [before, entered], axis=1)
        kept = [writer.one("Flatten", [self._rows(recent, 1 - CONV_FRAMES, _END)], axis=1)]
        seen = self._around(recent, self._rows(recent, CONV_FRAMES - 1 - AHEAD_FRAMES, -AHEAD_FRAMES))
        for layer in range(size.layers):
            seen, states = self._recurrent(layer, seen, pieces[1 + 2 * layer : 3 + 2 * layer])
            kept += states
        writer.node("Identity", [seen], ["known"])
        logits = writer.linear(self._weights, "leave", seen)
        shaped = writer.one("Reshape", [logits, writer.ints(-1, size.outputs)])
        writer.node("LogSoftmax", [shaped], ["likelihoods"], axis=-1)
        writer.node("Concat", kept, ["next"], axis=1)
        return {
            "likelihoods": ["outputs", size.outputs],
            "known": [1, "rows", size.recurrent],
            "next": [1, self.state_values],
        }

    def _entered(self) -> str:
        mean, scale = (self.writer.constant(self._weights[name], name) for name in ("mean", "scale"))
        scaled = self.writer.one("Mul", [self.writer.one("Sub", ["taps", mean]), scale])
        return self.writer.one("Relu", [self.writer.linear(self._weights, "enter", scaled)])

    def _around(self, recent: str, middle: str) -> str:
        """The convolution over five frames, added to the middle ones and made of one size."""
        writer, names = self.writer, ("around.weight", "around.bias", "norm.weight", "norm.bias")
        turned = writer.one("Transpose", [recent], perm=[0, 2, 1])
        kernel = writer.weights(self._weights[names[0]], names[0])
        bias, scale, shift = (writer.constant(self._weights[name], name) for name in names[1:])
        convolved = writer.one("Conv", [turned, kernel, bias])
        around = writer.one("Relu", [writer.one("Transpose", [convolved], perm=[0, 2, 1])])
        both = writer.one("Add", [middle, around])
        return writer.one("LayerNormalization", [both, scale, shift], axis=-1, epsilon=1e-5)

    def _recurrent(self, layer: int, seen: str, states: Sequence[str]) -> tuple[str, list[str]]:
        """Frames one after another: [1, rows, n] in and out, and the state after them."""
        writer, values = self.writer, self._size.recurrent
        begun = [writer.one("Reshape", [state, writer.ints(1, 1, values)]) for state in states]
        turned = writer.one("Transpose", [seen], perm=[1, 0, 2])
        outputs = [f"layer{layer}{part}" for part in ("", "_hidden", "_cell")]
        inputs, hidden = (self._gates("weight", kind, layer) for kind in ("ih", "hh"))
        bias = writer.one("Concat", [self._gates("bias", kind, layer) for kind in ("ih", "hh")], axis=1)
        writer.node("LSTM", [turned, inputs, hidden, bias, "", *begun], outputs, hidden_size=values)
        gone = writer.one("Transpose", [writer.one("Squeeze", [outputs[0], writer.ints(1)])], perm=[1, 0, 2])
        return gone, [writer.one("Reshape", [state, writer.ints(1, values)]) for state in outputs[1:]]

    def _gates(self, part: str, kind: str, layer: int) -> str:
        name = f"recurrent.{part}_{kind}_l{layer}"
        values = in_order(self._weights[name], GATES)
        written = self.writer.constant(values, name) if part == "bias" else self.writer.weights(values, name)
        return self.writer.one("Unsqueeze", [written, self.writer.ints(0)])

    def _rows(self, values: str, start: int, end: int) -> str:
        return self.writer.one("Slice", [values, *(self.writer.ints(place) for place in (start, end, 1))])
