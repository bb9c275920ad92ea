"""Scenes for wake words: the ratio that was asked for, room before and after, nothing clipped, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from hub.bench.wake_rooms import DISTANCES_M, ROOMS, response
from hub.bench.wake_scenes import AFTER_SECONDS, BEFORE_SECONDS, Condition, convolved, rms, scene, voiced_part

STEP_SAMPLES = 1280
RATE_HZ = 16_000


def word(level: float = 8000) -> np.ndarray:
    """A tone of 0.5 s between two quiet halves of a second."""
    quiet = np.zeros(RATE_HZ // 2)
    tone = level * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ // 2) / RATE_HZ)
    return np.concatenate([quiet, tone, quiet]).astype(np.int16)


def hiss() -> np.ndarray:
    return np.random.default_rng(5).normal(0, 900, RATE_HZ * 3).astype(np.int16)


def heard(condition: Condition, *, level: float = 8000, response=None, seed: int = 7):
    noise = hiss() if condition.snr_db is not None else None
    return scene(word(level), condition, noise=noise, response=response, random=np.random.default_rng(seed))


def test_the_voiced_part_is_the_word_without_its_silence():
    voiced = voiced_part(word().astype(float))
    assert (voiced.start / RATE_HZ, voiced.stop / RATE_HZ) == (0.5, 1.0)


@pytest.mark.parametrize("snr_db", [20, 10, 5, 0])
def test_noise_has_the_ratio_that_was_asked_for_while_the_word_is_said(snr_db: float):
    noisy, clean = heard(Condition("noise", snr_db=snr_db)).audio, heard(Condition("clean")).audio
    said = slice(int(np.flatnonzero(np.abs(clean) > 4000)[0]), int(np.flatnonzero(np.abs(clean) > 4000)[-1]))
    scale = noisy[said].astype(float) @ clean[said] / (clean[said].astype(float) @ clean[said])
    noise = noisy[said] - scale * clean[said]
    assert 20 * np.log10(rms(scale * clean[said].astype(float)) / rms(noise)) == pytest.approx(snr_db, abs=0.5)


def test_a_word_has_room_before_and_after_it_and_moves_within_a_step():
    starts = set()
    for seed in range(8):
        one = heard(Condition("clean"), seed=seed)
        loud = np.flatnonzero(np.abs(one.audio) > 4000)
        assert one.audio.size % STEP_SAMPLES == 0
        assert one.recorded_seconds == 1.5
        assert loud[0] >= BEFORE_SECONDS * RATE_HZ
        assert one.audio.size - loud[-1] >= AFTER_SECONDS * RATE_HZ
        assert one.word_from_step * STEP_SAMPLES <= loud[0]
        starts.add(int(loud[0]) % STEP_SAMPLES)
    assert len(starts) > 4


def test_commands_have_less_around_them_than_wake_words():
    random = np.random.default_rng(7)
    made = scene(word(), Condition("clean"), noise=None, response=None, random=random, around_seconds=(0.3, 0.5))
    assert 0 <= made.audio.size / RATE_HZ - (0.3 + 1.5 + 0.5) <= 0.16


def test_quiet_is_no_digital_silence():
    assert 1 < rms(heard(Condition("clean")).audio[:RATE_HZ].astype(float)) < 10


def test_nothing_is_clipped_however_loud():
    loudest = int(np.abs(heard(Condition("loud", gain_db=20, snr_db=0), level=30_000).audio).max())
    assert 31_000 < loudest <= 32_000


def test_a_quieter_voice_is_quieter():
    loud, quiet = (int(np.abs(heard(Condition("", gain_db=gain)).audio).max()) for gain in (0, -20))
    assert loud / quiet == pytest.approx(10, rel=0.05)


def test_the_same_seed_makes_the_same_scene():
    condition = Condition("noise", snr_db=5)
    assert np.array_equal(heard(condition).audio, heard(condition).audio)
    assert not np.array_equal(heard(condition).audio, heard(condition, seed=8).audio)


def test_convolution_is_numpys():
    random = np.random.default_rng(2)
    voice, echo = random.normal(size=700), random.normal(size=90)
    assert np.allclose(convolved(voice, echo), np.convolve(voice, echo))


def test_rooms_are_drier_near_and_when_furnished():
    pytest.importorskip("pyroomacoustics", reason="in the dev group")
    direct = {
        (room.name, distance): _direct_share(response(room, distance, np.random.default_rng(1)))
        for room in ROOMS
        for distance in DISTANCES_M
    }
    for room in ROOMS:
        near, middle, far = (direct[room.name, distance] for distance in DISTANCES_M)
        assert near > middle > far
    assert all(direct["furnished", distance] > direct["bare", distance] for distance in DISTANCES_M)


def _direct_share(pressure: np.ndarray) -> float:
    """Of the energy, in the first 2.5 ms."""
    return float(np.sum(pressure[:40] ** 2) / np.sum(pressure**2))
