"""Takes a room's echoes out of what was heard, when all of it is there.

Weighted prediction error (Nakatani et al. 2010, "Speech dereverberation based on variance-normalized delayed linear
prediction"): in each frequency, what the frames of 30 to 170 ms before foretell is echo, since no voice goes on so
evenly. It is done on the spectra that the wake engine's mel frames are made of anyway.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.wake.layers import MEL_BINS
from models.wake.mel import PAST_SAMPLES, STEP_SAMPLES, Spectra, frames_of, spectra

MOST_SECONDS = 12.0  # of sound: longer sound is no command, and would be waited for
_DELAY_FRAMES, _FRAMES = 3, 15  # of 10 ms: what comes sooner is the word itself
_ROUNDS = 2  # what is left of the first one tells the second how loud the voice was
_QUIETEST = 1e-3  # of the mean power of a frequency: quieter frames weigh no more
_RIDGE = 1e-5
_AT_ONCE = 12  # frequencies: their frames and those before them stay in the processor's cache

Floats = NDArray[np.float32]


def mel_without_echoes(sound: NDArray[np.int16]) -> Floats:
    """[frames of 10 ms, 32]. sound: whole steps of 80 ms, from the beginning of an utterance, at 16 kHz."""
    padded = np.concatenate([np.zeros(PAST_SAMPLES, np.int16), sound]).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(padded, PAST_SAMPLES + STEP_SAMPLES)[::STEP_SAMPLES]
    heard = spectra(windows)
    return frames_of(without_echoes(heard.reshape(-1, heard.shape[-1])).reshape(heard.shape)).reshape(-1, MEL_BINS)


def without_echoes(heard: Spectra) -> Spectra:
    """[frames, frequencies], both as they come and as they go."""
    groups = np.array_split(heard.T, max(1, heard.shape[1] // _AT_ONCE))
    return np.concatenate([_dry(group) for group in groups]).T


def _dry(heard: Spectra) -> Spectra:
    """[frequencies, frames]."""
    before = _before(heard)
    turned = before.conj().transpose(0, 2, 1)
    ridge = np.eye(_FRAMES, dtype=np.complex64)
    dry = heard
    for _ in range(_ROUNDS):
        power = dry.real**2 + dry.imag**2
        power = np.maximum(power, _QUIETEST * power.mean(axis=1, keepdims=True) + 1)
        alike = turned @ (before / power[..., np.newaxis])
        foretold = np.einsum("fkn,fn->fk", turned, heard / power)[..., np.newaxis]
        size = np.trace(alike, axis1=1, axis2=2).real / _FRAMES
        alike += ((_RIDGE * size + 1e-9)[:, np.newaxis, np.newaxis] * ridge).astype(np.complex64)
        dry = heard - np.einsum("fnk,fk->fn", before, np.linalg.solve(alike, foretold)[..., 0])
    return dry


def _before(heard: Spectra) -> Spectra:
    """[frequencies, frames, frames before], the nearest first; zeros before the beginning."""
    padded = np.pad(heard, ((0, 0), (_DELAY_FRAMES + _FRAMES - 1, 0)))[:, : heard.shape[1] + _FRAMES - 1]
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(padded, _FRAMES, axis=1)[..., ::-1])
