"""One made-up recording of a training: a word among speech and noise, in a room, through a microphone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.wake.mel import STEP_SAMPLES
from models.wake.training import noise
from models.wake.training.acoustics import impulse_response, in_room, through_microphone
from models.wake.training.speech import Sound, one_of
from wire.pcm import SPEECH_RATE_HZ, to_16_bit

SCENE_STEPS = 40  # of 80 ms: what a head hears, twice
SCENE_SAMPLES = SCENE_STEPS * STEP_SAMPLES
LONGEST_WORD_SAMPLES = int(1.9 * SPEECH_RATE_HZ)  # what a head hears

_LEAST_BEFORE_SAMPLES, _LEAST_AFTER_SAMPLES = int(0.1 * SPEECH_RATE_HZ), int(0.45 * SPEECH_RATE_HZ)
_SHORTEST_SAMPLES = 1600  # of speech beside the word
_PAUSE_BEFORE_SECONDS, _PAUSE_AFTER_SECONDS = 0.15, 0.06  # on average: the command follows in the same breath
_BESIDE_DB = -7.0, 3.0  # speech beside the word, against the word
_PAUSE_SAMPLES = int(0.3 * SPEECH_RATE_HZ)  # at most, between two sentences
_GAIN_DB = -30.0, 0.0
_NOISE_DB = -45.0, -3.0
_PEAK = 0.98

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Placed:
    """start, end: of the word, in samples of the scene."""

    sound: Sound
    start: int
    end: int


class Studio:
    """Makes scenes. speech: what people beside the word say, over and over. rooms: number of places in rooms."""

    def __init__(self, speech: Sequence[Sound], rooms: int, rng: np.random.Generator) -> None:
        self._speech = speech
        self._rooms = [impulse_response(rng) for _ in range(rooms)]

    def placed(self, word: Sound, rng: np.random.Generator, *, beside: float) -> Placed:
        """beside: how likely speech comes before the word, and likewise after it."""
        word = word[:LONGEST_WORD_SAMPLES]
        latest = SCENE_SAMPLES - _LEAST_AFTER_SAMPLES
        end = int(rng.integers(min(len(word) + _LEAST_BEFORE_SAMPLES, latest - 1), latest))
        start = end - len(word)
        sound = np.zeros(SCENE_SAMPLES, np.float32)
        sound[start:end] = word / _level(word)
        before = start - _pause(rng, _PAUSE_BEFORE_SECONDS)
        after = end + _pause(rng, _PAUSE_AFTER_SECONDS)
        if rng.random() < beside and before > _SHORTEST_SAMPLES:
            sound[:before] = self.talk(before, rng)[-before:] * _gain(rng, _BESIDE_DB)
        if rng.random() < beside and SCENE_SAMPLES - after > _SHORTEST_SAMPLES:
            sound[after:] = self.talk(SCENE_SAMPLES - after, rng)[: SCENE_SAMPLES - after] * _gain(rng, _BESIDE_DB)
        return Placed(sound, start, end)

    def talk(self, samples: int, rng: np.random.Generator) -> Sound:
        """At least so many, whole sentences of level 1."""
        return joined((one_of(self._speech, rng) for _ in iter(int, 1)), samples, rng)

    def heard(self, sound: Sound, rng: np.random.Generator) -> Samples:
        """As a microphone somewhere in a house hears it."""
        if rng.random() < 0.75:
            sound = in_room(sound, self._room(rng))
        if rng.random() < 0.7:
            sound = through_microphone(sound, rng)
        level = _level(sound)
        if rng.random() < 0.75:
            ratio_db = rng.uniform(0, 30) if rng.random() < 0.8 else rng.uniform(-3, 5)
            sound = sound + self._background(rng) * (level * 10 ** (-ratio_db / 20))
        hiss = rng.standard_normal(len(sound), np.float32) * (level * _gain(rng, (-70.0, -35.0)))
        return recorded(sound + hiss, rng)

    def noise(self, rng: np.random.Generator) -> Samples:
        """Nobody speaks to the box."""
        sound = self._background(rng)
        if rng.random() < 0.3:
            sound = sound + self._background(rng) * _gain(rng, (-20.0, 0.0))
        if rng.random() < 0.5:
            sound = in_room(sound, self._room(rng))
        return _as_samples(sound * (_gain(rng, _NOISE_DB) / np.abs(sound).max()))

    def _background(self, rng: np.random.Generator) -> Sound:
        return noise.background(SCENE_SAMPLES, self._speech, self._room(rng), rng)

    def _room(self, rng: np.random.Generator) -> Sound:
        return one_of(self._rooms, rng)


def joined(sentences: Iterable[Sound], samples: int, rng: np.random.Generator) -> Sound:
    """Sentences of level 1 one after another with short pauses, until there are so many samples."""
    parts: list[Sound] = []
    length = 0
    for sentence in sentences:
        parts += [sentence / _level(sentence), np.zeros(rng.integers(_PAUSE_SAMPLES), np.float32)]
        length += len(parts[-1]) + len(parts[-2])
        if length >= samples:
            break
    return np.concatenate(parts)


def recorded(sound: Sound, rng: np.random.Generator) -> Samples:
    """At some gain, now and then so much that it clips."""
    sound = sound / (np.abs(sound).max() + 1e-9)
    if rng.random() < 0.08:
        sound = np.clip(sound * rng.uniform(1.5, 6), -1, 1)
    return _as_samples(sound * (_PEAK * _gain(rng, _GAIN_DB)))


def _pause(rng: np.random.Generator, mean_seconds: float) -> int:
    return int(rng.exponential(mean_seconds) * SPEECH_RATE_HZ)


def _gain(rng: np.random.Generator, range_db: tuple[float, float]) -> np.float32:
    return np.float32(10 ** (rng.uniform(*range_db) / 20))


def _level(sound: Sound) -> np.float32:
    return np.float32(np.sqrt(np.mean(sound**2)) + 1e-9)


def _as_samples(sound: Sound) -> Samples:
    return np.frombuffer(to_16_bit(sound.astype(np.float32)), "<i2").astype(np.int16, copy=False)
