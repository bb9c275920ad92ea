"""Numbers as ggml stores them: in blocks of 32 with a scale. Layouts: ggml, src/ggml-common.h and ggml-quants.c."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK = 32

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Kind:
    """number: ggml_type. file_number: ftype of a file whose matrices are of it. encode: to bytes, row after row."""

    number: int
    file_number: int
    encode: Callable[[Floats], bytes]
    block_bytes: int

    def bytes_of(self, shape: Sequence[int]) -> int:
        """Of an encoded matrix."""
        return math.prod(shape) * self.block_bytes // _BLOCK


def _f32(values: Floats) -> bytes:
    return values.astype("<f4").tobytes()


def _f16(values: Floats) -> bytes:
    return values.astype("<f2").tobytes()


def _q8_0(values: Floats) -> bytes:
    """A scale (f16) and 32 signed bytes."""
    blocks = values.reshape(-1, _BLOCK)
    scales = np.abs(blocks).max(axis=1) / 127
    stored = np.empty(len(blocks), [("scale", "<f2"), ("values", "i1", _BLOCK)])
    stored["scale"] = scales
    stored["values"] = np.rint(blocks / np.maximum(scales, 1e-12)[:, None])
    return stored.tobytes()


def _q4_0(values: Floats) -> bytes:
    """A scale (f16), 16 bytes of two halves: numbers i and i + 16, 8 is zero. The number farthest from zero is -8."""
    blocks = values.reshape(-1, _BLOCK)
    farthest = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(axis=1)]
    scales = farthest / -8
    steps = np.clip(np.rint(blocks / np.where(scales == 0, 1, scales)[:, None]) + 8, 0, 15).astype(np.uint8)
    stored = np.empty(len(blocks), [("scale", "<f2"), ("values", "u1", 16)])
    stored["scale"], stored["values"] = scales, steps[:, :16] | steps[:, 16:] << 4
    return stored.tobytes()


def _q5_1(values: Floats) -> bytes:
    """A scale and the smallest (f16), 32 fifth bits, 16 bytes of two lower halves: numbers i and i + 16."""
    blocks = values.reshape(-1, _BLOCK)
    smallest = blocks.min(axis=1)
    scales = (blocks.max(axis=1) - smallest) / 31
    steps = np.rint((blocks - smallest[:, None]) / np.maximum(scales, 1e-12)[:, None]).astype(np.uint32)
    stored = np.empty(len(blocks), [("scale", "<f2"), ("smallest", "<f2"), ("fifth", "<u4"), ("lower", "u1", 16)])
    stored["scale"], stored["smallest"] = scales, smallest
    stored["fifth"] = ((steps >> 4) << np.arange(_BLOCK, dtype=np.uint32)).sum(axis=1)
    stored["lower"] = (steps[:, :16] & 15) | ((steps[:, 16:] & 15) << 4)
    return stored.tobytes()


F32, F16 = Kind(0, 0, _f32, 4 * _BLOCK), Kind(1, 1, _f16, 2 * _BLOCK)
KINDS = {"f16": F16, "q8_0": Kind(8, 7, _q8_0, 34), "q5_1": Kind(7, 9, _q5_1, 24), "q4_0": Kind(2, 2, _q4_0, 18)}
