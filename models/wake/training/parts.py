"""The parts of a training: which scenes are made, how many, of whom, and whether they teach or judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from types import MappingProxyType

import numpy as np

from models.wake.training.errors import TrainingRefused
from models.wake.training.features import OTHER, Labels, labels
from models.wake.training.phrase import Phrase
from models.wake.training.scene import SCENE_SAMPLES, SCENE_STEPS, Samples, Studio, joined
from models.wake.training.speech import Cast, Sound, Voice, one_of, spoken

_FORMAT = "1"  # another one whenever scenes are made in another way
_BESIDE_WORD, _BESIDE_ALIKE = 0.5, 0.35
_MOST_WORDS = 7
_REVERSED = 0.1  # of speech: sounds like speech and is no language
_TRIES = 20

Scene = tuple[Samples, Labels]
"""Samples of the scene, label of each of its steps."""


@dataclass(frozen=True, slots=True)
class Part:
    """key: of all that its scenes are made from: a part with the same key is the same sound."""

    kind: str
    held_out: bool
    batches: int
    key: str
    make: Callable[[np.random.Generator], Scene] = field(compare=False)

    def made(self, batch: int, scenes: int, seed: int) -> Iterator[Scene]:
        rng = np.random.default_rng([seed, int(self.key[:8], 16), batch])
        return (self.make(rng) for _ in range(scenes))


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made and learned.

    batches: by kind of part, to learn from and to judge by. scenes: in a batch. steps: of learning, at most. networks:
    in one head. rooms: that are simulated. beside: sentences that people say around the word.
    """

    name: str
    batches: Mapping[str, tuple[int, int]]
    steps: int
    networks: int
    scenes: int = 32  # two calls of the engine
    rooms: int = 60
    beside: int = 160


FULL = Size(
    "full",
    MappingProxyType({"words": (72, 12), "alike": (40, 8), "speech": (44, 12), "foreign": (20, 6), "noise": (24, 8)}),
    steps=1500,
    networks=3,
)
QUICK = Size(
    "quick",
    MappingProxyType({"words": (12, 2), "alike": (6, 2), "speech": (8, 3), "foreign": (2, 1), "noise": (3, 1)}),
    steps=600,
    networks=1,
)


class Scenes:
    """Makes every part of one training. alike: texts that sound like the phrase."""

    def __init__(self, phrase: Phrase, cast: Cast, studio: Studio, alike: Sequence[str]) -> None:
        self._phrase, self._cast, self._studio, self._alike = phrase, cast, studio, alike

    def parts(self, size: Size, recordings: Sequence[Sound], others: Sequence[Sound]) -> list[Part]:
        """recordings: of people who say the phrase; others: of anything else. They only teach."""
        cast, found = self._cast, []
        for held_out, voices in ((False, cast.familiar), (True, cast.held_out)):
            made: dict[str, tuple[Callable[[np.random.Generator], Scene], object]] = {
                "words": (partial(self._word, voices), self._phrase.text),
                "alike": (partial(self._near, voices), self._alike),
                "speech": (partial(self._speech, voices), (cast.texts, cast.words)),
                "foreign": (self._foreign, (_names(cast.foreign), cast.foreign_texts)),
                "noise": (self._noise, ""),
            }
            for kind, (make, source) in made.items():
                batches = size.batches[kind][held_out]
                if kind != "foreign" or cast.foreign:
                    key = _key(kind, held_out, _names(voices), source)
                    found.append(Part(kind, held_out, batches, key, make))
        if recordings:
            key = _key("recorded words", _digests(recordings))
            found.append(Part("recorded", False, _batches(recordings), key, partial(self._recorded, recordings)))
        if others:
            key = _key("recorded others", _digests(others))
            found.append(Part("household", False, _batches(others), key, partial(self._household, others)))
        return found

    def _word(self, voices: Sequence[Voice], rng: np.random.Generator) -> Scene:
        return self._placed(_said(voices, lambda: self._phrase.text, rng), rng)

    def _recorded(self, recordings: Sequence[Sound], rng: np.random.Generator) -> Scene:
        return self._placed(one_of(recordings, rng), rng)

    def _placed(self, word: Sound, rng: np.random.Generator) -> Scene:
        placed = self._studio.placed(word, rng, beside=_BESIDE_WORD)
        return self._studio.heard(placed.sound, rng), labels(placed)

    def _near(self, voices: Sequence[Voice], rng: np.random.Generator) -> Scene:
        said = _said(voices, lambda: one_of(self._alike, rng), rng)
        placed = self._studio.placed(said, rng, beside=_BESIDE_ALIKE)
        return self._studio.heard(placed.sound, rng), _nothing()

    def _speech(self, voices: Sequence[Voice], rng: np.random.Generator) -> Scene:
        """Half of it sentences, half words in any order."""
        return self._talk((_said(voices, lambda: self._text(rng), rng) for _ in iter(int, 1)), rng)

    def _foreign(self, rng: np.random.Generator) -> Scene:
        number = int(rng.integers(len(self._cast.foreign)))
        voice, texts = self._cast.foreign[number], self._cast.foreign_texts[number]
        return self._talk((_said([voice], lambda: one_of(texts, rng), rng) for _ in iter(int, 1)), rng)

    def _household(self, others: Sequence[Sound], rng: np.random.Generator) -> Scene:
        """Some of what was recorded, from anywhere in it."""
        sound = one_of(others, rng)
        first = int(rng.integers(max(1, len(sound) - SCENE_SAMPLES + 1)))
        return self._talk(iter([sound[first : first + SCENE_SAMPLES], np.zeros(SCENE_SAMPLES, np.float32)]), rng)

    def _noise(self, rng: np.random.Generator) -> Scene:
        return self._studio.noise(rng), _nothing()

    def _talk(self, sentences: Iterator[Sound], rng: np.random.Generator) -> Scene:
        sound = joined(sentences, SCENE_SAMPLES, rng)[:SCENE_SAMPLES]
        if rng.random() < _REVERSED:
            sound = np.ascontiguousarray(sound[::-1])
        return self._studio.heard(sound, rng), _nothing()

    def _text(self, rng: np.random.Generator) -> str:
        words, texts = self._cast.words, self._cast.texts
        if rng.random() < 0.5 or not words:
            return one_of(texts, rng)
        return " ".join(one_of(words, rng) for _ in range(rng.integers(3, _MOST_WORDS)))


def beside(cast: Cast, number: int, rng: np.random.Generator) -> list[Sound]:
    """What people say around the word."""
    return [_said(cast.familiar, lambda: one_of(cast.texts, rng), rng) for _ in range(number)]


def _said(voices: Sequence[Voice], text: Callable[[], str], rng: np.random.Generator) -> Sound:
    """By one of the voices, chosen by its share. Raises TrainingRefused (wake-voices-silent)."""
    shares = np.cumsum([voice.share for voice in voices])
    for _ in range(_TRIES):
        voice = voices[int(np.searchsorted(shares, rng.uniform(0, shares[-1]), side="right"))]
        sound = spoken(voice, text(), rng)
        if sound is not None:
            return sound
    raise TrainingRefused(
        "wake-voices-silent", f"no voice of {len(voices)} can say {text()[:40]!r}; write it as it is spoken"
    )


def _nothing() -> Labels:
    return np.full(SCENE_STEPS, OTHER, np.int8)


def _names(voices: Sequence[Voice]) -> list[str]:
    return [voice.name for voice in voices]


def _digests(sounds: Sequence[Sound]) -> list[str]:
    return [sha256(sound.tobytes()).hexdigest() for sound in sounds]


def _key(*source: object) -> str:
    return sha256(repr((_FORMAT, *source)).encode()).hexdigest()[:16]


def _batches(sounds: Sequence[Sound]) -> int:
    """Sixteen scenes of each recording, within bounds, where a batch has 32."""
    return int(np.clip(len(sounds) // 2, 4, 40))
