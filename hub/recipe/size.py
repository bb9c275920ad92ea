"""How much of everything a training of a recogniser has, and the room that it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from models.recogniser.training.lesson import Piece, Shape

SHARD_HOURS = 0.106  # of 200 clips
_SPEECH_BYTES, _FEATURE_BYTES = 12_700_000, 22_600_000  # of one shard, and of one copy of it
_MORE_BYTES = 300 << 20  # checkpoints and heads; of memory: the libraries and a batch


SECOND_SHAPE = Shape(256, 192, 2, 900)


@dataclass(frozen=True, slots=True)
class Size:
    """hours: of speech that trains. held_out, house, alone: shards that judge. copies: of the speech, in other rooms.

    tried: clips of each shard that judges, by listening to them. steps: of a first head alone. both_steps: of both
    looks together. second_shape: of the second head.
    """

    name: str
    hours: float
    held_out: int
    house: int
    copies: int
    steps: int
    tried: int
    both_steps: int
    alone: int = 1
    shape: Shape = field(default_factory=Shape)
    second_shape: Shape = SECOND_SHAPE

    @property
    def shards(self) -> int:
        return max(1, math.ceil(self.hours / SHARD_HOURS))

    @property
    def disk_bytes(self) -> int:
        speech = self.shards + self.held_out + self.house + self.alone
        return speech * _SPEECH_BYTES + self._features * _FEATURE_BYTES + _MORE_BYTES

    @property
    def memory_bytes(self) -> int:
        """All features are in memory while a head learns."""
        return self.shards * self.copies * _FEATURE_BYTES + _MORE_BYTES

    @property
    def _features(self) -> int:
        return self.shards * self.copies + 2 * self.held_out


FULL = Size("full", hours=3.8, held_out=2, house=3, copies=3, steps=14_000, tried=200, both_steps=6000)
QUICK = Size(
    "quick",
    hours=0.4,
    held_out=1,
    house=1,
    copies=1,
    steps=2400,  # for 700 to 900 of them everything is still blank, and how many hangs on the last bit of the speech
    tried=60,
    both_steps=200,
    shape=Shape(128, 192, 1, 400),
    second_shape=Shape(96, 96, 1, 400),
)
CURVE_STEPS = 1500  # of each head of a learning curve


def pieces(shards: int, copies: int) -> list[Piece]:
    return [(shard, copy) for shard in range(shards) for copy in range(copies)]
