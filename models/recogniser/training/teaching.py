"""Teaches a head, or both looks, from features on disk and judges them on voices that they never heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from models.recogniser.confidence import Calibration
from models.recogniser.looks import UNLEARNED
from models.recogniser.phones import BLANK, Alphabet, alphabet
from models.recogniser.training.beginning import begun, grown, joined
from models.recogniser.training.export import language_of, read_head, read_hears, step_graph
from models.recogniser.training.features import FRAME_MS, Example, FeatureShelf
from models.recogniser.training.head import Head, Size
from models.recogniser.training.learning import (
    BOTH_RATE,
    FIRST_RATE,
    AnyHead,
    Learning,
    Stand,
    phone_errors,
)
from models.recogniser.training.lesson import Learned, Lesson, Piece
from models.recogniser.training.second_export import read_second, whole_graph
from models.recogniser.training.second_head import BothLooks
from models.recogniser.training.tap_network import TapNetwork
from models.wake.embedding_files import read_embedding
from models.wake.layers import Layer
from models.wake.library import published_network

_HOUR_MS = 3_600_000
_TRAIN, _HELD_OUT = "train", "held-out"


def learn(lesson: Lesson, phones: Alphabet, told: Callable[[int, float], None]) -> Learned:
    """Blocks for hours. told: steps done and the loss; may raise to stop, and the same lesson goes on from there."""
    shelf = FeatureShelf(lesson.features)
    examples = _examples(shelf, _TRAIN, lesson.train)
    head = _begun(lesson, phones, examples)
    is_first = isinstance(head, Head)
    learning = Learning(
        head,
        examples,
        lesson.steps,
        lesson.seed,
        lesson.checkpoint,
        batch_frames=lesson.shape.batch_frames,
        shortest_first=is_first,
        rate=FIRST_RATE if is_first else BOTH_RATE,
    )

    def tell(stand: Stand) -> None:
        told(stand.step, stand.loss)

    head = learning.run(tell).cpu()
    models = _written(head, phones)
    errors: list[dict[str, float]] = [{} for _ in models]
    for name, pieces in lesson.judged.items():
        wrong, total = phone_errors(head, _examples(shelf, _HELD_OUT, pieces))
        for found, count in zip(errors, wrong, strict=True):
            found[name] = round(count / total, 4)
    return Learned(models, round(_hours(examples), 3), errors)


def _begun(lesson: Lesson, phones: Alphabet, examples: Sequence[Example]) -> AnyHead:
    shape = lesson.shape
    if lesson.known:
        return grown(_read(*lesson.known), sounds_alike(language_of(lesson.known[0]), phones), lesson.seed)
    if lesson.first:
        model = lesson.first.read_bytes()
        return joined(_hears(model), read_head(model), shape, lesson.seed)
    return begun(Size(len(phones.phones) + 1, shape.width, shape.recurrent, shape.layers), examples, lesson.seed)


def sounds_alike(known: str, wanted: Alphabet) -> list[int | None]:
    """For each output of a language, blank first, that of another one which is likest; None where there is none."""
    other = alphabet(known)
    assert other is not None
    return [BLANK, *(next(iter(other.read(phone)), None) for phone in wanted.phones)]


def _read(first: bytes, second: bytes) -> BothLooks:
    head = read_head(first)
    return BothLooks(_hears(first), head, read_second(second, head))


def _hears(first: bytes) -> TapNetwork:
    return TapNetwork(read_hears(first, _published()))


def _published() -> Sequence[Layer]:
    return read_embedding(published_network().read_bytes())


def _written(head: AnyHead, phones: Alphabet) -> list[bytes]:
    """Not calibrated yet."""
    if isinstance(head, Head):
        return [step_graph(_published(), head, phones, Calibration())]
    first = step_graph(head.hears.learned(), head.first, phones, Calibration())
    return [first, whole_graph(head.second, sha256(first).hexdigest(), UNLEARNED)]


def _examples(shelf: FeatureShelf, part: str, pieces: Sequence[Piece]) -> list[Example]:
    return [example for shard, copy in pieces for example in shelf.take(part, shard, copy)]


def _hours(examples: Sequence[Example]) -> float:
    return sum(len(example.frames) for example in examples) * FRAME_MS / _HOUR_MS
