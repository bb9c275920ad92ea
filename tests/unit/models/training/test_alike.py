"""A head learns to refuse what is near to its phrase and never what is the phrase."""

from __future__ import annotations

import numpy as np

from models.wake.training.alike import alike
from models.wake.training.phrase import phrase

WORDS = ["pillow", "billow", "willows", "widow", "hay", "door", "lamp", "fridge", "bey", "willew"]


def _alike(text: str, words: list[str] = WORDS) -> list[str]:
    return alike(phrase(text), words, lambda said: said, np.random.default_rng(0))


def test_parts_neighbours_and_rhymes_are_among_them():
    found = _alike("hey willow")
    assert {"hey", "willow", "willow hey", "hey pillow", "hey widow", "bey willow"} <= set(found)
    assert any(text.startswith("willow ") for text in found)
    assert len([text for text in found if text.startswith("hey ") and text.split()[1] not in WORDS]) > 5
    assert len(found) == len(set(found))


def test_the_phrase_is_in_none_of_them():
    for text in ("hey willow", "willow", "computer"):
        assert not [one for one in _alike(text) if text in one]


def test_words_that_differ_in_vowels_only_may_be_the_phrase_in_another_accent():
    assert "hey willew" not in _alike("hey willow")


def test_a_phrase_without_a_vocabulary_has_its_parts_and_rhymes():
    found = _alike("computer", [])
    assert {"comp", "puter"} <= set(found)
    assert len(found) > 15
