"""Numbers come back from ggml's blocks as exactly as their bits allow; read here by the layouts' own words."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from hub.bench.quantized import KINDS

VALUES = np.random.default_rng(5).normal(0, 1, (3, 64)).astype(np.float32)


def q8_0(block: bytes) -> list[float]:
    (scale,) = struct.unpack("<e", block[:2])
    return [scale * value for value in struct.unpack("<32b", block[2:])]


def q5_1(block: bytes) -> list[float]:
    scale, smallest, fifth = struct.unpack("<eeI", block[:8])
    halves = [byte & 15 for byte in block[8:]] + [byte >> 4 for byte in block[8:]]
    return [scale * (half | (fifth >> place & 1) << 4) + smallest for place, half in enumerate(halves)]


@pytest.mark.parametrize(("kind", "size", "read", "error"), [("q8_0", 34, q8_0, 0.02), ("q5_1", 24, q5_1, 0.11)])
def test_what_was_stored_comes_back(kind, size, read, error):
    stored = KINDS[kind].encode(VALUES)
    blocks = [stored[start : start + size] for start in range(0, len(stored), size)]
    found = np.array([value for block in blocks for value in read(block)]).reshape(VALUES.shape)
    assert np.abs(found - VALUES).max() < error


def test_zeros_are_zeros():
    assert set(q8_0(KINDS["q8_0"].encode(np.zeros((1, 32), np.float32)))) == {0}
    assert set(q5_1(KINDS["q5_1"].encode(np.zeros((1, 32), np.float32)))) == {0}


def test_halves_are_halves():
    assert KINDS["f16"].encode(VALUES) == VALUES.astype("<f2").tobytes()
