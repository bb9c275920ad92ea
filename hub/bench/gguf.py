"""Writes GGUF files: typed values, then matrices. Format: ggml, docs/gguf.md, version 3."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hub.bench.quantized import Floats, Kind

_MAGIC, _VERSION, _ALIGNMENT_BYTES = b"GGUF", 3, 32
_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9

Value = bool | int | float | str | Sequence[str] | Sequence[int]


@dataclass(frozen=True, slots=True)
class Matrix:
    """shape: rows first. values: made when it is written, since all of them together may not fit into memory."""

    name: str
    shape: tuple[int, ...]
    kind: Kind

    @property
    def bytes(self) -> int:
        return self.kind.bytes_of(self.shape)


def write(path: Path, values: Mapping[str, Value], matrices: Sequence[Matrix], fill: Iterable[Floats]) -> None:
    """fill: the values of each matrix, in order."""
    with path.open("wb") as file:
        file.write(_MAGIC + struct.pack("<IQQ", _VERSION, len(matrices), len(values)))
        for key, value in values.items():
            file.write(_text(key) + _typed(value))
        at = 0
        for matrix in matrices:
            file.write(_text(matrix.name) + struct.pack("<I", len(matrix.shape)))
            file.write(struct.pack(f"<{len(matrix.shape)}Q", *reversed(matrix.shape)))
            file.write(struct.pack("<IQ", matrix.kind.number, at))
            at += _padded(matrix.bytes)
        _pad(file)
        for matrix, numbers in zip(matrices, fill, strict=True):
            file.write(matrix.kind.encode(numbers))
            _pad(file)


def _typed(value: Value) -> bytes:
    match value:
        case bool():
            return struct.pack("<I?", _BOOL, value)
        case int():
            return struct.pack("<II", _UINT32, value)
        case float():
            return struct.pack("<If", _FLOAT32, value)
        case str():
            return struct.pack("<I", _STRING) + _text(value)
    if value and isinstance(value[0], int):
        return struct.pack(f"<IIQ{len(value)}i", _ARRAY, _INT32, len(value), *value)
    return struct.pack("<IIQ", _ARRAY, _STRING, len(value)) + b"".join(_text(str(one)) for one in value)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT_BYTES) * _ALIGNMENT_BYTES


def _pad(file: BinaryIO) -> None:
    file.write(b"\0" * (_padded(file.tell()) - file.tell()))
