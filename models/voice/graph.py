"""Writes Silero VAD as ONNX for any number of streams, from its weights.

The network (silero-vad 5 and 6, 16 kHz): magnitudes of four short Fourier transforms, four convolutions, one LSTM cell,
one output. Source: github.com/snakers4/silero-vad, the published ONNX.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from models.errors import ModelInvalid
from models.voice.shape import AUDIO_SAMPLES, STATE_VALUES
from models.voice.silero_file import Values

_REFLECTED_SAMPLES = 64
_STRIDES = (1, 2, 2, 1)
_HOP_SAMPLES, _FREQUENCIES, _CELLS = 128, 129, 128
_OPSET, _IR_VERSION = 17, 9


def voice_graph(weights: Mapping[str, Values]) -> bytes:
    """``audio`` [streams, 576] in [-1, 1], ``state`` [streams, 256] → ``speech`` [streams], ``next`` like ``state``.

    Raises ModelInvalid for weights that are missing.
    """
    try:
        writer = _Writer(weights)
        writer.spectrum()
        writer.encoder()
        writer.cell()
        return writer.model()
    except KeyError as missing:
        raise ModelInvalid("voice-model-invalid", f"it has no weights {missing}") from missing


class _Writer:
    def __init__(self, weights: Mapping[str, Values]) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._number = count()
        self._values = "audio"

    def spectrum(self) -> None:
        padded = self._node("Pad", ["audio", self._ints(0, 0, 0, _REFLECTED_SAMPLES)], mode="reflect")
        basis = self._constant(self._weights["_model.stft.forward_basis_buffer"])
        signal = self._node("Unsqueeze", [padded, self._ints(1)])
        both = self._node("Conv", [signal, basis], strides=[_HOP_SAMPLES])
        squares = self._node("Mul", [both, both])
        real, imaginary = self._split(squares, _FREQUENCIES, 2)
        self._values = self._node("Sqrt", [self._node("Add", [real, imaginary])])

    def encoder(self) -> None:
        for layer, stride in enumerate(_STRIDES):
            name = f"_model.encoder.{layer}.reparam_conv"
            weight, bias = (self._constant(self._weights[f"{name}.{part}"]) for part in ("weight", "bias"))
            values = self._node("Conv", [self._values, weight, bias], pads=[1, 1], strides=[stride])
            self._values = self._node("Relu", [values])

    def cell(self) -> None:
        """Gates in the order of PyTorch: input, forget, cell, output."""
        rnn = {part: self._weights[f"_model.decoder.rnn.{part}"] for part in ("weight_ih", "weight_hh")}
        bias = self._weights["_model.decoder.rnn.bias_ih"] + self._weights["_model.decoder.rnn.bias_hh"]
        before, memory = self._split("state", _CELLS, 2)
        seen = self._node("Flatten", [self._values], axis=1)
        from_seen = self._node("Gemm", [seen, self._constant(rnn["weight_ih"]), self._constant(bias)], transB=1)
        gates = self._node("Gemm", [before, self._constant(rnn["weight_hh"]), from_seen], transB=1)
        put, keep, new, give = self._split(gates, _CELLS, 4)
        kept = self._node("Mul", [self._node("Sigmoid", [keep]), memory])
        added = self._node("Mul", [self._node("Sigmoid", [put]), self._node("Tanh", [new])])
        memory = self._node("Add", [kept, added])
        output = self._node("Mul", [self._node("Sigmoid", [give]), self._node("Tanh", [memory])])
        self._node("Concat", [output, memory], "next", axis=1)
        weight = self._constant(self._weights["_model.decoder.decoder.2.weight"].reshape(_CELLS, 1))
        last = self._constant(self._weights["_model.decoder.decoder.2.bias"].reshape(1))
        score = self._node("Gemm", [self._node("Relu", [output]), weight, last])
        self._node("Reshape", [self._node("Sigmoid", [score]), self._ints(-1)], "speech")

    def model(self) -> bytes:
        graph = helper.make_graph(
            self._nodes,
            "voice detection",
            [_value("audio", AUDIO_SAMPLES), _value("state", STATE_VALUES)],
            [helper.make_tensor_value_info("speech", TensorProto.FLOAT, ["streams"]), _value("next", STATE_VALUES)],
            self._constants,
        )
        written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        onnx.checker.check_model(written)
        content: bytes = written.SerializeToString()
        return content

    def _split(self, values: str, size: int, parts: int) -> list[str]:
        names = [self._name() for _ in range(parts)]
        sizes = self._ints(*[size] * parts)
        self._nodes.append(helper.make_node("Split", [values, sizes], names, axis=1))
        return names

    def _node(self, operator: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        output = output or self._name()
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def _ints(self, *values: int) -> str:
        return self._constant(np.array(values, np.int64))

    def _constant(self, values: NDArray[Any]) -> str:
        name = self._name()
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _name(self) -> str:
        return f"v{next(self._number)}"


def _value(name: str, size: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["streams", size])
