"""What a home sounds like behind somebody's words, or with nobody's: several sounds at once, and few of them steady."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.wake.training import noise
from models.wake.training.acoustics import in_room
from models.wake.training.speech import Sound, one_of
from wire.pcm import SPEECH_RATE_HZ

_LAYERS = (1, 2, 3), (0.5, 0.35, 0.15)  # how many at once, and how often
_LAYER_DB = -15.0, 0.0
_SWELL_HZ, _SWELL = (0.05, 0.5), (0.0, 0.6)  # how a sound comes nearer and goes: how fast, and nepers
_IN_ROOM = 0.6
_BANDS = 9
_BAND_HZ = 60.0, 8000.0
_BAND_DB = 6.0
_SLOPES = -0.3, 2.2  # as noise.background
_STIRRED_HZ, _STIRRED = (0.3, 40.0), (0.1, 1.3)  # how a texture's bands come and go
_PER_SECOND = 0.7, 150.0  # from a door now and then to rain
_STRIKE_SECONDS = 0.02, 0.4
_CROWD = 7, 25
_BEATS_PER_MINUTE = 60.0, 180.0
_LOWEST_HZ = 65.0, 440.0
_SCALE = 0, 2, 3, 5, 7, 9, 10, 12, 14, 15  # semitones
_PARTIALS = 7
_BLOCK = 4096  # samples: Fourier transforms of just any length take three times as long
_PEAK = 12.0  # of a sound whose level is 1: one bang among silence is no louder


class Surroundings:
    """speech: what others talk, in the next room or in a crowd. rooms: impulse responses."""

    def __init__(self, speech: Sequence[Sound], rooms: Sequence[Sound]) -> None:
        self._speech, self._rooms = speech, rooms

    def sound(self, samples: int, rng: np.random.Generator) -> Sound:
        """Of level 1, like ``noise.background``, which is one of its layers."""
        whole = -(-samples // _BLOCK) * _BLOCK
        total = np.zeros(whole, np.float32)
        for _ in range(rng.choice(_LAYERS[0], p=_LAYERS[1])):
            layer = self._layer(whole, rng)
            if rng.random() < _IN_ROOM:
                layer = in_room(layer, one_of(self._rooms, rng))
            swell = np.exp(rng.uniform(*_SWELL) * _wandering(whole, rng.uniform(*_SWELL_HZ), rng))
            total += _level(layer * swell) * np.float32(10 ** (rng.uniform(*_LAYER_DB) / 20))
        return np.clip(_level(total[:samples]), -_PEAK, _PEAK)

    def _layer(self, samples: int, rng: np.random.Generator) -> Sound:
        kinds: list[Callable[[], Sound]] = [
            lambda: noise.background(samples, self._speech, one_of(self._rooms, rng), rng),
            lambda: noise.background(samples, self._speech, one_of(self._rooms, rng), rng),
            lambda: texture(samples, rng),
            lambda: scattered(samples, rng),
            lambda: crowd(samples, self._speech, rng),
            lambda: played(samples, rng),
        ]
        return one_of(kinds, rng)()


def texture(samples: int, rng: np.random.Generator) -> Sound:
    """Wind, water, a street, a machine: noise whose bands come and go, each for itself and all together.

    Source: what tells such sounds apart is how their bands' envelopes move (McDermott & Simoncelli 2011).
    """
    spectrum = np.fft.rfft(noise.coloured(samples, rng.uniform(*_SLOPES), rng))
    hz = np.fft.rfftfreq(samples, 1 / SPEECH_RATE_HZ)
    edges_hz = np.geomspace(*_BAND_HZ, _BANDS + 1)
    together, depth, stirred_hz = rng.random(), rng.uniform(*_STIRRED), _log_uniform(_STIRRED_HZ, rng)
    common = _wandering(samples, stirred_hz, rng)
    total = np.zeros(samples)
    for low_hz, high_hz in pairwise(edges_hz):
        own = _wandering(samples, stirred_hz, rng)
        gain = np.exp(depth * (together * common + (1 - together) * own)) * 10 ** (rng.normal(0, _BAND_DB) / 20)
        total += gain * np.fft.irfft(np.where((hz >= low_hz) & (hz < high_hz), spectrum, 0), samples)
    return _level(total)


def scattered(samples: int, rng: np.random.Generator) -> Sound:
    """Dishes, keys, steps, drops, rain: a few sounds again and again, in no rhythm, thicker at times."""
    per_second = _log_uniform(_PER_SECOND, rng) * np.exp(rng.uniform(0, 1.5) * _wandering(samples, 0.5, rng))
    total = np.zeros(samples)
    for _ in range(rng.integers(1, 5)):
        strikes = rng.random(samples) < per_second / SPEECH_RATE_HZ
        strikes[rng.integers(samples)] = True  # at least one
        strengths = np.where(strikes, np.exp(rng.normal(0, 0.8, samples)), 0.0)
        kernel = noise.knock(int(rng.uniform(*_STRIKE_SECONDS) * SPEECH_RATE_HZ), rng)
        total += rng.uniform(0.2, 1) * _rung(strengths, kernel)
    return _level(total)


def crowd(samples: int, speech: Sequence[Sound], rng: np.random.Generator) -> Sound:
    """So many people that no word is heard: a party, a street, a stadium on television."""
    talk = np.zeros(samples, np.float32)
    for _ in range(rng.integers(*_CROWD)):
        said = one_of(speech, rng)
        talk += rng.uniform(0.3, 1) * np.resize(np.roll(said, rng.integers(len(said))), samples)
    return _level(talk)


def played(samples: int, rng: np.random.Generator) -> Sound:
    """Music: one to three instruments that keep time, their notes ringing on, now and then with drums."""
    beat = int(60 / rng.uniform(*_BEATS_PER_MINUTE) * SPEECH_RATE_HZ / 2)
    steps = range(0, samples, beat)
    total = np.zeros(samples)
    for _ in range(rng.integers(1, 4)):
        lowest_hz, partials = _log_uniform(_LOWEST_HZ, rng), rng.random(_PARTIALS) / np.arange(1, _PARTIALS + 1)
        decay, attack = rng.uniform(0.3, 8), rng.uniform(0.002, 0.2)
        often = rng.uniform(0.2, 0.9)
        for at in steps:
            if rng.random() < often:
                length = min(samples - at, int(beat * rng.integers(1, 8)))
                hz = lowest_hz * 2 ** (one_of(_SCALE, rng) / 12)
                total[at : at + length] += rng.uniform(0.3, 1) * _note(length, hz, partials, decay, attack)
    for _ in range(rng.integers(0, 3)):
        strikes = np.zeros(samples)
        strikes[:: beat * int(rng.integers(1, 5))] = 1
        total += rng.uniform(0.1, 0.6) * _rung(strikes, noise.knock(min(beat, samples), rng))
    return _level(total)


def _note(length: int, hz: float, partials: NDArray[np.float64], decay: float, attack: float) -> NDArray[np.float64]:
    seconds = np.arange(length) / SPEECH_RATE_HZ
    tones = [strength * np.sin(2 * np.pi * hz * order * seconds) for order, strength in enumerate(partials, 1)]
    fades = np.minimum(1, np.minimum(seconds / attack, (seconds[-1] - seconds) / 0.01))
    note: NDArray[np.float64] = np.sum(tones, axis=0) * np.exp(-decay * seconds) * fades
    return note


def _rung(strengths: NDArray[np.floating], kernel: Sound) -> NDArray[np.float64]:
    size = 1 << (len(strengths) + len(kernel) - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(strengths, size) * np.fft.rfft(kernel, size), size)[: len(strengths)]


def _wandering(samples: int, hz: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """A line through points of deviation 1, about ``2 * hz`` of them a second."""
    knots = int(samples / SPEECH_RATE_HZ * 2 * hz) + 2
    return np.interp(np.linspace(0, knots - 1, samples), np.arange(knots), rng.normal(size=knots))


def _log_uniform(ends: tuple[float, float], rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(*np.log(ends))))


def _level(wave: NDArray[np.float64] | Sound) -> Sound:
    """To a standard deviation of 1."""
    return np.asarray(wave / (wave.std() + 1e-9), np.float32)
