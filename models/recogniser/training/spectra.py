"""Mel spectra of somebody else: formants moved along a random line, pace changed within the sentence, at no cost.

The mouth of another speaker moves the peaks of the spectrum, by more than one factor: here the bands are laid over
other frequencies instead (vocal tract length perturbation, Jaitly & Hinton 2013, with a bent line), and the windows
are taken at other distances than 10 ms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.wake.layers import MEL_BINS, STEP_FRAMES
from models.wake.mel import FFT_SAMPLES, HANN, HOP_SAMPLES, WINDOW_SAMPLES, band_edges_hz, bands, scaled
from models.wake.training.speech import Sound

_KNOTS_HZ = np.array([60.0, 400, 900, 1600, 2400, 3200, 4600])
_STRETCH, _BEND = 0.10, 0.045  # deviations of the logarithm of a frequency: of all together, of each knot
_PACE_DEVIATION, _PACES = 0.12, (0.7, 1.45)
_PACE_KNOT_FRAMES = 40
_NEAREST_HZ = 12.0  # between two edges
_HIGHEST_HZ = 7900.0
_FULL_SCALE = np.float32(2**15)


def other_speaker(rng: np.random.Generator) -> NDArray[np.float32]:
    """[257, 32]: bands of a mouth of another shape."""
    bent = rng.normal(0, _STRETCH) + rng.normal(0, _BEND, len(_KNOTS_HZ))
    edges_hz = band_edges_hz()
    moved_hz = edges_hz * np.exp(np.interp(edges_hz, _KNOTS_HZ, bent))
    apart_hz = np.maximum(np.diff(moved_hz, prepend=moved_hz[0] - _NEAREST_HZ), _NEAREST_HZ)
    return bands(np.clip(moved_hz[0] + np.cumsum(apart_hz) - apart_hz[0], 20, _HIGHEST_HZ))


def other_pace(samples: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Where windows begin, so that the sentence is said faster or slower than it was, and not everywhere alike."""
    frames = int(samples / HOP_SAMPLES / _PACES[0]) + 1
    knots = frames // _PACE_KNOT_FRAMES + 2
    paces = np.exp(rng.normal(0, _PACE_DEVIATION) + rng.normal(0, _PACE_DEVIATION / 2, knots))
    pace = np.interp(np.arange(frames), np.arange(knots) * _PACE_KNOT_FRAMES, paces)
    starts = np.cumsum(np.clip(pace, *_PACES) * HOP_SAMPLES).astype(np.int64)
    return starts[starts + WINDOW_SAMPLES <= samples]


def own_pace(samples: int) -> NDArray[np.int64]:
    return np.arange(0, samples - WINDOW_SAMPLES + 1, HOP_SAMPLES)


def mel_steps(sound: Sound, starts: NDArray[np.int64], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """[steps, 8, 32] of a sound within -1 and 1, as the wake engine's network wants it; part of a step is left out."""
    starts = starts[: len(starts) // STEP_FRAMES * STEP_FRAMES]
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW_SAMPLES)[starts] * (HANN * _FULL_SCALE)
    spectrum = np.fft.rfft(windows, FFT_SAMPLES)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ weights
    return scaled(power.reshape(-1, STEP_FRAMES, MEL_BINS))
