"""One training from phrase to installed head: told as it goes, stopped at any time, gone on with where it stood."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np

from models.wake.library import load_head
from models.wake.network import Network
from models.wake.training.alike import Pronounce, alike
from models.wake.training.errors import TrainingRefused
from models.wake.training.features import embeddings, with_silence_before
from models.wake.training.figures import THRESHOLD, Card, Judgement, judge
from models.wake.training.head_file import onnx_head
from models.wake.training.learning import Examples, Scale, learn
from models.wake.training.parts import FULL, Part, Scenes, Size, beside
from models.wake.training.perceptron import Perceptron
from models.wake.training.phrase import Phrase
from models.wake.training.progress import Pace, Progress
from models.wake.training.scene import Studio
from models.wake.training.shelf import Batch, Shelf, write_whole
from models.wake.training.speech import Cast, Sound

_BATCH_COST, _STEP_COST = 1.2, 0.012  # seconds on one core of the development machine
_MADE_BY = ("earshot", "numpy", "onnxruntime", "pyopen-wakeword")


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted. recordings: of people who say the phrase. others: of anything else that the box hears."""

    phrase: Phrase
    language: str
    pronounce: Pronounce
    recordings: Sequence[Sound] = ()
    others: Sequence[Sound] = ()
    size: Size = FULL
    fresh: bool = False
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Places:
    """words: where heads are installed. work: what is kept of trainings. cache: networks that were built."""

    words: Path
    work: Path
    cache: Path


class Training:
    """network: the engine's. told, stopped: see Pace. clock: seconds. now: for the card."""

    def __init__(
        self,
        order: Order,
        cast: Cast,
        network: Network,
        places: Places,
        *,
        told: Callable[[Progress], None],
        stopped: Callable[[], bool],
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        if not cast.familiar or not cast.held_out:
            raise TrainingRefused("wake-no-voice", f"no voice here speaks {order.language!r}; choose another language")
        said = order.phrase.text
        texts = [text for text in cast.texts if said not in text.lower()]
        self._cast = replace(cast, texts=texts, words=[word for word in cast.words if word != said])
        self._order, self._network, self._places = order, network, places
        self._told, self._stopped, self._clock, self._now = told, stopped, clock, now
        self._shelf = Shelf(places.work, order.seed, order.size.scenes)

    def run(self) -> Card:
        """Blocks for minutes. Raises TrainingStopped, TrainingRefused, ModelInvalid."""
        began = self._clock()
        self._shelf.open(fresh=self._order.fresh)
        parts = self._parts()
        size = self._order.size
        cost = sum(part.batches for part in parts) * _BATCH_COST + size.networks * size.steps * _STEP_COST
        pace = Pace(cost, self._told, self._stopped, self._clock)
        made = self._made(parts, pace)
        held_out = {part.kind: made[part] for part in parts if part.held_out}
        known = _together([made[part] for part in parts if not part.held_out])
        del made
        scale = Scale.of(known.embeddings)
        networks = self._learned(known, _together(list(held_out.values())), scale, pace)
        judgement = judge(networks, scale, held_out)
        head = onnx_head(networks, scale, threshold=judgement.threshold)
        card = self._card(judgement, head, seconds=round(self._clock() - began))
        self._install(head, card)
        self._shelf.keep_only(parts)
        return card

    def _parts(self) -> list[Part]:
        order, cast = self._order, self._cast
        rng = np.random.default_rng(order.seed)
        self._told(Progress("rooms and voices", 0, 1, None))
        studio = Studio(beside(cast, order.size.beside, rng), order.size.rooms, rng)
        near = alike(order.phrase, cast.words, order.pronounce, rng)
        near += [rival for rival in cast.rivals if order.phrase.text not in rival and rival not in order.phrase.text]
        return Scenes(order.phrase, cast, studio, near).parts(self._order.size, order.recordings, order.others)

    def _made(self, parts: Sequence[Part], pace: Pace) -> dict[Part, Examples]:
        done, total = 0, sum(part.batches for part in parts)
        made = {}
        for part in parts:
            batches = []
            for batch in range(part.batches):
                kept = self._shelf.take(part, batch)
                batches.append(kept or self._batch(part, batch))
                done += 1
                pace.piece("speech and sounds", done, total, _BATCH_COST, kept=kept is not None)
            found, labels = (np.concatenate(one) for one in zip(*batches, strict=True))
            made[part] = Examples(with_silence_before(self._network, found), labels)
        return made

    def _batch(self, part: Part, batch: int) -> Batch:
        scenes, labels = zip(*part.made(batch, self._order.size.scenes, self._order.seed), strict=True)
        made = embeddings(self._network, scenes), np.stack(labels)
        self._shelf.put(part, batch, made)
        return made

    def _learned(self, known: Examples, held_out: Examples, scale: Scale, pace: Pace) -> list[Perceptron]:
        size = self._order.size
        networks = []
        for number in range(size.networks):
            rng = np.random.default_rng([self._order.seed, number])

            def told(step: int, done: int = number * size.steps) -> None:
                pace.piece("learning", done + step, size.networks * size.steps, 100 * _STEP_COST)

            networks.append(learn(known, held_out, scale, rng, most_steps=size.steps, told=told))
        return networks

    def _card(self, judgement: Judgement, head: bytes, *, seconds: int) -> Card:
        order, cast = self._order, self._cast
        return Card(
            phrase=order.phrase.text,
            language=order.language,
            threshold=THRESHOLD,
            missed=round(judgement.missed, 4),
            false_wakes_per_hour=round(judgement.false_wakes_per_hour, 2),
            negative_hours=round(judgement.negative_hours, 2),
            taken_for_it=round(judgement.taken_for_it, 4),
            lag_ms=judgement.lag_ms,
            voices=len(cast.familiar),
            held_out_voices=[voice.name for voice in cast.held_out],
            recordings=len(order.recordings),
            size=order.size.name,
            seed=order.seed,
            date=self._now().isoformat(timespec="seconds"),
            seconds=seconds,
            versions={"python": platform.python_version(), **{name: version(name) for name in _MADE_BY}},
            head_sha256=sha256(head).hexdigest(),
        )

    def _install(self, head: bytes, card: Card) -> None:
        """The engine must have read it, where nobody listens for it. Raises TrainingRefused, ModelInvalid."""
        path = self._places.words / f"{self._order.phrase.name}.onnx"
        try:
            trial = self._places.work / "trial.onnx"
            write_whole(trial, head)
            load_head(trial, self._places.cache)
            write_whole(path.with_suffix(".json"), msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
            write_whole(path, head)
        except OSError as error:
            raise TrainingRefused(
                "wake-training-disk", f"{path}: {error.strerror}; free some space, or change its owner"
            ) from error


def _together(examples: Sequence[Examples]) -> Examples:
    return Examples(
        np.concatenate([one.embeddings for one in examples]), np.concatenate([one.labels for one in examples])
    )
