"""The stages of a recogniser's training: each makes what is not there yet, and tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from hub.recipe.folder import Folder
from hub.recipe.recording import ALONE, HELD_OUT, HOUSE, TRAIN
from hub.recipe.size import Size, pieces
from hub.recipe.tasks import (
    AS_RECORDED,
    FEATURES,
    Features,
    Hearing,
    Listening,
    Site,
    Speaking,
    Speech,
    Trying,
    alphabet_of,
    tried,
)
from models.recogniser.phones import Alphabet
from models.recogniser.training.calibration import Tried
from models.recogniser.training.corpus import Corpus
from models.recogniser.training.features import FeatureShelf
from models.recogniser.training.lesson import Learned, Lesson, Piece
from models.wake.training.progress import Pace

# Seconds on one core of the development machine, Kokoro among the voices: what is left, before anything is measured.
_SPEECH_COST, _FEATURES_COST, _CLIP_COST, _FRAME_COST = 110.0, 18.0, 0.1, 1.5e-4
_BOTH_COST = 4.0  # of a step of both looks, beside one of a first head alone
_CLIPS_AT_ONCE = 20
_JUDGED = {"at home": 0, "as recorded": AS_RECORDED}  # copies of the held-out clips

Task = TypeVar("Task")
Work = Callable[[Task], None]


def both_key(key: str) -> str:
    return f"{key}-both"


class Hands(Protocol):
    """Several processes: see hub.recipe.crew."""

    def __call__(
        self,
        tasks: Sequence[Task],
        jobs: int,
        begin: Callable[[], Work[Task]],
        done: Callable[[Task], None],
        check: Callable[[], None],
    ) -> None: ...


class Teacher(Protocol):
    """See models.recogniser.training.teaching."""

    def __call__(self, lesson: Lesson, phones: Alphabet, told: Callable[[int, float], None]) -> Learned: ...


class Stages:
    """jobs: processes for all but learning."""

    def __init__(
        self,
        size: Size,
        site: Site,
        jobs: int,
        hands: Hands,
        teach: Teacher,
        *,
        known: tuple[bytes, bytes] | None = None,
    ) -> None:
        """known: see Lesson. Raises ConfigError (stt-training-language)."""
        self._size, self._site, self._jobs, self._known = size, site, jobs, known
        self._hands, self._teach = hands, teach
        self._alphabet = alphabet_of(site.language)
        self._folder = Folder(site.folder)

    @property
    def cost(self) -> float:
        """Of all stages together, as Pace wants it."""
        size = self._size
        made = len(self._speech()) * _SPEECH_COST + len(self._features()) * _FEATURES_COST
        made += sum(self._tried_on.values()) * size.tried * _CLIP_COST
        first = 0 if self._known else size.steps
        return made / self._jobs + (first + _BOTH_COST * size.both_steps) * self.step_cost

    @property
    def _tried_on(self) -> dict[str, int]:
        """Shards by part."""
        return {HOUSE: self._size.house, HELD_OUT: self._size.held_out, ALONE: self._size.alone}

    @property
    def step_cost(self) -> float:
        return self._size.shape.batch_frames * _FRAME_COST

    def _speech(self) -> list[Speech]:
        """The judging first: a language that has no house for it is refused before hours of work."""
        size = self._size
        counts = {**self._tried_on, TRAIN: size.shards}
        return [Speech(part, shard) for part, count in counts.items() for shard in range(count)]

    def _features(self) -> list[Features]:
        size = self._size
        judging = [Features(HELD_OUT, shard, copy) for copy in (0, AS_RECORDED) for shard in range(size.held_out)]
        train = sorted(self.train, key=lambda piece: piece[1])  # a copy's rooms are made once
        return judging + [Features(TRAIN, shard, copy) for shard, copy in train]

    def speech_and_features(self, pace: Pace) -> None:
        corpus, shelf = Corpus(self._site.folder), FeatureShelf(self._site.folder / FEATURES)
        speech, features = self._speech(), self._features()
        have = [task for task in speech if corpus.has(task.part, task.shard)]
        self._stage("speech", speech, have, core_seconds=_SPEECH_COST, begin=partial(Speaking, self._site), pace=pace)
        heard = [task for task in features if shelf.has(task.part, task.shard, task.copy)]
        self._stage(
            "features", features, heard, core_seconds=_FEATURES_COST, begin=partial(Hearing, self._site), pace=pace
        )

    @property
    def train(self) -> list[Piece]:
        return pieces(self._size.shards, self._size.copies)

    def learned(self, key: str, first: str, pace: Pace) -> Learned:
        """Both looks together: what another language hears goes on learning, or a first head that learned before.

        first: key of that head.
        """
        size, both = self._size, both_key(key)
        train, held_out = self.train, range(size.held_out)
        lesson = replace(self.lesson(both, train, held_out), steps=size.both_steps, shape=size.second_shape)
        if self._known:
            lesson = replace(lesson, known=self._known)
        else:
            self.taught(first, self.lesson(first, train, held_out), "learning", pace)
            lesson = replace(lesson, first=self._folder.head(first))
        return self.taught(both, lesson, "learning both looks", pace, cost=_BOTH_COST)

    def lesson(self, key: str, train: Sequence[Piece], held_out: Sequence[int]) -> Lesson:
        return Lesson(
            language=self._site.language,
            features=self._site.folder / FEATURES,
            train=train,
            judged={name: [(shard, copy) for shard in held_out] for name, copy in _JUDGED.items()},
            shape=self._size.shape,
            steps=self._size.steps,
            seed=self._site.seed,
            checkpoint=self._folder.checkpoint(key),
        )

    def taught(self, key: str, lesson: Lesson, stage: str, pace: Pace, *, cost: float = 1.0) -> Learned:
        """What this key is of, of an earlier run or now. cost: of a step, beside one of a first head."""
        step_cost = cost * self.step_cost
        if kept := self._folder.learned(key):
            pace.piece(stage, lesson.steps, lesson.steps, step_cost * lesson.steps, kept=True)
            return kept
        before: int | None = None

        def told(step: int, loss: float) -> None:
            nonlocal before
            if before is None and step > 1:  # of an earlier run
                pace.piece(stage, step - 1, lesson.steps, step_cost * (step - 1), kept=True)
            before = step
            pace.piece(f"{stage}, loss {loss:.2f}", step, lesson.steps, step_cost)

        learned = self._teach(lesson, self._alphabet, told)
        self._folder.keep(key, learned)
        return learned

    def tried(self, key: str, pace: Pace) -> tuple[list[list[Tried]], list[list[Tried]]]:
        """Clips with a sentence of the house, and those without; each as ``Trial.tried`` tells it."""
        size = self._size
        tasks = [
            Listening(
                part, shard, first, min(_CLIPS_AT_ONCE, size.tried - first), self._folder.heard(key, part, shard, first)
            )
            for part, count in self._tried_on.items()
            for shard in range(count)
            for first in range(0, size.tried, _CLIPS_AT_ONCE)
        ]
        made = [task for task in tasks if task.results.is_file()]
        begin = partial(Trying, self._site, *(self._folder.head(both_key(key), look) for look in (0, 1)))
        self._stage("listening", tasks, made, core_seconds=_CLIP_COST * _CLIPS_AT_ONCE, begin=begin, pace=pace)
        inside = [one for task in tasks if task.part == HOUSE for one in tried(task.results)]
        others = [one for task in tasks if task.part != HOUSE for one in tried(task.results)]
        return inside, [
            clip for clip in others if not any(one.right for one in clip)
        ]  # some texts are of the house, too

    def _stage(
        self,
        name: str,
        tasks: Sequence[Task],
        made: Sequence[Task],
        *,
        core_seconds: float,
        begin: Callable[[], Work[Task]],
        pace: Pace,
    ) -> None:
        """made: by an earlier run."""
        done, cost = len(made), core_seconds / self._jobs
        pace.piece(name, done, len(tasks), cost * done, kept=True)

        def one(_: Task) -> None:
            nonlocal done
            done += 1
            pace.piece(name, done, len(tasks), cost)

        left = [task for task in tasks if task not in made]
        self._hands(left, self._jobs, begin, one, pace.check)
