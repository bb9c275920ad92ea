"""What is written into a GGUF file is read back by the format's own words (ggml, docs/gguf.md)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hub.bench.gguf import Matrix, write
from hub.bench.quantized import F16, F32, KINDS

UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
PLAIN = {UINT32: "I", INT32: "i", FLOAT32: "f", BOOL: "?"}


@dataclass
class Reader:
    data: bytes
    at: int = 0

    def take(self, form: str) -> Any:
        (value,) = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return value

    def text(self) -> str:
        size = self.take("Q")
        self.at += size
        return self.data[self.at - size : self.at].decode()

    def value(self, kind: int) -> Any:
        if kind == ARRAY:
            of, count = self.take("I"), self.take("Q")
            return [self.value(of) for _ in range(count)]
        return self.text() if kind == STRING else self.take(PLAIN[kind])


@dataclass
class File:
    values: dict[str, tuple[int, Any]]
    matrices: dict[str, tuple[tuple[int, ...], int, int]]  # shape as ggml has it, type, offset
    data: bytes


def read(path: Path) -> File:
    reader = Reader(path.read_bytes())
    assert reader.data[:4] == b"GGUF"
    reader.at = 4
    assert reader.take("I") == 3
    matrices, values = reader.take("Q"), reader.take("Q")
    found = File({}, {}, b"")
    for _ in range(values):
        key, kind = reader.text(), reader.take("I")
        found.values[key] = (kind, reader.value(kind))
    for _ in range(matrices):
        name = reader.text()
        shape = tuple(reader.take("Q") for _ in range(reader.take("I")))
        found.matrices[name] = (shape, reader.take("I"), reader.take("Q"))
    found.data = reader.data[-(-reader.at // 32) * 32 :]
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "network.gguf"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, BOOL),
        (False, BOOL),
        (7, UINT32),
        (2**32 - 1, UINT32),
        (0.5, FLOAT32),
        ("Küche", STRING),
        ("", STRING),
        (["a", "灯", ""], ARRAY),
        ([1, -2, 3], ARRAY),
        ([], ARRAY),
    ],
)
def test_a_value_comes_back_with_its_type(path: Path, value: Any, kind: int):
    write(path, {"some.key": value, "after": 1}, [], [])
    assert read(path).values == {"some.key": (kind, value), "after": (UINT32, 1)}


@pytest.mark.parametrize("kind", [F32, F16, *KINDS.values()], ids=lambda kind: str(kind.number))
def test_matrices_come_back_each_from_its_place(path: Path, kind: Any):
    made = [np.arange(rows * 32, dtype=np.float32).reshape(rows, 32) / 100 - 1 for rows in (1, 3, 5)]
    matrices = [Matrix(f"m{rows}.weight", values.shape, kind) for rows, values in enumerate(made)]
    write(path, {"name": "x"}, matrices, iter(made))
    found = read(path)
    assert list(found.matrices) == ["m0.weight", "m1.weight", "m2.weight"]
    for matrix, values in zip(matrices, made, strict=True):
        shape, number, at = found.matrices[matrix.name]
        assert (shape, number, at % 32) == (matrix.shape[::-1], kind.number, 0)
        assert found.data[at : at + matrix.bytes] == kind.encode(values)


def test_numbers_come_back_from_among_others(path: Path):
    odd, even = np.array([1.5, -2.5, 3.5], np.float32), np.arange(64, dtype=np.float32).reshape(2, 32)
    matrices = [Matrix("norm", (3,), F32), Matrix("half", (2, 32), F16)]
    write(path, {}, matrices, [odd, even])
    found = read(path)
    assert found.matrices["norm"] == ((3,), 0, 0)
    assert found.matrices["half"] == ((32, 2), 1, 32)
    assert np.frombuffer(found.data[:12], "<f4").tolist() == [1.5, -2.5, 3.5]
    assert found.data[12:32] == bytes(20)
    assert np.frombuffer(found.data[32:160], "<f2").tolist() == list(range(64))
    assert len(found.data) == 160


@pytest.mark.parametrize("length", range(1, 34, 4))
def test_matrices_begin_at_a_whole_step_of_the_file(path: Path, length: int):
    write(path, {"k" * length: 1}, [Matrix("m", (8,), F32)], [np.ones(8, np.float32)])
    assert path.stat().st_size % 32 == 0
    assert np.frombuffer(read(path).data, "<f4").tolist() == [1.0] * 8


@pytest.mark.parametrize("count", [0, 2])
def test_as_many_matrices_are_filled_as_were_announced(path: Path, count: int):
    with pytest.raises(ValueError, match="zip"):
        write(path, {}, [Matrix("m", (8,), F32)], [np.ones(8, np.float32)] * count)


@pytest.mark.parametrize(
    ("kind", "shape", "size"),
    [(F32, (3,), 12), (F16, (2, 32), 128), (KINDS["q8_0"], (4, 64), 272), (KINDS["q4_0"], (2, 32), 36)],
)
def test_a_matrix_knows_its_size(kind: Any, shape: tuple[int, ...], size: int):
    assert Matrix("m", shape, kind).bytes == size
