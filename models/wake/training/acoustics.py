"""The room and the microphone between a speaker and the engine, simulated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.wake.training.speech import Sound
from wire.pcm import SPEECH_RATE_HZ

_SOUND_M_PER_S = 343.0
_SMALLEST_ROOM_M, _LARGEST_ROOM_M = (2.5, 2.5, 2.2), (8.0, 6.0, 3.2)
_REVERBERATION_SECONDS = 0.15, 0.8  # a furnished bedroom to a tiled kitchen
_WALL_DISTANCE_M = 0.3
_IMAGES = 8  # of the room to each side: 17 rooms wide, far enough for the first 50 ms in all of them
_LONGEST_SECONDS = 0.6
_LATE_SECONDS = 0.05  # from here on echoes are too many to tell apart
_DIFFUSE_SHARE = 0.7
_SABINE = 0.161  # s/m
_KNOTS_OCTAVES = np.linspace(-5, 3.2, 9)  # of 1 kHz: 31 Hz to 9 kHz
_TILT_DB, _BUMP_DB = 2.5, 3.0
_LOW_CUT_HZ, _HIGH_CUT_HZ = (60.0, 350.0), (2800.0, 7000.0)


def impulse_response(rng: np.random.Generator) -> Sound:
    """From one place of a shoebox room to another, of energy 1, the direct sound first.

    Source: image sources: Allen & Berkley 1979; absorption by Sabine's formula; a diffuse tail of noise.
    """
    size_m = rng.uniform(_SMALLEST_ROOM_M, _LARGEST_ROOM_M)
    source_m, microphone_m = (rng.uniform(_WALL_DISTANCE_M, size_m - _WALL_DISTANCE_M) for _ in range(2))
    reverberation_seconds = rng.uniform(*_REVERBERATION_SECONDS)
    length, width, height = size_m
    surface_m2 = 2 * (length * width + width * height + length * height)
    absorbed = min(0.95, _SABINE * size_m.prod() / surface_m2 / reverberation_seconds)
    delays, gains = _images(size_m, source_m, microphone_m, np.sqrt(1 - absorbed))
    samples = int(min(reverberation_seconds * 1.1, _LONGEST_SECONDS) * SPEECH_RATE_HZ)
    near = delays < samples
    echoes = np.bincount(delays[near], gains[near], samples)[delays.min() :].astype(np.float64)
    response = echoes + _tail(echoes, reverberation_seconds, rng)
    return np.asarray(response / np.sqrt(np.sum(response**2)), np.float32)


def in_room(sound: Sound, response: Sound) -> Sound:
    """As long as ``sound``: the last echoes are cut."""
    size = 1 << (len(sound) + len(response) - 1).bit_length()
    heard = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return heard[: len(sound)].astype(np.float32)


def through_microphone(sound: Sound, rng: np.random.Generator) -> Sound:
    """Coloured by a capsule, a case and a codec: tilt, bumps, and often a cut at either end."""
    size = 1 << (len(sound) - 1).bit_length()
    hz = np.maximum(np.fft.rfftfreq(size, 1 / SPEECH_RATE_HZ), 10)
    octaves = np.log2(hz / 1000)
    gain_db = rng.normal(0, _TILT_DB) * octaves
    gain_db += np.interp(octaves, _KNOTS_OCTAVES, rng.normal(0, _BUMP_DB, len(_KNOTS_OCTAVES)))
    if rng.random() < 0.5:
        gain_db -= 12 * np.maximum(0, np.log2(rng.uniform(*_LOW_CUT_HZ) / hz))
    if rng.random() < 0.4:
        gain_db -= rng.choice([12, 40]) * np.maximum(0, np.log2(hz / rng.uniform(*_HIGH_CUT_HZ)))
    coloured = np.fft.irfft(np.fft.rfft(sound, size) * 10 ** (np.clip(gain_db, -60, 25) / 20), size)
    return coloured[: len(sound)].astype(np.float32)


def _images(
    size_m: NDArray[np.float64], source_m: NDArray[np.float64], microphone_m: NDArray[np.float64], reflected: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Of each mirror image of the source: delay in samples and gain."""
    order = np.arange(-_IMAGES, _IMAGES + 1)
    x, y, z = np.ix_(
        *(
            np.where(order % 2 == 0, order * size + source, (order + 1) * size - source) - microphone
            for size, source, microphone in zip(size_m, source_m, microphone_m, strict=True)
        )
    )
    distance_m = np.sqrt(x**2 + y**2 + z**2)
    walls = sum(np.ix_(*[np.abs(order)] * 3))
    delays = (distance_m / _SOUND_M_PER_S * SPEECH_RATE_HZ).astype(np.int64)
    return delays.ravel(), (reflected**walls / np.maximum(distance_m, _WALL_DISTANCE_M)).ravel()


def _tail(response: NDArray[np.float64], reverberation_seconds: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Decays by 60 dB in the reverberation time; as strong as the echoes that it joins."""
    seconds = np.arange(len(response)) / SPEECH_RATE_HZ
    tail = rng.normal(size=len(response)) * 10 ** (-3 * seconds / reverberation_seconds)
    late = seconds > _LATE_SECONDS
    if not late.any():
        return np.zeros(len(response))
    strength = np.sqrt(np.mean(response[late] ** 2) / np.mean(tail[late] ** 2))
    joined: NDArray[np.float64] = _DIFFUSE_SHARE * strength * tail * np.minimum(1, seconds / _LATE_SECONDS)
    return joined
