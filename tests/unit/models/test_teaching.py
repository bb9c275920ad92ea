"""A second look learns from a household's recordings, is kept, and lifts what it knows over the threshold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import ModelInvalid
from models.wake.decision import Rule
from models.wake.mel import STEP_SAMPLES
from models.wake.second_look import Grey
from models.wake.settings import WordSection
from models.wake.teaching import Looks, open_looks, taught, verifier_path
from tests.wake_networks import head, network
from wire.errors import ConfigError

WORD = "alexa"
RULES = {WORD: Rule(threshold=0.5)}


def chirp(rising: bool, seed: int) -> NDArray[np.int16]:  # noqa: FBT001 - which of two sounds
    """A second of a tone that rises or falls: two "words" that nothing but their shape tells apart."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(16_000) / 16_000
    hz = 400 + 1600 * (seconds if rising else 1 - seconds) + rng.uniform(-50, 50)
    sound = np.sin(2 * np.pi * np.cumsum(hz) / 16_000) * rng.uniform(3000, 9000) + rng.normal(0, 50, 16_000)
    return sound.astype(np.int16)


@pytest.fixture(scope="module")
def looks() -> Looks:
    verifier = taught(
        network(), head(WORD), [chirp(True, n) for n in range(8)], [chirp(False, n) for n in range(100, 108)]
    )
    return Looks(network(), {WORD: verifier}, {WORD: Grey(0.05)})


def newest(sound: NDArray[np.int16]) -> list[NDArray[np.int16]]:
    """Two seconds that end where the sound does."""
    audio = np.concatenate([np.zeros(16 * STEP_SAMPLES, np.int16), sound])
    return list(audio[-25 * STEP_SAMPLES :].reshape(-1, STEP_SAMPLES))


def test_a_grey_score_counts_where_the_household_said_it(looks: Looks) -> None:
    counts = [looks.counted({WORD: 0.2}, newest(chirp(True, n)), RULES)[WORD] for n in range(20, 30)]
    other = [looks.counted({WORD: 0.2}, newest(chirp(False, n)), RULES)[WORD] for n in range(120, 130)]
    assert counts.count(0.5) >= 8
    assert other.count(0.2) >= 8


@pytest.mark.parametrize("score", [0.0, 0.04, 0.5, 0.97])
def test_a_score_that_is_not_grey_is_left_alone(looks: Looks, score: float) -> None:
    assert looks.counted({WORD: score}, newest(chirp(True, 1)), RULES) == {WORD: score}


def test_a_word_that_this_room_does_not_listen_for_is_left_alone(looks: Looks) -> None:
    assert looks.counted({WORD: 0.2, "other": 0.3}, newest(chirp(True, 1)), {}) == {WORD: 0.2, "other": 0.3}


def test_switched_on_and_never_taught_says_what_to_do(tmp_path: Path) -> None:
    assert open_looks(network(), {WORD: WordSection()}, tmp_path) is None
    with pytest.raises(ConfigError, match="earshot wake teach alexa") as missing:
        open_looks(network(), {WORD: WordSection(second_look=True)}, tmp_path)
    assert missing.value.code == "wake-verifier-missing"


def test_what_is_no_verifier_is_refused(tmp_path: Path) -> None:
    verifier_path(tmp_path, WORD).write_bytes(b'{"version": 1}')
    with pytest.raises(ModelInvalid):
        open_looks(network(), {WORD: WordSection(second_look=True)}, tmp_path)
