"""Reads a TensorFlow Lite file by its schema alone: the C library ends the whole program over a broken one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tflite
from numpy.typing import NDArray

from models.errors import ModelInvalid

IDENTIFIER = b"TFL3"
_OPERATOR_NAMES: dict[int, str] = {
    code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)
}
_TYPE_NAMES: dict[int, str] = {code: name for name, code in vars(tflite.TensorType).items() if isinstance(code, int)}

Constant = NDArray[np.float32] | NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Tensor:
    """type: as the schema calls it (``FLOAT32``). constant: what the file gives, None for what is computed."""

    type: str
    shape: tuple[int, ...]
    constant: Constant | None


@dataclass(frozen=True, slots=True)
class Operator:
    """inputs: -1 for one that is left out. _options: where its table lies."""

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    _options: tuple[bytes, int] | None

    def option(self, table: type, field: str) -> int | float | bool:
        """A field of the operator's table (``tflite.Conv2DOptions``, ``"StrideH"``)."""
        if self._options is None:
            raise invalid(f"{self.name} without its options")
        options = table()
        options.Init(*self._options)
        value: int | float | bool = getattr(options, field)()
        return value


@dataclass(frozen=True, slots=True)
class Subgraph:
    tensors: tuple[Tensor, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: tuple[Operator, ...]


def read(source: bytes) -> tuple[Subgraph, ...]:
    """What the file holds; nothing of it is run. Raises ModelInvalid, or anything else over a broken file."""
    if source[4:8] != IDENTIFIER:
        raise invalid("no TensorFlow Lite file")
    model = tflite.Model.GetRootAsModel(source, 0)
    codes = [_operator_name(model.OperatorCodes(number)) for number in range(model.OperatorCodesLength())]
    subgraphs = tuple(_subgraph(model, codes, number) for number in range(model.SubgraphsLength()))
    if not subgraphs:
        raise invalid("it holds no network")
    return subgraphs


def constant(graph: Subgraph, index: int) -> Constant:
    """Raises ModelInvalid where the file gives no value."""
    value = graph.tensors[index].constant
    if value is None:
        raise invalid(f"tensor {index} should be a constant")
    return value


def invalid(found: str) -> ModelInvalid:
    return ModelInvalid("wake-model-invalid", found)


def _subgraph(model: tflite.Model, codes: list[str], number: int) -> Subgraph:
    graph = model.Subgraphs(number)
    return Subgraph(
        tuple(_tensor(model, graph.Tensors(index)) for index in range(graph.TensorsLength())),
        _numbers(graph.InputsLength(), graph.Inputs),
        _numbers(graph.OutputsLength(), graph.Outputs),
        tuple(_operator(graph.Operators(index), codes) for index in range(graph.OperatorsLength())),
    )


def _tensor(model: tflite.Model, tensor: tflite.Tensor) -> Tensor:
    shape = _numbers(tensor.ShapeLength(), tensor.Shape)
    content = model.Buffers(tensor.Buffer())
    value = _constant(content.DataAsNumpy().tobytes(), tensor.Type(), shape) if content.DataLength() else None
    return Tensor(_TYPE_NAMES.get(tensor.Type(), f"type {tensor.Type()}"), shape, value)


def _constant(content: bytes, kind: int, shape: tuple[int, ...]) -> Constant | None:
    if kind == tflite.TensorType.FLOAT32:
        return np.frombuffer(content, np.float32).reshape(shape)
    if kind == tflite.TensorType.INT32:
        return np.frombuffer(content, np.int32).reshape(shape)
    return None


def _operator(operator: tflite.Operator, codes: list[str]) -> Operator:
    options = operator.BuiltinOptions()
    return Operator(
        codes[operator.OpcodeIndex()],
        _numbers(operator.InputsLength(), operator.Inputs),
        _numbers(operator.OutputsLength(), operator.Outputs),
        (options.Bytes, options.Pos) if options is not None else None,
    )


def _operator_name(code: tflite.OperatorCode) -> str:
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())  # the old field has one byte, the new one may be 0
    return _OPERATOR_NAMES.get(number, f"operator {number}")


def _numbers(length: int, at: Callable[[int], int]) -> tuple[int, ...]:
    return tuple(int(at(index)) for index in range(length))
