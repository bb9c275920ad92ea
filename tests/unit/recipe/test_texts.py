"""Sentences to train on: speakable, of every kind, and the same for the same seed in any process."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest

pytest.importorskip("wordfreq", reason="training is not installed")

from hub.errors import IntentFailed
from hub.recipe.texts import Texts, plain

LANGUAGES = ("en", "de", "fr")
_PROGRAM = """
import random
from hub.recipe.recording import house_of
from hub.recipe.texts import Texts
house = house_of("en")
texts = Texts("en", random.Random(4))
print(house, [texts.next() for _ in range(60)])
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_words_as_a_voice_reads_them(language):
    """Small letters, numbers in words, no marks, no more than sixteen words, hardly one twice."""
    texts = Texts(language, random.Random(0))
    found = [texts.next() for _ in range(400)]
    for text in found:
        assert text == text.lower()
        assert all(letter.isalpha() or letter in " '" for letter in text), text
        assert 1 <= len(text.split()) <= 16
        assert text == " ".join(text.split())
    assert len(set(found)) > 350


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_seed_says_the_same(language):
    one, same, other = (Texts(language, random.Random(seed)) for seed in (1, 1, 2))
    first = [one.next() for _ in range(50)]
    assert [same.next() for _ in range(50)] == first
    assert [other.next() for _ in range(50)] != first


def test_every_process_makes_the_same_sentences_and_houses():
    """Whatever order its sets are in: shards of one corpus are recorded by several."""
    printed = [
        subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=50,
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0] == printed[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_house_has_rooms_and_names_of_many_kinds(language):
    house = Texts(language, random.Random(5)).house()
    assert len({device.name for device in house.entities()}) > 30
    assert {device.area for device in house.entities()} <= {room.name for room in house.areas()}
    assert len({room.name for room in house.areas()}) == len(house.areas())


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("Turn it to 50%!", "en", "turn it to fifty percent"),
        ("Stell auf 21 °", "de", "stell auf einundzwanzig grad"),
        ("l\N{RIGHT SINGLE QUOTATION MARK}entrée, 3", "fr", "l'entrée trois"),
        ("don't", "en", "don't"),
        ("", "en", ""),
    ],
)
def test_plain_text_is_what_is_said(text, language, said):
    assert plain(text, language) == said


def test_a_language_without_words_is_refused():
    with pytest.raises(IntentFailed, match="words") as raised:
        Texts("nl", random.Random(0)).house()
    assert raised.value.code == "language-unknown"


def test_what_is_said_alone_is_a_call_or_a_few_words():
    texts = Texts("en", random.Random(0))
    found = [texts.alone() for _ in range(200)]
    assert {"alexa", "hey jarvis"} < set(found)
    assert len(set(found)) > 80
    assert max(len(text.split()) for text in found) <= 3
