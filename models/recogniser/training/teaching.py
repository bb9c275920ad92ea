"""Teaches one head from features on disk and judges it on voices that it never heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.recogniser.confidence import Calibration
from models.recogniser.phones import Alphabet
from models.recogniser.training.export import step_graph
from models.recogniser.training.features import FRAME_MS, Example, FeatureShelf
from models.recogniser.training.head import Size
from models.recogniser.training.learning import Learning, Stand, phone_errors
from models.recogniser.training.lesson import Learned, Lesson, Piece

_HOUR_MS = 3_600_000
_TRAIN, _HELD_OUT = "train", "held-out"


def learn(lesson: Lesson, alphabet: Alphabet, told: Callable[[int, float], None]) -> Learned:
    """Blocks for hours. told: steps done and the loss; may raise to stop, and the same lesson goes on from there."""
    shelf = FeatureShelf(lesson.features)
    examples = _examples(shelf, _TRAIN, lesson.train)
    shape = lesson.shape
    size = Size(len(alphabet.phones) + 1, shape.width, shape.recurrent, shape.layers)
    learning = Learning(size, examples, lesson.steps, lesson.seed, lesson.checkpoint, batch_frames=shape.batch_frames)

    def tell(stand: Stand) -> None:
        told(stand.step, stand.loss)

    head = learning.run(tell)
    errors = {}
    for name, pieces in lesson.judged.items():
        wrong, total = phone_errors(head, _examples(shelf, _HELD_OUT, pieces))
        errors[name] = round(wrong / total, 4)
    return Learned(step_graph(head.cpu(), alphabet, Calibration()), round(_hours(examples), 3), errors)


def _examples(shelf: FeatureShelf, part: str, pieces: Sequence[Piece]) -> list[Example]:
    return [example for shard, copy in pieces for example in shelf.take(part, shard, copy)]


def _hours(examples: Sequence[Example]) -> float:
    return sum(len(example.frames) for example in examples) * FRAME_MS / _HOUR_MS
