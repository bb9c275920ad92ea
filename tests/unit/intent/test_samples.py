"""Sentences drawn from a language's templates: many, different, speakable, the same for a seed."""

from __future__ import annotations

import random

import pytest

from hub.intent.language import resolve_language
from hub.intent.samples import replies, sentences, words


@pytest.mark.parametrize("language", ["en", "de", "zh-CN"])
def test_as_many_as_asked_for_and_all_different(language):
    found = sentences(resolve_language(language), 80, random.Random(1))
    assert len(found) == len(set(found)) == 80
    assert all(0 < len(text) <= 90 for text in found)
    assert not [text for text in found if set(text) & set("<>[]{}()|_")]


def test_a_seed_draws_the_same_again():
    first, again, other = (sentences("en", 20, random.Random(seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_what_a_house_says_is_spread_over_its_commands():
    found = " ".join(sentences("en", 300, random.Random(1)))
    for word in ("timer", "brightness", "open", "volume", "lights", "temperature"):
        assert word in found


def test_replies_have_no_places_to_fill():
    found = replies("en")
    assert len(found) > 20
    assert not [text for text in found if "{" in text or "%" in text]


def test_words_are_taken_out_of_texts_once():
    assert words(["Turn the light on", "turn off 20 lights!"]) == ["light", "lights", "off", "on", "the", "turn"]
