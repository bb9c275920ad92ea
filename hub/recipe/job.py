"""The whole recipe of a recogniser, from nothing to its file: told as it goes, stopped at any time, gone on with."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hub.recipe import card as cards
from hub.recipe.card import Card
from hub.recipe.crew import no_disk
from hub.recipe.folder import Folder
from hub.recipe.recording import HELD_OUT, TRAIN
from hub.recipe.size import Size
from hub.recipe.stages import Hands, Stages, Teacher
from hub.recipe.tasks import FEATURES, Site
from models.recogniser.confidence import Calibration, LookAgain
from models.recogniser.looks import LOOKS
from models.recogniser.network import PhoneNetwork
from models.recogniser.second import SecondNetwork
from models.recogniser.training.calibration import (
    Rates,
    calibrated,
    calibrated_again,
    crosswise,
    second_written,
    written,
)
from models.recogniser.training.curve import FRACTIONS, first_shards
from models.recogniser.training.features import FeatureShelf
from models.recogniser.training.lesson import Learned, Piece
from models.wake.training.errors import TrainingRefused
from models.wake.training.progress import Pace, Progress
from models.wake.training.shelf import write_whole

_MADE_BY = ("earshot", "torch", "numpy", "onnxruntime", "pyopen-wakeword", "wordfreq", "espeakng-loader")


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted. jobs: processes for all but learning. known: files of both looks of another language's
    recogniser, to begin with what those hear.
    """

    language: str
    size: Size
    seed: int = 1
    jobs: int = 2
    fresh: bool = False
    known: tuple[bytes, bytes] | None = None

    @property
    def known_sha256(self) -> str:
        """Empty where it begins with nothing."""
        return sha256(self.known[1]).hexdigest() if self.known else ""


@dataclass(frozen=True, slots=True)
class Point:
    """Of a learning curve. hours: of speech, each once."""

    hours: float
    phone_errors: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Trust:
    """How far the recogniser is to be believed. inside, outside: clips that tell it. again: with the second look."""

    calibration: Calibration
    again: LookAgain
    rates: Rates
    inside: int
    outside: int


class Training:
    """told, stopped: see Pace. clock: seconds. now: for the card."""

    def __init__(
        self,
        order: Order,
        folder: Path,
        cache: Path,
        *,
        hands: Hands,
        teach: Teacher,
        told: Callable[[Progress], None],
        stopped: Callable[[], bool],
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        """Raises ConfigError (stt-training-language)."""
        self._order, self._folder = order, Folder(folder)
        site = Site(order.language, folder, cache, order.seed)
        self._stages = Stages(order.size, site, order.jobs, hands, teach, known=order.known)
        self._told, self._stopped, self._clock, self._now = told, stopped, clock, now

    def run(self) -> Card:
        """Blocks for hours; what was made by an earlier run is not made again.

        Raises TrainingStopped, TrainingRefused, ConfigError, ModelInvalid.
        """
        began, order, stages, key = self._clock(), self._order, self._stages, self._key(astuple(self._order.size))
        self._folder.open(order.language, order.seed, fresh=order.fresh)
        if card := cards.read(self._folder.card, (self._folder.model, self._folder.second), key):
            return card
        self._folder.check_room(order.size)
        pace = self._pace(stages.cost)
        try:
            stages.speech_and_features(pace)
            learned = stages.learned(key, self._head_key(stages.train, range(order.size.held_out)), pace)
            trust = self._trust(key, pace)
            first, second = learned.models
            model = written(first, trust.calibration)
            both = model, second_written(second, model, trust.again)
            card = self._card(key, learned, trust, both, seconds=round(self._clock() - began))
            self._install(*both, card)
        except OSError as error:
            raise TrainingRefused(*no_disk(error)) from error
        return card

    def curve(self) -> list[Point]:
        """Heads of equal steps from ever more of the features that are there, least first.

        Raises TrainingStopped, TrainingRefused (stt-training-empty).
        """
        order, stages = self._order, self._stages
        self._folder.open(order.language, order.seed, fresh=False)
        shelf = FeatureShelf(self._folder.path / FEATURES)
        train, held_out = shelf.made(TRAIN), {shard for shard, _ in shelf.made(HELD_OUT)}
        if not train or not held_out:
            raise TrainingRefused(
                "stt-training-empty", f"{self._folder.path} has no features to learn from; train without --curve first"
            )
        pace = self._pace(len(FRACTIONS) * order.size.steps * stages.step_cost)
        points = []
        for fraction in FRACTIONS:
            shards = first_shards(sorted({shard for shard, _ in train}), fraction)
            some = [piece for piece in train if piece[0] in shards]
            key = self._head_key(some, sorted(held_out))
            learned = stages.taught(key, stages.lesson(key, some, sorted(held_out)), f"{fraction:.1%} of it", pace)
            copies = len(some) / len(shards)
            points.append(Point(round(learned.hours / copies, 2), dict(learned.phone_errors[0])))
        return points

    def _head_key(self, train: Sequence[Piece], held_out: Sequence[int]) -> str:
        """Of a first head: what is learned on it later, and how it is judged, changes nothing in it."""
        size = self._order.size
        return self._key((astuple(size.shape), size.steps, list(train), list(held_out)))

    def _key(self, of: Sequence[object]) -> str:
        order = self._order
        return sha256(repr((order.language, order.seed, of, order.known_sha256)).encode()).hexdigest()[:16]

    def _pace(self, cost: float) -> Pace:
        return Pace(cost, self._told, self._stopped, self._clock)

    def _trust(self, key: str, pace: Pace) -> _Trust:
        inside, outside = self._stages.tried(key, pace)
        along = calibrated([clip[0] for clip in inside], [clip[0].evidence for clip in outside], Calibration())
        looks = [clip[1:] for clip in inside], [clip[1:] for clip in outside]
        again, rates = calibrated_again(*looks, LOOKS), crosswise(*looks, LOOKS)
        return _Trust(along, again, rates, len(inside), len(outside))

    def _card(self, key: str, learned: Learned, trust: _Trust, files: tuple[bytes, bytes], *, seconds: int) -> Card:
        """files: of the first look and of the second."""
        order, size, (model, second_model) = self._order, self._order.size, files
        errors, second_errors = map(dict, learned.phone_errors)
        voices, hours = cards.spoken(self._folder.path, TRAIN, range(size.shards))
        held_out_voices, _ = cards.spoken(self._folder.path, HELD_OUT, range(size.held_out))
        return Card(
            key=key,
            language=order.language,
            size=size.name,
            seed=order.seed,
            hours=hours,
            hours_learned=learned.hours,
            steps=0 if order.known else size.steps,
            both_steps=size.both_steps,
            copies=size.copies,
            voices=voices,
            held_out_voices=held_out_voices,
            phone_errors=errors,
            second_phone_errors=second_errors,
            accept=round(trust.again.accept, 4),
            rates=cards.rounded(trust.rates),
            clips_inside=trust.inside,
            clips_outside=trust.outside,
            date=self._now().isoformat(timespec="seconds"),
            seconds=seconds,
            versions=_versions(),
            known_sha256=order.known_sha256,
            model_bytes=len(model),
            model_sha256=sha256(model).hexdigest(),
            second_bytes=len(second_model),
            second_sha256=sha256(second_model).hexdigest(),
        )

    def _install(self, model: bytes, second: bytes, card: Card) -> None:
        """The recogniser must have read them. Raises ModelInvalid, OSError."""
        trials = [self._folder.path / "heads" / name for name in ("trial.onnx", "trial-second.onnx")]
        for trial, content in zip(trials, (model, second), strict=True):
            write_whole(trial, content)
        SecondNetwork(trials[1], PhoneNetwork(trials[0]))
        for trial in trials:
            trial.unlink()
        write_whole(self._folder.card, cards.encoded(card))
        write_whole(self._folder.second, second)
        write_whole(self._folder.model, model)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _MADE_BY:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
