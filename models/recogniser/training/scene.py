"""A clip as a hub hears it: somewhere in a room, in noise, through a microphone, with what comes before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.recogniser.training.corpus import Clip
from models.recogniser.training.surroundings import Surroundings
from models.wake.training import noise
from models.wake.training.acoustics import impulse_response, in_room, through_microphone
from models.wake.training.speech import Sound, one_of, resampled
from wire.pcm import SPEECH_RATE_HZ

_ROOMS = 160
_TAPE = 0.90, 1.12  # pitch and formants together, as of a recorder that runs too slow or too fast
_BEFORE_SECONDS, _AFTER_SECONDS = (0.05, 0.9), (0.45, 0.9)
_LONG_SECONDS = 0.9, 3.5  # somebody thinks first, or the room goes on when they are done: noise is no speech
_KNOCKS = 0.5  # how often something knocks beside the words: a hand on the table, a key, a breath
_KNOCK_SECONDS, _KNOCK_DB = (0.04, 0.35), (-20.0, 8.0)  # beside the level of speech
_CUT_SECONDS = 0.02, 0.25  # after a sentence whose end came early
_QUIET_SECONDS = 0.5  # then: zeros, as the recogniser adds them
_LEVEL_DB = -38.0, -3.0
_NOBODY_SECONDS = 1.0, 4.0  # as long as an endpointer may take noise for a command
_NOBODY_DB = -45.0, -3.0
_SNR_DB = -2.0, 28.0
_HISS_DB = -75.0, -35.0
_MU = 255.0  # mu-law of G.711
_LOUD = 0.99


@dataclass(frozen=True, slots=True)
class Heard:
    sound: Sound
    phones: tuple[int, ...]


class Places:
    """Rooms and other talkers. talkers: clips that speak in the next room. lively: long waits, and things that knock.

    A head that hears them from the beginning hears nothing but blank for thousands of steps.
    """

    def __init__(self, talkers: Sequence[Clip], rng: np.random.Generator, *, lively: bool = True) -> None:
        self.lively = lively
        self._rooms = [impulse_response(rng) for _ in range(_ROOMS)]
        talk = [clip.samples.astype(np.float32) / np.float32(2**15) for clip in talkers]
        self._around = Surroundings(talk, self._rooms)

    def heard(self, clips: Sequence[Clip], rng: np.random.Generator, *, hardship: float = 1.0) -> Heard:
        """clips: one, or several that one speaker says in a row. hardship: 0 as it was recorded, 1 as at home."""
        said = _joined(clips, rng)
        sound, words = _framed(said, rng, lively=self.lively)
        for _ in range(rng.integers(1, 3) if self.lively and rng.random() < _KNOCKS * hardship else 0):
            _knock(sound, words, _speech_level(said), rng)
        if rng.random() < 0.6 * hardship:
            sound = in_room(sound, one_of(self._rooms, rng))
        if rng.random() < 0.7 * hardship:
            sound = through_microphone(sound, rng)
        level = _speech_level(sound)
        if rng.random() < 0.7 * hardship:
            ratio_db = rng.uniform(*_SNR_DB)
            sound = sound + self._around.sound(len(sound), rng) * np.float32(level * 10 ** (-ratio_db / 20))
        sound = sound + rng.standard_normal(len(sound), np.float32) * np.float32(level * _factor(rng, _HISS_DB))
        return Heard(_recorded(sound, rng, hardship), tuple(phone for clip in clips for phone in clip.phones))

    def nobody(self, rng: np.random.Generator) -> Sound:
        """Noise, in which nobody speaks to the house."""
        samples = int(rng.uniform(*_NOBODY_SECONDS) * SPEECH_RATE_HZ)
        sound = self._around.sound(samples, rng)
        if rng.random() < 0.7:
            sound = through_microphone(sound, rng)
        return _ended(sound / (np.abs(sound).max() + 1e-9) * np.float32(_factor(rng, _NOBODY_DB)))


def _joined(clips: Sequence[Clip], rng: np.random.Generator) -> Sound:
    parts: list[Sound] = []
    for clip in clips:
        sound = clip.samples.astype(np.float32) / np.float32(2**15)
        parts += [resampled(sound, round(len(sound) / rng.uniform(*_TAPE)))]
        parts += [np.zeros(int(rng.exponential(0.15) * SPEECH_RATE_HZ), np.float32)]
    return np.concatenate(parts[:-1])


def _framed(sound: Sound, rng: np.random.Generator, *, lively: bool) -> tuple[Sound, slice]:
    """With some quiet on both sides, now and then for long. And where the words are in it."""
    long = (0.35, 0.15) if lively else (0.0, 0.0)  # how often before, and behind
    before = _LONG_SECONDS if rng.random() < long[0] else _BEFORE_SECONDS
    after = rng.choice((_CUT_SECONDS, _LONG_SECONDS, _AFTER_SECONDS), p=(0.2, long[1], 0.8 - long[1]))
    sides = [int(rng.uniform(*side) * SPEECH_RATE_HZ) for side in (before, after)]
    return np.pad(sound, sides), slice(sides[0], sides[0] + len(sound))


def _knock(sound: Sound, words: slice, level: np.float32, rng: np.random.Generator) -> None:
    """Into the quiet before or behind the words, where there is enough of it."""
    samples = int(rng.uniform(*_KNOCK_SECONDS) * SPEECH_RATE_HZ)
    quiet = slice(0, words.start) if rng.random() < 0.7 else slice(words.stop, len(sound))
    if samples < quiet.stop - quiet.start:
        begin = int(rng.integers(quiet.start, quiet.stop - samples))
        sound[begin : begin + samples] += noise.knock(samples, rng) * np.float32(level * _factor(rng, _KNOCK_DB))


def _recorded(sound: Sound, rng: np.random.Generator, hardship: float) -> Sound:
    """At some level, sometimes clipped, sometimes through a telephone's codec; zeros follow."""
    sound = sound / (np.abs(sound).max() + 1e-9)
    if rng.random() < 0.06 * hardship:
        sound = np.clip(sound * rng.uniform(1.5, 5), -1, 1)
    if rng.random() < 0.08 * hardship:
        sound = _mu_law(sound)
    return _ended(sound * np.float32(_LOUD * _factor(rng, _LEVEL_DB)))


def _ended(sound: Sound) -> Sound:
    """In 16 bits; zeros follow."""
    sound = np.round(sound * 2**15) / np.float32(2**15)
    return np.pad(sound, (0, int(_QUIET_SECONDS * SPEECH_RATE_HZ))).astype(np.float32)


def _mu_law(sound: Sound) -> Sound:
    """8 bits a sample, as G.711."""
    pressed = np.sign(sound) * np.log1p(_MU * np.abs(sound)) / np.log1p(_MU)
    steps = np.round(pressed * 127) / 127
    heard: Sound = (np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(_MU)) / _MU).astype(np.float32)
    return heard


def _speech_level(sound: Sound) -> np.float32:
    """Of the louder half: pauses are not speech."""
    blocks = sound[: len(sound) // 400 * 400].reshape(-1, 400)
    power = np.sort(np.mean(blocks**2, axis=1))[len(blocks) // 2 :]
    return np.float32(np.sqrt(power.mean()) + 1e-9)


def _factor(rng: np.random.Generator, range_db: tuple[float, float]) -> float:
    return float(10 ** (rng.uniform(*range_db) / 20))
