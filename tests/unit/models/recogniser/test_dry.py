"""A room's echoes are taken away, and what is no echo stays."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser.dry import mel_without_echoes, without_echoes
from models.wake.mel import STEP_SAMPLES

FRAMES, FREQUENCIES = 300, 30
WORDS = [slice(start, start + 12) for start in range(20, 280, 50)]  # of 120 ms, half a second from one to the next
ECHOES = [slice(word.stop + 6, word.stop + 26) for word in WORDS]


def _said(rng: np.random.Generator) -> np.ndarray:
    sound = rng.normal(0, 1, (2, FRAMES, FREQUENCIES))
    said = np.zeros((FRAMES, FREQUENCIES), np.complex64)
    for word in WORDS:
        said[word] = 1000 * (sound[0, word] + 1j * sound[1, word])
    return said + 0.1 * (sound[0] - 1j * sound[1])


def _in_a_room(said: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each frequency goes to and fro between walls of its own: after 40, 80 and 120 ms, again and again."""
    heard = said.copy()
    walls = 0.3 * np.exp(2j * np.pi * rng.random((3, FREQUENCIES)))
    for frame in range(12, FRAMES):
        heard[frame] += sum(walls[wall] * heard[frame - 4 * (wall + 1)] for wall in range(3))
    return heard.astype(np.complex64)


def _level_db(heard: np.ndarray, places: list[slice]) -> float:
    return 10 * np.log10(np.mean([np.mean(np.abs(heard[place]) ** 2) for place in places]))


def test_echoes_go_and_words_stay():
    rng = np.random.default_rng(1)
    said = _said(rng)
    heard = _in_a_room(said, rng)
    dry = without_echoes(heard)
    assert _level_db(dry, ECHOES) < _level_db(heard, ECHOES) - 8
    assert _level_db(dry, WORDS) == pytest.approx(_level_db(heard, WORDS), abs=2)


def test_without_a_room_nothing_is_taken_away():
    said = _said(np.random.default_rng(2)).astype(np.complex64)
    dry = without_echoes(said)
    assert _level_db(dry - said, WORDS) < _level_db(said, WORDS) - 8


@pytest.mark.parametrize("steps", [1, 2, 30])
def test_of_every_step_there_are_eight_frames(steps):
    sound = np.random.default_rng(3).normal(0, 3000, steps * STEP_SAMPLES).astype(np.int16)
    assert mel_without_echoes(sound).shape == (8 * steps, 32)


@pytest.mark.parametrize(
    "sound",
    [np.zeros(16_640, np.int16), np.full(16_640, -(2**15), np.int16), np.tile([-(2**15), 2**15 - 1], 8_320)],
    ids=["silence", "offset", "loudest"],
)
def test_any_sound_has_finite_frames(sound):
    assert np.isfinite(mel_without_echoes(sound.astype(np.int16))).all()
