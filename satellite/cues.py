"""The satellite's own short sounds, made here from sines: no files, no licences, nothing to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt

from wire.pcm import SPEECH_CHANNELS, SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, Pcm, to_16_bit

Cue = Literal["awake", "done", "error", "timer"]

_FADE_MS = 12  # a sine that begins or ends at once clicks
_PEAK = 0.5  # full volume; two partials together stay below 1

Samples = npt.NDArray[np.float32]


def cue(name: Cue, volume: float = 0.5) -> Pcm:
    """The sound of ``name``; ``awake`` is at most 150 ms, so that it is over before a command is under way."""
    samples = _CUES[name]() * np.float32(volume)
    return Pcm(SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, SPEECH_CHANNELS, to_16_bit(samples))


def _sweep(from_hz: float, to_hz: float, duration_ms: float) -> Samples:
    """A tone that glides, with a soft octave above it, faded at both ends."""
    count = round(duration_ms * SPEECH_RATE_HZ / 1000)
    glide_hz = np.geomspace(from_hz, to_hz, count)
    phase = 2 * np.pi * np.cumsum(glide_hz) / SPEECH_RATE_HZ
    tone = 0.8 * np.sin(phase) + 0.2 * np.sin(2 * phase)
    fade = round(_FADE_MS * SPEECH_RATE_HZ / 1000)
    envelope = np.ones(count)
    envelope[:fade] = np.sin(np.linspace(0, np.pi / 2, fade)) ** 2
    envelope[-fade:] = envelope[fade - 1 :: -1]
    return (_PEAK * envelope * tone).astype(np.float32)


def _pause(duration_ms: float) -> Samples:
    return np.zeros(round(duration_ms * SPEECH_RATE_HZ / 1000), np.float32)


def _awake() -> Samples:
    return _sweep(784, 1175, 140)


def _done() -> Samples:
    return _sweep(1175, 988, 110)


def _error() -> Samples:
    return np.concatenate([_sweep(392, 370, 130), _pause(60), _sweep(311, 294, 200)])


def _timer() -> Samples:
    beep = [_sweep(1047, 1047, 120), _pause(80)]
    return np.concatenate([*beep, *beep, *beep, _pause(400)] * 3)


_CUES: dict[Cue, Callable[[], Samples]] = {"awake": _awake, "done": _done, "error": _error, "timer": _timer}
