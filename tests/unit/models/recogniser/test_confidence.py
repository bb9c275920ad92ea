"""What the confidence is made of tells what was said from what the search made fit."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser.confidence import Calibration, confidence, evidence, margin
from models.recogniser.phones import BLANK
from tests.unit.models.recogniser.grammars import clear_frames, searched

LEXICON = {"turn": [(1, 2)], "it": [(4,)], "on": [(3, 2)], "off": [(3, 1)]}
COMMANDS = "public <command> = turn [ it ] ( on | off );\n"
OUTPUTS = 5
WHOLE, WORST, MISSED, SHORT, SURE, AHEAD, CLEAR = range(7)


def _told(frames: np.ndarray) -> tuple[float, ...]:
    search = searched(COMMANDS, LEXICON, frames)
    found = search.sentences(8)
    return evidence(search, found[0], margin(found[0], found))


def _noise(share: float) -> np.ndarray:
    """Blank is likeliest in every frame; phones share the rest alike."""
    row = np.full(OUTPUTS, np.log(share / (OUTPUTS - 1)), np.float32)
    row[BLANK] = np.log(1 - share)
    return np.tile(row, (60, 1))


def test_there_is_a_weight_for_every_value_and_a_constant():
    assert len(_told(clear_frames([1, 2, 3, 2], OUTPUTS))) + 1 == len(Calibration().weights)


def test_a_sentence_that_was_said_lacks_nothing():
    told = _told(clear_frames([1, 2, 3, 2], OUTPUTS))
    assert told[WHOLE] == pytest.approx(0, abs=0.05)
    assert told[WORST] == pytest.approx(0, abs=0.05)
    assert (told[MISSED], told[SHORT], told[CLEAR]) == (0, 0.25, 1)
    assert told[AHEAD] > 1


@pytest.mark.parametrize("share", [0.2, 0.4])
def test_of_noise_no_sound_is_clear(share):
    """Though the penalty on blank makes phones out of it."""
    assert _told(_noise(share))[CLEAR] == 0


def test_a_sound_that_is_not_in_the_sentence_is_missed():
    assert _told(clear_frames([1, 2, 4, 1, 4, 3, 2], OUTPUTS))[MISSED] > 0


def test_one_short_word_that_is_badly_heard_costs_less_than_a_long_one():
    """Beside "it" its neighbours sound as well."""
    lexicon = {"it": [(4,)], "identify": [(4,)], "turn": [(1, 2)]}
    worst = []
    for word in ("it", "identify"):
        search = searched(f"public <command> = turn {word};\n", lexicon, clear_frames([1, 2, 3], OUTPUTS))
        (found,) = search.sentences(1)
        worst.append(evidence(search, found, margin(found, [found]))[WORST])
    assert worst[0] < worst[1] < 0
    assert worst[0] * 4 == pytest.approx(worst[1] * 10, rel=0.01)


def test_confidence_is_a_share_whatever_was_found():
    weights = Calibration(tuple(1e9 for _ in Calibration().weights))
    values = [(sign * 1e9,) * (len(weights.weights) - 1) for sign in (-1, 0, 1)]
    assert [round(confidence(weights, one), 6) for one in values] == [0, 1, 1]
