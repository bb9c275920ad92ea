"""Writes one wake word's head as ONNX with any number of rooms, from the operations that were read out of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from models.wake.graph import IR_VERSION, OPSET
from models.wake.layers import EMBEDDING_VALUES

Values = NDArray[np.float32]

EMBEDDINGS = "embeddings"  # the value that a head begins with, [rooms, window_steps, 96]


@dataclass(frozen=True, slots=True)
class Operation:
    """operator: of ONNX. axes: of a ReduceMean, which keeps them; of a Reshape, the new shape of each room."""

    operator: str
    inputs: tuple[str, ...]
    output: str
    axes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadModel:
    """output: the name of the score, one for each room. constants: by name."""

    window_steps: int
    operations: tuple[Operation, ...]
    constants: Mapping[str, Values]
    output: str


def head_graph(model: HeadModel) -> bytes:
    """``embeddings`` [rooms, window_steps, 96] → ``scores`` [rooms]."""
    constants: dict[str, NDArray[np.float32] | NDArray[np.int64]] = dict(model.constants)
    nodes = [_node(operation, constants) for operation in model.operations]
    constants["one each"] = np.array([-1], np.int64)
    nodes.append(helper.make_node("Reshape", [model.output, "one each"], ["scores"]))
    graph = helper.make_graph(
        nodes,
        "wake word",
        [helper.make_tensor_value_info(EMBEDDINGS, TensorProto.FLOAT, ["rooms", model.window_steps, EMBEDDING_VALUES])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["rooms"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(written)
    content: bytes = written.SerializeToString()
    return content


def _node(operation: Operation, constants: dict[str, NDArray[np.float32] | NDArray[np.int64]]) -> NodeProto:
    """Adds to ``constants`` what ONNX takes as an input."""
    inputs = list(operation.inputs)
    if operation.operator == "ReduceMean":
        return helper.make_node("ReduceMean", inputs, [operation.output], axes=list(operation.axes), keepdims=1)
    if operation.operator == "Reshape":
        shape = f"shape of {operation.output}"
        constants[shape] = np.array([0, *operation.axes], np.int64)  # 0: as many rooms as there are
        inputs.append(shape)
    return helper.make_node(operation.operator, inputs, [operation.output])
