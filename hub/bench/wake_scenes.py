"""Puts a spoken word into a room: where it stands in time, how loud, with which noise, heard from how far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wire.pcm import SPEECH_RATE_HZ

BEFORE_SECONDS, AFTER_SECONDS = 2.1, 1.5
_FRAME_SAMPLES = SPEECH_RATE_HZ // 100
_VOICED_BELOW_LOUDEST_DB = 30.0
_MICROPHONE_RMS = 3.0  # -81 dBFS: what a quiet microphone gives, no digital silence
_PEAK = 32_000.0
_STEP_SAMPLES = 1280

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Condition:
    """gain_db: of the voice. snr_db: None for no noise. room: None for none; distance_m: to the speaker in it."""

    name: str
    gain_db: float = 0.0
    snr_db: float | None = None
    room: str | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """audio: 16 kHz, whole steps of 80 ms. word_from_step: no step before it can have heard the word.

    recorded_seconds: of the recording itself, without what was put before and behind it.
    """

    audio: NDArray[np.int16]
    word_from_step: int
    recorded_seconds: float


def scene(
    word: NDArray[np.int16],
    condition: Condition,
    *,
    noise: NDArray[np.int16] | None,
    response: Samples | None,
    random: np.random.Generator,
    around_seconds: tuple[float, float] = (BEFORE_SECONDS, AFTER_SECONDS),
) -> Scene:
    """The word behind quiet or noise, at any place within a step; noise and response as the condition says."""
    voice = word.astype(np.float64) * 10 ** (condition.gain_db / 20)
    if response is not None:
        voice = convolved(voice, response)
    before_seconds, after_seconds = around_seconds
    before = round(before_seconds * SPEECH_RATE_HZ) + int(random.integers(_STEP_SAMPLES))
    length = before + voice.size + round(after_seconds * SPEECH_RATE_HZ)
    length += -length % _STEP_SAMPLES
    heard = random.normal(0.0, _MICROPHONE_RMS, length)
    heard[before : before + voice.size] += voice
    voiced = voiced_part(voice)
    if noise is not None and condition.snr_db is not None:
        place = slice(before + voiced.start, before + voiced.stop)
        heard += _at_ratio(_excerpt(noise, length, random), place, rms(voice[voiced]), condition.snr_db)
    heard *= min(1.0, _PEAK / float(np.abs(heard).max()))
    return Scene(np.rint(heard).astype(np.int16), (before + voiced.start) // _STEP_SAMPLES, word.size / SPEECH_RATE_HZ)


def voiced_part(voice: Samples) -> slice:
    """From the first to the last 10 ms that are within 30 dB of the loudest."""
    frames = voice[: voice.size // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES)
    loudness_db = 20 * np.log10(np.sqrt(np.mean(np.square(frames), axis=1)) + 1e-9)
    loud = np.flatnonzero(loudness_db >= loudness_db.max() - _VOICED_BELOW_LOUDEST_DB)
    return slice(int(loud[0]) * _FRAME_SAMPLES, (int(loud[-1]) + 1) * _FRAME_SAMPLES)


def convolved(voice: Samples, response: Samples) -> Samples:
    length = voice.size + response.size - 1
    points = 1 << (length - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(voice, points) * np.fft.rfft(response, points), points)[:length]


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def _excerpt(noise: NDArray[np.int16], length: int, random: np.random.Generator) -> Samples:
    """From anywhere in it; begun again where it ends."""
    return np.resize(np.roll(noise, -int(random.integers(noise.size))), length).astype(np.float64)


def _at_ratio(noise: Samples, place: slice, voice_rms: float, snr_db: float) -> Samples:
    """The noise as loud as the ratio asks for over the voiced part; noise that pauses there is taken as a whole."""
    there, everywhere = rms(noise[place]), rms(noise)
    loudness = max(there, everywhere / 4)
    return noise * (voice_rms / 10 ** (snr_db / 20) / max(loudness, 1e-9))
