"""A clip as a hub hears it: whole, bounded, with silence behind it, and never twice the same."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser.training.corpus import Clip
from models.recogniser.training.scene import Places

SEEDS = range(15)
_QUIET_SAMPLES = 8000


def _clip(seed: int, seconds: float = 1.0) -> Clip:
    samples = np.random.default_rng(seed).normal(0, 4000, int(16_000 * seconds)).clip(-16_000, 16_000)
    return Clip("turn on", "somebody", (1, 2, seed + 3), samples.astype(np.int16))


@pytest.fixture(scope="module")
def places() -> Places:
    return Places([_clip(90), _clip(91)], np.random.default_rng(0))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("hardship", [0.0, 1.0])
def test_a_scene_is_bounded_and_ends_with_zeros(places, seed, hardship):
    """Half a second of them, as the recogniser adds; before it the sound of a microphone that clips at full scale."""
    heard = places.heard([_clip(1)], np.random.default_rng(seed), hardship=hardship)
    assert heard.sound.dtype == np.float32
    assert np.isfinite(heard.sound).all()
    assert np.abs(heard.sound).max() <= 1
    assert not heard.sound[-_QUIET_SAMPLES:].any()
    assert heard.sound[:-_QUIET_SAMPLES].any()
    assert len(heard.sound) > 16_000 / 1.12 + _QUIET_SAMPLES


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nobody_speaks_there_is_noise_and_then_zeros(places, seed):
    sound = places.nobody(np.random.default_rng(seed))
    assert sound.dtype == np.float32
    assert 0 < np.abs(sound).max() <= 1
    assert not sound[-_QUIET_SAMPLES:].any()
    assert 16_000 <= len(sound) - _QUIET_SAMPLES <= 4 * 16_000
    np.testing.assert_array_equal(sound * 2**15, np.round(sound * 2**15))


@pytest.mark.parametrize("seed", SEEDS)
def test_samples_are_those_of_16_bits(places, seed):
    sound = places.heard([_clip(1)], np.random.default_rng(seed)).sound
    np.testing.assert_array_equal(sound * 2**15, np.round(sound * 2**15))


def test_phones_are_those_of_all_that_is_said(places):
    heard = places.heard([_clip(1), _clip(2)], np.random.default_rng(0))
    assert heard.phones == (1, 2, 4, 1, 2, 5)
    assert len(heard.sound) > 2 * 16_000 / 1.12


def test_the_same_seed_gives_the_same_and_another_does_not(places):
    one, same, other = (places.heard([_clip(1)], np.random.default_rng(seed)).sound for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert len(one) != len(other) or (one != other).any()


def test_without_hardship_speech_is_as_it_was_recorded(places):
    """Only louder or quieter, slower or faster, with some quiet around and a little hiss: no room, no noise."""
    clip = Clip("tone", "somebody", (1,), (8000 * np.sin(np.arange(16_000) / 5)).astype(np.int16))
    sound = places.heard([clip], np.random.default_rng(2), hardship=0).sound[:-_QUIET_SAMPLES]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    loudest = int(spectrum.argmax())
    assert spectrum[loudest - 30 : loudest + 31].sum() > 0.99 * spectrum.sum()


def test_digital_silence_is_heard_as_silence(places):
    """A voice that said nothing breaks nothing."""
    silent = Clip("", "nobody", (), np.zeros(8000, np.int16))
    assert np.isfinite(places.heard([silent], np.random.default_rng(1)).sound).all()
