"""Teaches one head from features on disk and judges it on voices that it never heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import torch

from models.recogniser.confidence import Calibration
from models.recogniser.looks import UNLEARNED
from models.recogniser.phones import Alphabet
from models.recogniser.training.export import read_head, step_graph
from models.recogniser.training.features import FRAME_MS, Example, FeatureShelf
from models.recogniser.training.head import Head, Size
from models.recogniser.training.learning import (
    FIRST_RATE,
    SECOND_RATE,
    AnyHead,
    Learning,
    Stand,
    begun,
    grown,
    phone_errors,
)
from models.recogniser.training.lesson import Learned, Lesson, Piece, Shape
from models.recogniser.training.second_export import whole_graph
from models.recogniser.training.second_head import SecondHead
from models.recogniser.training.tap_network import TapNetwork
from models.wake.embedding_files import read_embedding
from models.wake.library import published_network

_HOUR_MS = 3_600_000
_TRAIN, _HELD_OUT = "train", "held-out"


def learn(lesson: Lesson, alphabet: Alphabet, told: Callable[[int, float], None]) -> Learned:
    """Blocks for hours. told: steps done and the loss; may raise to stop, and the same lesson goes on from there."""
    shelf = FeatureShelf(lesson.features)
    examples = _examples(shelf, _TRAIN, lesson.train)
    torch.manual_seed(lesson.seed)
    first = lesson.first.read_bytes() if lesson.first else None
    head = _second(read_head(first), lesson.shape) if first else _first(alphabet, examples, lesson)
    learning = Learning(
        head,
        examples,
        lesson.steps,
        lesson.seed,
        lesson.checkpoint,
        batch_frames=lesson.shape.batch_frames,
        shortest_first=first is None,
        rate=SECOND_RATE if first or lesson.known else FIRST_RATE,
    )

    def tell(stand: Stand) -> None:
        told(stand.step, stand.loss)

    head = learning.run(tell).cpu()
    errors = {}
    for name, pieces in lesson.judged.items():
        wrong, total = phone_errors(head, _examples(shelf, _HELD_OUT, pieces))
        errors[name] = round(wrong / total, 4)
    return Learned(_written(head, alphabet, first), round(_hours(examples), 3), errors)


def _first(alphabet: Alphabet, examples: Sequence[Example], lesson: Lesson) -> AnyHead:
    shape = lesson.shape
    size = Size(len(alphabet.phones) + 1, shape.width, shape.recurrent, shape.layers)
    if lesson.known:
        return grown(read_head(lesson.known), size, lesson.seed)
    return begun(size, examples, lesson.seed)


def _second(first: Head, shape: Shape) -> AnyHead:
    hears = TapNetwork(read_embedding(published_network().read_bytes()))
    return SecondHead(first, hears, width=shape.width, recurrent=shape.recurrent, layers=shape.layers)


def _written(head: AnyHead, alphabet: Alphabet, first: bytes | None) -> bytes:
    """Not calibrated yet."""
    if isinstance(head, SecondHead):
        assert first is not None
        return whole_graph(head, sha256(first).hexdigest(), UNLEARNED)
    return step_graph(head, alphabet, Calibration())


def _examples(shelf: FeatureShelf, part: str, pieces: Sequence[Piece]) -> list[Example]:
    return [example for shard, copy in pieces for example in shelf.take(part, shard, copy)]


def _hours(examples: Sequence[Example]) -> float:
    return sum(len(example.frames) for example in examples) * FRAME_MS / _HOUR_MS
