"""Scenes are what a microphone in a house may hear: whole, bounded, never twice the same, and labelled to the step."""

from __future__ import annotations

import numpy as np
import pytest

from models.wake.training import noise
from models.wake.training.acoustics import impulse_response, in_room, through_microphone
from models.wake.training.features import EITHER, OTHER, WORD, labels
from models.wake.training.scene import SCENE_SAMPLES, SCENE_STEPS, Placed, Studio, recorded
from models.wake.training.speech import resampled, spoken, trimmed
from tests.unit.models.training.voices import LetterVoice

SEEDS = range(12)


@pytest.fixture(scope="module")
def studio() -> Studio:
    rng = np.random.default_rng(0)
    speech = [spoken(LetterVoice("a", 1, []), text, rng) for text in ("turn it on", "open the window", "what time")]
    return Studio([one for one in speech if one is not None], 8, rng)


def _word(seconds: float = 0.7) -> np.ndarray:
    return np.sin(np.arange(int(16_000 * seconds)) * 0.3).astype(np.float32)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_room_keeps_the_energy_and_begins_with_the_direct_sound(seed):
    response = impulse_response(np.random.default_rng(seed))
    assert np.sum(response**2) == pytest.approx(1, rel=1e-3)
    assert np.argmax(np.abs(response)) < 0.02 * 16_000
    late = response[len(response) // 2 :]
    assert np.sum(late**2) < 0.1


def test_what_is_heard_in_a_room_or_through_a_microphone_is_as_long_as_what_is_said():
    rng = np.random.default_rng(1)
    word = _word()
    assert len(in_room(word, impulse_response(rng))) == len(through_microphone(word, rng)) == len(word)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_noise_has_level_1(seed):
    rng = np.random.default_rng(seed)
    response = impulse_response(rng)
    for sound in (
        noise.coloured(16_000, 1, rng),
        noise.hum(16_000, rng),
        noise.babble(16_000, [_word()], response, rng),
        noise.music(16_000, rng),
        noise.events(16_000, rng),
        noise.background(16_000, [_word()], response, rng),
    ):
        assert len(sound) == 16_000
        assert sound.std() == pytest.approx(1, rel=1e-2)


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_coloured_noise_falls_as_told(slope):
    power = np.abs(np.fft.rfft(noise.coloured(1 << 16, slope, np.random.default_rng(2)))) ** 2
    low, high = power[1000:2000].mean(), power[10_000:20_000].mean()
    assert np.log10(low / high) == pytest.approx(slope, abs=0.1)


@pytest.mark.parametrize("beside", [0.0, 1.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_word_stands_in_its_scene_whole(studio, seed, beside):
    placed = studio.placed(_word(), np.random.default_rng(seed), beside=beside)
    assert len(placed.sound) == SCENE_SAMPLES
    assert placed.end - placed.start == len(_word())
    word = placed.sound[placed.start : placed.end]
    assert np.corrcoef(word, _word())[0, 1] > 0.99
    around = np.concatenate([placed.sound[: placed.start], placed.sound[placed.end :]])
    assert (np.abs(around).max() > 0) == bool(beside)


def test_speech_may_follow_in_the_same_breath(studio):
    """Within 100 ms of the word's end in more than half of the scenes that have speech after it."""
    gaps = []
    for seed in range(40):
        placed = studio.placed(_word(), np.random.default_rng(seed), beside=1)
        loud = np.flatnonzero(np.abs(placed.sound[placed.end :]) > 0.01)
        gaps += [loud[0] / 16] if len(loud) else []
    assert len(gaps) > 20
    assert np.median(gaps) < 100


def test_a_word_that_is_too_long_is_cut_at_its_end_and_fits(studio):
    placed = studio.placed(_word(3.0), np.random.default_rng(0), beside=1)
    assert 0 < placed.start < placed.end < SCENE_SAMPLES


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_recorded_lies_between_the_quietest_gain_and_full_scale(studio, seed):
    rng = np.random.default_rng(seed)
    for samples in (studio.heard(studio.placed(_word(), rng, beside=0.5).sound, rng), recorded(_word(), rng)):
        assert samples.dtype == np.int16
        peak_db = 20 * np.log10(np.abs(samples.astype(float)).max() / 2**15)
        assert -31 < peak_db <= 0
    silence = studio.noise(rng)
    assert silence.shape == (SCENE_SAMPLES,)
    assert 0 < np.abs(silence.astype(float)).max() < 2**15


def test_a_seed_makes_the_same_scene_again(studio):
    first, again, other = (studio.noise(np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_the_steps_after_the_word_are_labelled():
    """Three steps must score: those that end up to 240 ms after it."""
    end = 16_000 + 1280  # 40 ms into step 13
    found = labels(Placed(np.zeros(SCENE_SAMPLES, np.float32), end - 9600, end))
    assert found.shape == (SCENE_STEPS,)
    assert list(np.flatnonzero(found == WORD)) == [13, 14, 15]
    assert set(found[16:24]) == {EITHER}
    assert set(found[25:]) == set(found[:10]) == {OTHER}
    assert found[12] == EITHER


def test_a_voice_is_trimmed_to_what_is_said():
    voice = LetterVoice("a", 1, [])
    sound = spoken(voice, "   hello   ", np.random.default_rng(0))
    assert sound is not None
    assert np.abs(sound).max() == 1
    assert 0.2 < len(sound) / 16_000 < 0.8  # of at least 0.6 s with the spaces
    assert spoken(voice, "    ", np.random.default_rng(0)) is None


def test_silence_around_a_recording_is_cut_at_its_level():
    sound = np.concatenate([np.full(8000, 0.01, np.float32), _word(), np.full(8000, 0.01, np.float32)])
    assert abs(len(trimmed(sound, -30)) - len(_word())) < 700
    assert len(trimmed(sound, -60)) > len(sound) - 700


def test_played_faster_a_tone_is_higher():
    word = _word(1.0)
    faster = resampled(word, 8000)
    assert len(faster) == 8000
    peaks = [np.argmax(np.abs(np.fft.rfft(sound))) / len(sound) for sound in (word, faster)]
    assert peaks[1] == pytest.approx(2 * peaks[0], rel=0.01)
