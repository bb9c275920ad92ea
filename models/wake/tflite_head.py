"""Reads one word's head from TensorFlow Lite into a list of operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import tflite

from models.wake import flatbuffer
from models.wake.flatbuffer import Operator, Subgraph
from models.wake.head_graph import EMBEDDINGS, HeadModel, Operation, Values
from models.wake.layers import EMBEDDING_VALUES

_SAME = {
    "ADD": "Add",
    "GREATER_EQUAL": "GreaterOrEqual",
    "LOGISTIC": "Sigmoid",
    "MUL": "Mul",
    "RELU": "Relu",
    "SUB": "Sub",
    "TANH": "Tanh",
}
_ACTIVATIONS = {tflite.ActivationFunctionType.RELU: "Relu", tflite.ActivationFunctionType.TANH: "Tanh"}
_OPTIONS_WITH_ACTIVATION = {
    "ADD": tflite.AddOptions,
    "FULLY_CONNECTED": tflite.FullyConnectedOptions,
    "MUL": tflite.MulOptions,
    "SUB": tflite.SubOptions,
}


def from_tflite(source: bytes) -> HeadModel:
    """Raises ModelInvalid, or anything else over a broken file."""
    subgraphs = flatbuffer.read(source)
    main = subgraphs[0]
    if len(main.inputs) != 1 or len(main.outputs) != 1:
        raise flatbuffer.invalid(f"{len(main.inputs)} inputs and {len(main.outputs)} outputs, not one each")
    takes, gives = main.tensors[main.inputs[0]], main.tensors[main.outputs[0]]
    if (takes.type, len(takes.shape), takes.shape[-1:]) != ("FLOAT32", 3, (EMBEDDING_VALUES,)):
        raise flatbuffer.invalid(f"it takes {takes.type} {list(takes.shape)}, an openWakeWord head FLOAT32 [1, 16, 96]")
    if (gives.type, gives.shape) != ("FLOAT32", (1, 1)):
        raise flatbuffer.invalid(f"it gives {gives.type} {list(gives.shape)}, an openWakeWord head FLOAT32 [1, 1]")
    reader = _Reader(subgraphs)
    output = reader.read(main, [EMBEDDINGS])
    return HeadModel(takes.shape[1], tuple(reader.operations), reader.constants, output)


class _Reader:
    def __init__(self, subgraphs: Sequence[Subgraph]) -> None:
        self.operations: list[Operation] = []
        self.constants: dict[str, Values] = {}
        self._subgraphs = subgraphs

    def read(self, graph: Subgraph, inputs: Sequence[str]) -> str:
        """Append the operations of one subgraph, return the name of its output."""
        known = dict(zip(graph.inputs, inputs, strict=True))
        for operator in graph.operators:
            self._name_constants(graph, operator, known)
            (output,) = operator.outputs
            known[output] = self._activated(operator, self._value(graph, operator, known))
        (output,) = graph.outputs
        return known[output]

    def _name_constants(self, graph: Subgraph, operator: Operator, known: dict[int, str]) -> None:
        for index in operator.inputs:
            constant = graph.tensors[index].constant
            if index >= 0 and index not in known and constant is not None:
                known[index] = self._constant(constant)

    def _constant(self, value: flatbuffer.Constant) -> str:
        name = f"constant{len(self.constants)}"
        self.constants[name] = value.astype(np.float32)
        return name

    def _append(self, operator: str, *inputs: str, axes: tuple[int, ...] = ()) -> str:
        output = f"value{len(self.operations)}"
        self.operations.append(Operation(operator, inputs, output, axes))
        return output

    def _value(self, graph: Subgraph, operator: Operator, known: Mapping[int, str]) -> str:
        names = [known[index] for index in operator.inputs if index in known]
        match operator.name:
            case "FULLY_CONNECTED":
                return self._fully_connected(operator, names)
            case "IF":
                return self._if(operator, names)
            case "MEAN":
                return self._mean(graph, operator, names[0])
            case "RESHAPE":
                return self._reshape(graph, operator, names[0])
            case "RSQRT":
                value = self._append("Reciprocal", self._append("Sqrt", *names))
            case "SQUARED_DIFFERENCE":
                difference = self._append("Sub", *names)
                value = self._append("Mul", difference, difference)
            case name if name in _SAME:
                value = self._append(_SAME[name], *names)
            case name:
                raise flatbuffer.invalid(f"it uses {name}, which no known openWakeWord head does")
        return value

    def _activated(self, operator: Operator, value: str) -> str:
        options = _OPTIONS_WITH_ACTIVATION.get(operator.name)
        activation = int(operator.option(options, "FusedActivationFunction")) if options else 0
        if activation == tflite.ActivationFunctionType.NONE:
            return value
        if activation not in _ACTIVATIONS:
            raise flatbuffer.invalid(f"{operator.name} with activation {activation}")
        return self._append(_ACTIVATIONS[activation], value)

    def _fully_connected(self, operator: Operator, names: Sequence[str]) -> str:
        if operator.option(tflite.FullyConnectedOptions, "WeightsFormat"):
            raise flatbuffer.invalid("shuffled weights")
        value, weights, *bias = names
        product = self._append("MatMul", value, self._constant(self.constants[weights].T))
        return self._append("Add", product, *bias) if bias else product

    def _mean(self, graph: Subgraph, operator: Operator, value: str) -> str:
        rank = len(graph.tensors[operator.inputs[0]].shape)
        axes = tuple(int(axis) % rank for axis in flatbuffer.constant(graph, operator.inputs[1]).flat)
        if 0 in axes or not operator.option(tflite.ReducerOptions, "KeepDims"):
            raise flatbuffer.invalid("a mean over the batch, or one that drops its axis")
        return self._append("ReduceMean", value, axes=axes)

    def _reshape(self, graph: Subgraph, operator: Operator, value: str) -> str:
        """A batch of one becomes a batch of any; a single truth value stays one for each room."""
        before, after = (graph.tensors[index].shape for index in (operator.inputs[0], operator.outputs[0]))
        if not after:
            return value
        if before[0] != 1 or after[0] != 1:
            raise flatbuffer.invalid(f"a reshape to {list(after)} that mixes batches")
        return self._append("Reshape", value, axes=after[1:])

    def _if(self, operator: Operator, names: Sequence[str]) -> str:
        """Both branches for all rooms, then each room's own: heads of two stages (hey_jarvis)."""
        both = [
            self.read(self._subgraphs[int(operator.option(tflite.IfOptions, field))], names[1:])
            for field in ("ThenSubgraphIndex", "ElseSubgraphIndex")
        ]
        return self._append("Where", names[0], *both)
