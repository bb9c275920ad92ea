"""The sounds that come before an announcement, and while a timer or an alarm rings: made of sines, no files."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wire.pcm import Pcm, to_16_bit

_PEAK = 0.4
_FADE_MS = 10  # a sine that begins or ends at once clicks


def chime(rate_hz: int) -> Pcm:
    """Two notes upwards: somebody is about to be told something. 16 bit, mono."""
    return _pcm(rate_hz, [_note(rate_hz, 659, 180), _note(rate_hz, 880, 320), _rest(rate_hz, 150)])


def bell(rate_hz: int) -> Pcm:
    """Three times three short notes, as a timer rings; 2.4 s."""
    beeps = [_note(rate_hz, 1047, 120), _rest(rate_hz, 80)] * 3
    return _pcm(rate_hz, [*beeps, _rest(rate_hz, 200)] * 3)


def _note(rate_hz: int, hz: float, duration_ms: float) -> npt.NDArray[np.float32]:
    """With a soft octave above it."""
    at = np.arange(round(rate_hz * duration_ms / 1000)) / rate_hz
    tone = 0.8 * np.sin(2 * np.pi * hz * at) + 0.2 * np.sin(4 * np.pi * hz * at)
    fade = round(rate_hz * _FADE_MS / 1000)
    envelope = np.minimum(1, np.minimum(np.arange(at.size), np.arange(at.size)[::-1]) / fade)
    return (_PEAK * envelope * tone).astype(np.float32)


def _rest(rate_hz: int, duration_ms: float) -> npt.NDArray[np.float32]:
    return np.zeros(round(rate_hz * duration_ms / 1000), np.float32)


def _pcm(rate_hz: int, parts: list[npt.NDArray[np.float32]]) -> Pcm:
    return Pcm(rate_hz, 2, 1, to_16_bit(np.concatenate(parts)))
