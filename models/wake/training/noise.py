"""Noise of a household, generated: air, mains, music, dishes, horns, and people who talk in the next room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.wake.training.acoustics import in_room
from models.wake.training.speech import Sound, one_of
from wire.pcm import SPEECH_RATE_HZ

_SLOPES = -0.3, 2.2  # power falls with frequency to this: 0 white, 1 pink, 2 brown
_MAINS_HZ = (50.0, 60.0, 100.0, 120.0)
_LOWEST_NOTE_HZ = 110.0
_TALKERS = 1, 6

_Wave = NDArray[np.float64]


def coloured(samples: int, slope: float, rng: np.random.Generator) -> Sound:
    spectrum = np.fft.rfft(rng.normal(size=samples))
    return _level(np.fft.irfft(spectrum * np.maximum(np.arange(len(spectrum)), 1) ** (-slope / 2), samples))


def hum(samples: int, rng: np.random.Generator) -> Sound:
    mains_hz = rng.choice(_MAINS_HZ) * rng.uniform(0.99, 1.01)
    phase = 2 * np.pi * mains_hz * _seconds(samples)
    tones = [rng.uniform() / order * np.sin(order * phase + rng.uniform(0, 6)) for order in range(1, 12)]
    return _level(_level(_sum(tones)) + rng.uniform(0.05, 0.5) * coloured(samples, 1, rng))


def babble(samples: int, speech: Sequence[Sound], response: Sound, rng: np.random.Generator) -> Sound:
    """speech: what the talkers say, over and over. response: of the room between."""
    talk = np.zeros(samples, np.float32)
    for _ in range(rng.integers(*_TALKERS)):
        said = one_of(speech, rng)
        talk += rng.uniform(0.3, 1) * np.resize(np.roll(said, rng.integers(len(said))), samples)
    return _level(in_room(talk, response))


def music(samples: int, rng: np.random.Generator) -> Sound:
    return _level(_sequence(samples, (0.1, 0.6), (1, 1), partial(_chord, rng=rng), rng))


def events(samples: int, rng: np.random.Generator) -> Sound:
    """One kind of sound again and again, with pauses."""
    kinds: list[Callable[[int], _Wave]] = [partial(kind, rng=rng) for kind in (_struck, _horn, _sweep, _gust, _thud)]
    return _level(_sequence(samples, (0.05, 0.9), (1, 2), one_of(kinds, rng), rng))


def knock(samples: int, rng: np.random.Generator) -> Sound:
    """One sound that is over at once: a key, a cup that is put down, a breath, a door; of level 1."""
    return _level(one_of((_struck, _thud, _gust), rng)(samples, rng))


def background(samples: int, speech: Sequence[Sound], response: Sound, rng: np.random.Generator) -> Sound:
    """What somebody may speak into, of level 1."""
    kinds: list[Callable[[], Sound]] = [
        lambda: coloured(samples, rng.uniform(*_SLOPES), rng),
        lambda: coloured(samples, rng.uniform(*_SLOPES), rng),
        lambda: hum(samples, rng),
        lambda: babble(samples, speech, response, rng),
        lambda: music(samples, rng),
        lambda: events(samples, rng),
    ]
    return one_of(kinds, rng)()


def _sequence(
    samples: int,
    durations: tuple[float, float],
    pauses: tuple[float, float],
    make: Callable[[int], _Wave],
    rng: np.random.Generator,
) -> _Wave:
    """durations: seconds of each sound. pauses: to the next one, as shares of that."""
    line, at = np.zeros(samples), 0
    while at < samples - 1:
        length = min(int(rng.uniform(*durations) * SPEECH_RATE_HZ), samples - at)
        line[at : at + length] += rng.uniform(0.3, 1) * _level(make(length))
        at += int(length * rng.uniform(*pauses)) + 1
    return line


def _chord(samples: int, rng: np.random.Generator) -> _Wave:
    seconds = _seconds(samples)
    notes_hz = _LOWEST_NOTE_HZ * 2 ** (rng.integers(0, 48, rng.integers(1, 4)) / 12)
    tones = [
        rng.uniform() / order * np.sin(2 * np.pi * hz * order * seconds) * np.exp(-seconds * rng.uniform(1, 8))
        for hz in notes_hz
        for order in range(1, 6)
    ]
    return _sum(tones)


def _struck(samples: int, rng: np.random.Generator) -> _Wave:
    """Dishes, cutlery, keys: resonances that ring off, and the blow."""
    seconds = _seconds(samples)
    tones_hz = rng.uniform(150, 6500, rng.integers(1, 8))
    rings = [np.sin(2 * np.pi * hz * seconds + rng.uniform(0, 6)) for hz in tones_hz]
    rings = [rng.uniform(0.2, 1) * np.exp(-seconds * rng.uniform(8, 80)) * ring for ring in rings]
    blow = rng.uniform(0, 2) * rng.normal(size=samples) * np.exp(-seconds * rng.uniform(50, 400))
    return _sum([*rings, blow])


def _horn(samples: int, rng: np.random.Generator) -> _Wave:
    seconds = _seconds(samples)
    vibrato = rng.uniform(0, 0.3) * np.sin(2 * np.pi * rng.uniform(4, 7) * seconds)
    phase = 2 * np.pi * (rng.uniform(90, 900) * seconds + vibrato)
    tones = [rng.uniform() * np.sin(order * phase + rng.uniform(0, 6)) for order in range(1, rng.integers(3, 16))]
    fades: _Wave = np.minimum(1, np.minimum(seconds / 0.02, (seconds[-1] - seconds) / 0.03))
    return _sum(tones) * fades


def _sweep(samples: int, rng: np.random.Generator) -> _Wave:
    first_hz, last_hz = rng.uniform(100, 3500, 2)
    tone = np.sin(2 * np.pi * np.cumsum(np.linspace(first_hz, last_hz, samples)) / SPEECH_RATE_HZ)
    return tone + rng.uniform() * np.sign(tone)


def _gust(samples: int, rng: np.random.Generator) -> _Wave:
    return coloured(samples, rng.uniform(-0.5, 2), rng).astype(np.float64) * np.hanning(samples)


def _thud(samples: int, rng: np.random.Generator) -> _Wave:
    air = coloured(samples, rng.uniform(-1, 1.5), rng).astype(np.float64)
    return air * np.exp(-_seconds(samples) * rng.uniform(5, 60))


def _sum(waves: Sequence[_Wave]) -> _Wave:
    total: _Wave = np.sum(waves, axis=0)
    return total


def _seconds(samples: int) -> _Wave:
    return np.arange(samples) / SPEECH_RATE_HZ


def _level(wave: _Wave | Sound) -> Sound:
    """To a standard deviation of 1."""
    return np.asarray(wave / (wave.std() + 1e-9), np.float32)
