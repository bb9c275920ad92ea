"""Reads one word's head from ONNX, as openWakeWord's training exports it, into a list of operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from models.wake.flatbuffer import invalid
from models.wake.head_graph import EMBEDDINGS, HeadModel, Operation, Values
from models.wake.layers import EMBEDDING_VALUES

_SAME = frozenset({"Add", "Div", "Mul", "Pow", "Reciprocal", "Relu", "Sigmoid", "Sqrt", "Sub", "Tanh"})
_FLAT = (-1,)
_NOTHING_TO_DO = ("Identity", "Dropout")


def from_onnx(source: bytes) -> HeadModel:
    """Raises ModelInvalid, or anything else over a broken file."""
    model = onnx.load_from_string(source)
    onnx.checker.check_model(model)
    graph = model.graph
    inputs = [one for one in graph.input if one.name not in {constant.name for constant in graph.initializer}]
    if len(inputs) != 1 or len(graph.output) != 1:
        raise invalid(f"{len(inputs)} inputs and {len(graph.output)} outputs, not one each")
    kind = inputs[0].type.tensor_type
    shape = [one.dim_value for one in kind.shape.dim]
    if kind.elem_type != TensorProto.FLOAT or len(shape) != 3 or shape[2] != EMBEDDING_VALUES or shape[1] < 1:
        raise invalid(f"it takes {TensorProto.DataType.Name(kind.elem_type)} {shape}, an openWakeWord head [1, 16, 96]")
    scores = prod(one.dim_value or 1 for one in graph.output[0].type.tensor_type.shape.dim)
    if scores != 1:
        raise invalid(f"it gives {scores} scores, an openWakeWord head one")
    reader = _Reader(graph, inputs[0].name)
    output = reader.read(graph)
    return HeadModel(shape[1], tuple(reader.operations), reader.constants, output)


class _Reader:
    def __init__(self, graph: onnx.GraphProto, embeddings: str) -> None:
        self.operations: list[Operation] = []
        self.constants: dict[str, Values] = {}
        self._given = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
        self._known = {embeddings: EMBEDDINGS}

    def read(self, graph: onnx.GraphProto) -> str:
        """Append its operations, return the name of its output."""
        for node in graph.node:
            values = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
            if node.op_type == "Constant":
                self._given[node.output[0]] = numpy_helper.to_array(values["value"])
            else:
                self._known[node.output[0]] = self._value(node, values)
        return self._known[graph.output[0].name]

    def _value(self, node: onnx.NodeProto, values: Mapping[str, object]) -> str:
        match node.op_type:
            case "Flatten" if values.get("axis", 1) == 1:
                value = self._append("Reshape", self._name(node.input[0]), axes=_FLAT)
            case "Reshape":
                value = self._reshape(node)
            case "Gemm":
                value = self._gemm(node, values)
            case "MatMul":
                value = self._append("MatMul", self._name(node.input[0]), self._constant(self._given[node.input[1]]))
            case "ReduceMean":
                value = self._mean(node, values)
            case "LayerNormalization" if values.get("axis", -1) == -1:
                value = self._layer_normalization(node, float(str(values.get("epsilon", 1e-5))))
            case operator if operator in _NOTHING_TO_DO:
                value = self._name(node.input[0])
            case operator if operator in _SAME:
                value = self._append(operator, *(self._name(one) for one in node.input))
            case operator:
                raise invalid(f"it uses {operator} {dict(values) or ''}, which no known openWakeWord head does")
        return value

    def _name(self, value: str) -> str:
        if value not in self._known:
            self._known[value] = self._constant(self._given[value])
        return self._known[value]

    def _constant(self, value: Values) -> str:
        name = f"constant{len(self.constants)}"
        self.constants[name] = value.astype(np.float32)
        return name

    def _append(self, operator: str, *inputs: str, axes: Sequence[int] = ()) -> str:
        output = f"value{len(self.operations)}"
        self.operations.append(Operation(operator, inputs, output, tuple(axes)))
        return output

    def _reshape(self, node: onnx.NodeProto) -> str:
        rooms, *shape = self._given[node.input[1]].tolist()
        if rooms not in (1, 0, -1) or not shape:
            raise invalid(f"a reshape to {[rooms, *shape]} that mixes batches")
        return self._append("Reshape", self._name(node.input[0]), axes=shape)

    def _gemm(self, node: onnx.NodeProto, values: Mapping[str, object]) -> str:
        if values.get("transA") or values.get("alpha", 1.0) != 1 or values.get("beta", 1.0) != 1:
            raise invalid("a Gemm that scales or transposes what it gets")
        matrix = self._given[node.input[1]]
        product = self._append(
            "MatMul", self._name(node.input[0]), self._constant(matrix.T if values.get("transB") else matrix)
        )
        return self._append("Add", product, self._name(node.input[2])) if len(node.input) > 2 else product

    def _mean(self, node: onnx.NodeProto, values: Mapping[str, object]) -> str:
        axes = values["axes"] if "axes" in values else self._given[node.input[1]].tolist()
        if not isinstance(axes, list) or 0 in axes or not values.get("keepdims", 1):
            raise invalid("a mean over the batch, or one that drops its axis")
        return self._append("ReduceMean", self._name(node.input[0]), axes=axes)

    def _layer_normalization(self, node: onnx.NodeProto, epsilon: float) -> str:
        value, scale, *bias = (self._name(one) for one in node.input)
        centred = self._append("Sub", value, self._append("ReduceMean", value, axes=(-1,)))
        variance = self._append("ReduceMean", self._append("Mul", centred, centred), axes=(-1,))
        steady = self._append("Add", variance, self._constant(np.array(epsilon, np.float32)))
        normal = self._append("Div", centred, self._append("Sqrt", steady))
        scaled = self._append("Mul", normal, scale)
        return self._append("Add", scaled, *bias) if bias else scaled
