"""Spectra of the training are those of the product, until somebody else shall speak."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser.training.spectra import mel_steps, other_pace, other_speaker, own_pace
from models.wake.mel import HOP_SAMPLES, PAST_SAMPLES, STEP_SAMPLES, WINDOW_SAMPLES, band_edges_hz, bands, mel_frames

SEEDS = range(20)
_EARLIER = PAST_SAMPLES - 56  # the first window of a stream begins so far before it: 512 points around 400 samples


def _sound(steps: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3000, steps * STEP_SAMPLES).astype(np.int16)


def _streamed(samples: np.ndarray) -> np.ndarray:
    padded = np.pad(samples, (PAST_SAMPLES, 0)).astype(np.float32)
    starts = range(0, len(samples), STEP_SAMPLES)
    return np.concatenate([mel_frames(padded[np.newaxis, one : one + PAST_SAMPLES + STEP_SAMPLES]) for one in starts])


def test_the_same_speaker_at_the_same_pace_is_what_the_product_hears():
    """Frame by frame, but for the order in which a band's power is added up."""
    samples = _sound(12)
    sound = np.pad(samples, (_EARLIER, PAST_SAMPLES)).astype(np.float32) / np.float32(2**15)
    found = mel_steps(sound, own_pace(len(sound)), bands(band_edges_hz()))
    np.testing.assert_allclose(found[:12], _streamed(samples), atol=2e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_another_speaker_has_bands_in_order_within_the_spectrum(seed):
    weights = other_speaker(np.random.default_rng(seed))
    assert weights.shape == (257, 32)
    assert (weights >= 0).all()
    assert np.isfinite(weights).all()
    middles = (weights * np.arange(257)[:, np.newaxis]).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-12)
    heard = weights.sum(axis=0) > 0
    assert heard.sum() > 28  # a band between two frequencies hears nothing
    assert (np.diff(middles[heard]) > 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_another_pace_stays_within_the_sound(seed):
    """Windows in order, none beyond the end, 7 to 14.5 ms apart; and most of the sentence is there."""
    samples = 40_000
    starts = other_pace(samples, np.random.default_rng(seed))
    assert starts.min() >= 0
    assert starts.max() <= samples - WINDOW_SAMPLES
    assert np.diff(starts).min() >= int(0.7 * HOP_SAMPLES)
    assert np.diff(starts).max() <= int(1.45 * HOP_SAMPLES) + 1
    assert starts.max() > samples - WINDOW_SAMPLES - 2 * HOP_SAMPLES


def test_a_higher_voice_is_higher():
    """A tone moves down in bands that were laid over higher frequencies."""
    sound = np.sin(2 * np.pi * 1000 * np.arange(8000) / 16_000).astype(np.float32) * np.float32(0.5)
    plain, moved = (
        mel_steps(sound, own_pace(8000), bands(band_edges_hz() * factor))[2].mean(axis=0).argmax()
        for factor in (1, 1.3)
    )
    assert moved < plain


@pytest.mark.parametrize("samples", [0, 399, 400, 1000, 1520])
def test_a_sound_too_short_for_a_step_has_none(samples):
    sound = np.zeros(samples, np.float32)
    if samples >= WINDOW_SAMPLES:
        expected = 1 if samples >= WINDOW_SAMPLES + 7 * HOP_SAMPLES else 0
        assert len(mel_steps(sound, own_pace(samples), bands(band_edges_hz()))) == expected
    assert len(own_pace(samples)) == max(0, (samples - WINDOW_SAMPLES) // HOP_SAMPLES + 1)
