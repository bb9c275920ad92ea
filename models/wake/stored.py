"""The form in which built networks are kept: msgpack, checked against their types; an array is its shape and bytes."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

Model = TypeVar("Model")


def written(model: object) -> bytes:
    return msgspec.msgpack.encode(model, enc_hook=_shape_and_bytes)


def read(content: bytes, kind: type[Model]) -> Model:
    """Raises msgspec.DecodeError."""
    return msgspec.msgpack.decode(content, type=kind, dec_hook=_array)


def _shape_and_bytes(array: object) -> tuple[tuple[int, ...], bytes]:
    if not isinstance(array, np.ndarray):
        raise NotImplementedError(type(array))
    return array.shape, np.ascontiguousarray(array, np.float32).tobytes()


def _array(_kind: type, shape_and_bytes: Any) -> NDArray[np.float32]:
    shape, content = shape_and_bytes
    return np.frombuffer(content, np.float32).reshape(shape)
