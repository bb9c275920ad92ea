"""What a head is taught from, and what comes of it: known without the library that teaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Piece = tuple[int, int]
"""Shard and copy of a shelf's file."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Values of the head's layers. batch_frames: of 40 ms, that it learns from at once."""

    width: int = 256
    recurrent: int = 256
    layers: int = 2
    batch_frames: int = 900


@dataclass(frozen=True, slots=True)
class Lesson:
    """features: folder of a FeatureShelf. train: of its part ``train``. judged: of ``held-out``, by what it is called.

    checkpoint: file that a stopped lesson goes on from. first: file of a first look that both looks grow out of.
    known: files of both looks of another language, to begin with what those hear. Neither: a first head alone, on taps.
    """

    language: str
    features: Path
    train: Sequence[Piece]
    judged: Mapping[str, Sequence[Piece]]
    shape: Shape
    steps: int
    seed: int
    checkpoint: Path
    first: Path | None = None
    known: tuple[bytes, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """models: ONNX, not calibrated yet, of the first look and, where both learned, of the second. hours: of sound,
    copies included. phone_errors: of each model shares, as in judged.
    """

    models: Sequence[bytes]
    hours: float
    phone_errors: Sequence[Mapping[str, float]]
