"""The mel spectrogram that openWakeWord's networks were trained on, 8 frames of 10 ms a step, for all rooms at once.

Power spectrum of 25 ms Hann windows, 32 triangular bands of equal area from 60 to 3800 Hz (Slaney 1998), in decibels,
none further than 80 below the loudest of its step; a tenth of that plus 2, as openWakeWord hands it on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.wake.layers import MEL_BINS, STEP_FRAMES
from wire.pcm import SPEECH_RATE_HZ

STEP_SAMPLES = 1280  # 80 ms
PAST_SAMPLES = 480  # of the step before, that a step's first windows reach back to

HOP_SAMPLES = 160
FFT_SAMPLES = 512
WINDOW_SAMPLES = 400
_WINDOW_START = (FFT_SAMPLES - WINDOW_SAMPLES) // 2
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 3800.0
_QUIETEST_POWER = np.float32(1e-10)
_RANGE_DB = np.float32(80)


def mel_frames(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """samples: [rooms, 480 of the past + 1280 new], in the range of int16. Returns [rooms, 8, 32]."""
    spectrum = np.fft.rfft(samples[:, _WINDOWS] * HANN, FFT_SAMPLES)[..., _HEARD]
    # Room by room: small products stay in this thread.
    return scaled(np.matmul(spectrum.real**2 + spectrum.imag**2, _BANDS))


def scaled(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power in bands, [rooms, 8, 32], as the networks want it."""
    decibels = 10 * np.log10(np.maximum(power, _QUIETEST_POWER))
    quietest = decibels.max(axis=(1, 2), keepdims=True) - _RANGE_DB
    frames: NDArray[np.float32] = np.maximum(decibels, quietest) / 10 + 2
    return frames


def silent_frames() -> NDArray[np.float32]:
    """[1, 8, 32] of a room where every sample is 0."""
    return mel_frames(np.zeros((1, PAST_SAMPLES + STEP_SAMPLES), np.float32))


def band_edges_hz() -> NDArray[np.float64]:
    """[34]: band n reaches from edge n to edge n + 2."""
    return _hz(np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), MEL_BINS + 2))


def bands(edges_hz: NDArray[np.float64]) -> NDArray[np.float32]:
    """[257 frequencies, bands], for edges as of ``band_edges_hz``."""
    frequencies_hz = np.fft.rfftfreq(FFT_SAMPLES, 1 / SPEECH_RATE_HZ)[:, None]
    rising = (frequencies_hz - edges_hz[:-2]) / np.diff(edges_hz)[:-1]
    falling = (edges_hz[2:] - frequencies_hz) / np.diff(edges_hz)[1:]
    heights = 2 / (edges_hz[2:] - edges_hz[:-2])
    return (np.maximum(0, np.minimum(rising, falling)) * heights).astype(np.float32)


# Slaney's mel: linear up to 1000 Hz, 15 there, then 27 to a factor of 6.4.
def _mel(hz: float) -> float:
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * float(np.log(hz / 1000) / np.log(6.4))


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * 6.4 ** ((mel - 15) / 27))


_WINDOWS = _WINDOW_START + np.arange(STEP_FRAMES)[:, None] * HOP_SAMPLES + np.arange(WINDOW_SAMPLES)
HANN = np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32)
_ALL_BANDS = bands(band_edges_hz())
_HEARD = slice(*(np.flatnonzero(_ALL_BANDS.sum(axis=1))[[0, -1]] + [0, 1]).tolist())
_BANDS = _ALL_BANDS[_HEARD]
