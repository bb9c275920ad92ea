"""Writes networks as ONNX by hand: nodes one after another, weights in 8 bits, widened when the file is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from models.wake.graph import IR_VERSION, OPSET

ROUNDED, SCALE = "rounded", "scale"  # behind the name of a weight in 8 bits
_LEVELS = 127

Weights = NDArray[np.float32]
Shape = Sequence[int | str]


class GraphWriter:
    """quantized: weights in 8 bits with a scale for each output, else in 32."""

    def __init__(self, *, quantized: bool) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._quantized = quantized

    def model(
        self, name: str, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape], told: Mapping[str, str]
    ) -> bytes:
        """told: what is said of the network beside the graph."""
        graph = helper.make_graph(self._nodes, name, _values(inputs), _values(outputs), self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        helper.set_model_props(model, dict(told))
        onnx.checker.check_model(model)
        content: bytes = model.SerializeToString()
        return content

    def linear(self, weights: Mapping[str, Weights], name: str, values: str) -> str:
        turned = self.one("Transpose", [self.weights(weights[f"{name}.weight"], f"{name}.weight")], perm=[1, 0])
        product = self.one("MatMul", [values, turned])
        return self.one("Add", [product, self.constant(weights[f"{name}.bias"], f"{name}.bias")])

    def weights(self, values: Weights, name: str) -> str:
        """Rounded to 8 bits where that is wanted; the session widens them once."""
        if not self._quantized:
            return self.constant(values, name)
        scale = np.abs(values.reshape(len(values), -1)).max(axis=1) / _LEVELS + np.float32(1e-12)
        scale = scale.reshape(-1, *[1] * (values.ndim - 1)).astype(np.float32)
        rounded = self.constant(np.round(values / scale).astype(np.int8), f"{name}.{ROUNDED}")
        wide = self.one("Cast", [rounded], to=TensorProto.FLOAT)
        return self.one("Mul", [wide, self.constant(scale, f"{name}.{SCALE}")])

    def one(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        """A node of one output."""
        output = f"v{len(self._nodes)}"
        self.node(operator, inputs, [output], **attributes)
        return output

    def node(self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> None:
        self._nodes.append(helper.make_node(operator, list(inputs), list(outputs), **attributes))

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def constant(self, values: NDArray[Any], name: str = "") -> str:
        name = name or f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name


def read_weights(model: bytes) -> dict[str, Weights]:
    """By the names that they were written under, widened."""
    found = {each.name: numpy_helper.to_array(each) for each in onnx.load_model_from_string(model).graph.initializer}
    for name in [name.removesuffix(f".{ROUNDED}") for name in found if name.endswith(f".{ROUNDED}")]:
        found[name] = found.pop(f"{name}.{ROUNDED}").astype(np.float32) * found.pop(f"{name}.{SCALE}")
    return found


def in_order(values: Weights, gates: Sequence[int]) -> Weights:
    """The gates of a recurrent layer, which torch and ONNX keep in another order."""
    parts = np.split(values, len(gates))
    return np.concatenate([parts[gate] for gate in gates])


def _values(shapes: Mapping[str, Shape]) -> list[Any]:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in shapes.items()]
