"""Writes a trained head as ONNX: one step of 80 ms, state in and out, weights in 8 bits, widened when loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from models.recogniser.confidence import Calibration
from models.recogniser.phones import Alphabet
from models.recogniser.shape import AHEAD_FRAMES, CONV_FRAMES, OUTPUTS_PER_FRAME
from models.recogniser.training.head import Head
from models.wake.graph import IR_VERSION, OPSET
from models.wake.layers import TAP_ROWS, TAP_VALUES

_GATES = (0, 3, 1, 2)  # torch: input, forget, cell, output; ONNX: input, output, forget, cell
_LEVELS = 127

Weights = NDArray[np.float32]


def step_graph(head: Head, alphabet: Alphabet, calibration: Calibration, *, bits: int = 8) -> bytes:
    """``taps`` [1, 2, 480], ``past`` [1, values] → ``likelihoods`` [4, outputs] as logarithms, ``next`` like ``past``.

    What is heard comes ``AHEAD_FRAMES`` frames late. bits: 8, or 32 to compare with.
    """
    weights = {name: values.cpu().numpy().astype(np.float32) for name, values in head.state_dict().items()}
    writer = _Writer(quantized=bits == 8)
    outputs = writer.head(weights, head)
    inputs = {"taps": [1, TAP_ROWS, TAP_VALUES], "past": [1, writer.state_values]}
    graph = helper.make_graph(
        writer.nodes,
        "phones",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        writer.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    helper.set_model_props(model, _told(alphabet, calibration))
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def _told(alphabet: Alphabet, calibration: Calibration) -> dict[str, str]:
    """What models.recogniser.network reads beside the graph."""
    return {
        "language": alphabet.language,
        "accents": json.dumps(alphabet.accents),
        "spelling": json.dumps(alphabet.spelling, ensure_ascii=False),
        "phones": json.dumps(alphabet.phones, ensure_ascii=False),
        "calibration": json.dumps(asdict(calibration)),
    }


class _Writer:
    def __init__(self, *, quantized: bool) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._quantized = quantized
        self.state_values = 0

    def head(self, weights: Mapping[str, Weights], head: Head) -> Mapping[str, list[int]]:
        size = head.size
        past = (CONV_FRAMES - 1) * size.width
        sizes = [past, *[size.recurrent] * 2 * size.layers]
        self.state_values = sum(sizes)
        pieces = [f"past{number}" for number in range(len(sizes))]
        self._node("Split", ["past", self._ints(*sizes)], pieces, axis=1)
        entered = self._entered(weights)  # [1, 2, width]
        before = self._one("Reshape", [pieces[0], self._ints(1, CONV_FRAMES - 1, size.width)])
        recent = self._one("Concat", [before, entered], axis=1)  # [1, 6, width]: the new ones are the last two
        kept = [self._one("Flatten", [self._rows(recent, TAP_ROWS, TAP_ROWS + CONV_FRAMES - 1)], axis=1)]
        middle = CONV_FRAMES - 1 - AHEAD_FRAMES
        seen = self._around(weights, recent, self._rows(recent, middle, middle + TAP_ROWS))
        for layer in range(size.layers):
            seen, states = self._recurrent(weights, layer, seen, pieces[1 + 2 * layer : 3 + 2 * layer], size.recurrent)
            kept += states
        logits = self._linear(weights, "leave", seen)
        shaped = self._one("Reshape", [logits, self._ints(TAP_ROWS * OUTPUTS_PER_FRAME, size.outputs)])
        self._node("LogSoftmax", [shaped], ["likelihoods"], axis=-1)
        self._node("Concat", kept, ["next"], axis=1)
        return {"likelihoods": [TAP_ROWS * OUTPUTS_PER_FRAME, size.outputs], "next": [1, self.state_values]}

    def _entered(self, weights: Mapping[str, Weights]) -> str:
        centred = self._one("Sub", ["taps", self._constant(weights["mean"])])
        scaled = self._one("Mul", [centred, self._constant(weights["scale"])])
        return self._one("Relu", [self._linear(weights, "enter", scaled)])

    def _around(self, weights: Mapping[str, Weights], recent: str, middle: str) -> str:
        """The convolution over five frames for two of them, added to those and made of one size."""
        turned = self._one("Transpose", [recent], perm=[0, 2, 1])
        convolved = self._one(
            "Conv", [turned, self._weights(weights["around.weight"]), self._constant(weights["around.bias"])]
        )
        around = self._one("Relu", [self._one("Transpose", [convolved], perm=[0, 2, 1])])
        both = self._one("Add", [middle, around])
        scale, bias = (self._constant(weights[f"norm.{part}"]) for part in ("weight", "bias"))
        return self._one("LayerNormalization", [both, scale, bias], axis=-1, epsilon=1e-5)

    def _recurrent(
        self, weights: Mapping[str, Weights], layer: int, seen: str, states: Sequence[str], values: int
    ) -> tuple[str, list[str]]:
        """Frames one after another: [1, 2, n] in and out, and the state after them."""
        inputs, hidden = (_gates(weights[f"recurrent.weight_{kind}_l{layer}"]) for kind in ("ih", "hh"))
        bias = np.concatenate([_gates(weights[f"recurrent.bias_{kind}_l{layer}"]) for kind in ("ih", "hh")])
        begun = [self._one("Reshape", [state, self._ints(1, 1, values)]) for state in states]
        turned = self._one("Transpose", [seen], perm=[1, 0, 2])
        outputs = [f"layer{layer}{part}" for part in ("", "_hidden", "_cell")]
        named = [self._one("Unsqueeze", [self._weights(part), self._ints(0)]) for part in (inputs, hidden)]
        self._node("LSTM", [turned, *named, self._constant(bias[np.newaxis]), "", *begun], outputs, hidden_size=values)
        gone = self._one("Transpose", [self._one("Squeeze", [outputs[0], self._ints(1)])], perm=[1, 0, 2])
        return gone, [self._one("Reshape", [state, self._ints(1, values)]) for state in outputs[1:]]

    def _linear(self, weights: Mapping[str, Weights], name: str, values: str) -> str:
        turned = self._one("Transpose", [self._weights(weights[f"{name}.weight"])], perm=[1, 0])
        return self._one("Add", [self._one("MatMul", [values, turned]), self._constant(weights[f"{name}.bias"])])

    def _weights(self, values: Weights) -> str:
        """In 8 bits with a scale for each output, widened by the session once."""
        if not self._quantized:
            return self._constant(values)
        scale = np.abs(values.reshape(len(values), -1)).max(axis=1) / _LEVELS + np.float32(1e-12)
        scale = scale.reshape(-1, *[1] * (values.ndim - 1)).astype(np.float32)
        rounded = self._constant(np.round(values / scale).astype(np.int8))
        return self._one("Mul", [self._one("Cast", [rounded], to=TensorProto.FLOAT), self._constant(scale)])

    def _rows(self, values: str, start: int, end: int) -> str:
        return self._one("Slice", [values, self._ints(start), self._ints(end), self._ints(1)])

    def _one(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        output = f"v{len(self.nodes)}"
        self._node(operator, inputs, [output], **attributes)
        return output

    def _node(self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> None:
        self.nodes.append(helper.make_node(operator, list(inputs), list(outputs), **attributes))

    def _ints(self, *values: int) -> str:
        return self._constant(np.array(values, np.int64))

    def _constant(self, values: NDArray[Any]) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name


def _gates(values: Weights) -> Weights:
    parts = np.split(values, 4)
    return np.concatenate([parts[gate] for gate in _GATES])
