"""The pieces of work of a recogniser's training that processes share: speech, its features, and listening to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from hub.recipe.recording import ALONE, HELD_OUT, HOUSE, TRAIN, Recorder
from hub.recipe.trial import Trial
from models.recogniser.phones import Alphabet, alphabet
from models.recogniser.training.calibration import Tried
from models.recogniser.training.corpus import Clip, Corpus
from models.recogniser.training.features import Ears, FeatureShelf
from models.recogniser.training.scene import Places
from models.wake.library import load_network
from models.wake.training.errors import TrainingRefused
from models.wake.training.shelf import write_whole
from wire.errors import ConfigError

AS_RECORDED = 9  # the copy of held-out clips that nothing was done to; lower numbers are at home
FEATURES = "features"  # folder within the training's
_PARTS = (TRAIN, HELD_OUT, HOUSE, ALONE)
_TALKERS = 150
_TRIED_HARDSHIP = 0.5


@dataclass(frozen=True, slots=True)
class Site:
    """folder: of the training. cache: of networks as they are built."""

    language: str
    folder: Path
    cache: Path
    seed: int


@dataclass(frozen=True, slots=True)
class Speech:
    part: str
    shard: int


@dataclass(frozen=True, slots=True)
class Features:
    part: str
    shard: int
    copy: int


@dataclass(frozen=True, slots=True)
class Listening:
    """clips: of the shard, from ``first`` on. results: file for what was heard."""

    part: str
    shard: int
    first: int
    clips: int
    results: Path


class Speaking:
    """Raises IntentFailed for a language that nobody wrote words for."""

    def __init__(self, site: Site) -> None:
        self._recorder = Recorder(alphabet_of(site.language), site.folder, site.seed)

    def __call__(self, task: Speech) -> None:
        self._recorder.record(task.part, task.shard)


class Hearing:
    def __init__(self, site: Site) -> None:
        self._seed, self._folder = site.seed, site.folder
        self._network = load_network(site.cache, taps=True)
        self._shelf = FeatureShelf(site.folder / FEATURES)
        self._ears: dict[tuple[str, int], Ears] = {}

    def __call__(self, task: Features) -> None:
        clips = clips_of(self._folder, task.part, task.shard)
        rng = np.random.default_rng([self._seed, _PARTS.index(task.part), task.copy, task.shard])
        examples = self._heard_by(task.part, task.copy).examples(clips, rng)
        self._shelf.put(task.part, task.shard, task.copy, examples)

    def _heard_by(self, part: str, copy: int) -> Ears:
        """Every copy is in rooms of its own."""
        if (part, copy) not in self._ears:
            self._ears.clear()  # what came before is not needed again
            hardship = 0.0 if copy == AS_RECORDED else 1.0
            places = _places(self._folder, self._seed, part, copy)
            self._ears[part, copy] = Ears(self._network, places, hardship=hardship)
        return self._ears[part, copy]


class Trying:
    """model, second: the files of both looks."""

    def __init__(self, site: Site, model: Path, second: Path) -> None:
        self._seed, self._folder = site.seed, site.folder
        self._trial = Trial(site.language, model, second)
        self._places = {part: _places(site.folder, site.seed, part, AS_RECORDED) for part in (HOUSE, HELD_OUT, ALONE)}

    def __call__(self, task: Listening) -> None:
        clips = clips_of(self._folder, task.part, task.shard)[task.first : task.first + task.clips]
        rng = np.random.default_rng([self._seed, _PARTS.index(task.part), task.shard, task.first])
        places = self._places[task.part]
        sounds = (places.heard([clip], rng, hardship=_TRIED_HARDSHIP).sound for clip in clips)
        tried = [self._trial.tried(clip.text, sound) for clip, sound in zip(clips, sounds, strict=True)]
        if task.part == HELD_OUT:
            tried += [self._trial.tried("", places.nobody(rng)) for _ in clips[::2]]
        write_whole(task.results, msgspec.json.encode(tried))


def tried(results: Path) -> list[list[Tried]]:
    """Of one task of ``Trying``, each clip as ``Trial.tried`` tells it."""
    return msgspec.json.decode(results.read_bytes(), type=list[list[Tried]])


def alphabet_of(language: str) -> Alphabet:
    """Raises ConfigError (stt-training-language)."""
    found = alphabet(language)
    if found is None:
        raise ConfigError(
            "stt-training-language",
            f"nobody wrote down the sounds of {language!r} yet; add it to models/recogniser/phones.py",
        )
    return found


def clips_of(folder: Path, part: str, shard: int) -> list[Clip]:
    """Raises TrainingRefused (stt-training-damaged)."""
    clips = Corpus(folder).take(part, shard)
    if not clips:
        raise TrainingRefused(
            "stt-training-damaged", f"{folder}/{part}-{shard:04d}.npz cannot be read; remove it and start again"
        )
    return clips


def _places(folder: Path, seed: int, part: str, copy: int) -> Places:
    """In the next room others of the same part talk. The first copy is the calm one."""
    rng = np.random.default_rng([seed, _PARTS.index(part), copy])
    return Places(clips_of(folder, part, 0)[:_TALKERS], rng, lively=copy > 0)
