"""What sounds behind the words: of one level, never twice the same, of many kinds, and with no word of its own."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser.training.surroundings import Surroundings, crowd, played, scattered, texture
from models.wake.training.acoustics import impulse_response

SAMPLES = 32_000
SEEDS = range(12)
_BLOCK = 400


def _talk(rng: np.random.Generator) -> list[np.ndarray]:
    """Syllables of noise."""
    seconds = np.arange(24_000) / 16_000
    return [(rng.normal(size=24_000) * (np.sin(8 * np.pi * seconds) > 0)).astype(np.float32) for _ in range(3)]


@pytest.fixture(scope="module")
def around() -> Surroundings:
    rng = np.random.default_rng(0)
    return Surroundings(_talk(rng), [impulse_response(rng) for _ in range(4)])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("samples", [1600, SAMPLES])
def test_the_level_is_that_which_a_scene_reckons_with(around, seed, samples):
    sound = around.sound(samples, np.random.default_rng(seed))
    assert sound.dtype == np.float32
    assert sound.shape == (samples,)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 12
    assert 0.3 < sound.std() < 1.01


@pytest.mark.parametrize("kind", [texture, scattered, played])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_kind_is_ever_silent(kind, seed):
    sound = kind(SAMPLES, np.random.default_rng(seed))
    assert np.isfinite(sound).all()
    assert sound.std() == pytest.approx(1, abs=1e-3)


def test_the_same_seed_gives_the_same_and_another_does_not(around):
    one, same, other = (around.sound(SAMPLES, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def _unsteadiness(sound: np.ndarray) -> float:
    """Deviation of the level from block to block, in nepers."""
    power = np.mean(sound[: len(sound) // _BLOCK * _BLOCK].reshape(-1, _BLOCK) ** 2, axis=1)
    return float(np.log(power + 1e-6).std() / 2)


def test_textures_move_and_some_move_much():
    """Steady noise of the same blocks moves by 0.04 to 0.1 nepers."""
    found = [_unsteadiness(texture(SAMPLES, np.random.default_rng(seed))) for seed in range(40)]
    assert min(found) > 0.03
    assert np.median(found) > 0.12
    assert max(found) > 0.5


def test_what_is_scattered_is_now_a_few_bangs_and_now_a_rain():
    """The share of blocks that hold nine tenths of the sound."""
    shares = []
    for seed in range(40):
        power = np.sort(np.mean(scattered(SAMPLES, np.random.default_rng(seed)).reshape(-1, _BLOCK) ** 2, axis=1))[::-1]
        shares.append((np.searchsorted(np.cumsum(power), 0.9 * power.sum()) + 1) / len(power))
    assert min(shares) < 0.1
    assert max(shares) > 0.5


def test_in_a_crowd_nobodys_pauses_are_left():
    rng = np.random.default_rng(5)
    talk = _talk(rng)
    assert _unsteadiness(talk[0]) > 2  # one talker is silent half of the time
    assert _unsteadiness(crowd(SAMPLES, talk, rng)) < 1


def test_music_has_tones():
    """A few frequencies hold much of it; of white noise they hold a tenth."""
    for seed in SEEDS:
        spectrum = np.abs(np.fft.rfft(played(SAMPLES, np.random.default_rng(seed)))) ** 2
        loudest = np.sort(spectrum)[::-1]
        assert loudest[: len(loudest) // 50].sum() > 0.3 * spectrum.sum()
