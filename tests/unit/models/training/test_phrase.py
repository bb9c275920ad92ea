"""What can be a wake word, what its files are called, and how many syllables it has."""

from __future__ import annotations

import pytest

from models.wake.training.errors import TrainingRefused
from models.wake.training.phrase import phrase, syllables


@pytest.mark.parametrize(
    ("text", "spoken", "name"),
    [
        ("hey willow", "hey willow", "hey_willow"),
        ("  Hey   WILLOW ", "hey willow", "hey_willow"),
        ("o'brien", "o'brien", "o_brien"),
        ("grüß dich", "grüß dich", "grüß_dich"),
        ("привет дом", "привет дом", "привет_дом"),
        ("u\u0308ber", "über", "über"),
    ],
)
def test_a_phrase_is_spoken_and_named(text, spoken, name):
    found = phrase(text)
    assert (found.text, found.name) == (spoken, name)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no word"),
        (" - ", "no word"),
        ("hi", "too short"),
        ("../../etc", "in it"),
        ("hey<b>", "in it"),
        ("room 101", "in it"),
        ("one two three four five six", "too long"),
        ("a" * 41, "too long"),
    ],
)
def test_what_cannot_be_a_wake_word_is_refused_with_a_reason(text, why):
    with pytest.raises(TrainingRefused, match=why) as refused:
        phrase(text)
    assert refused.value.code == "wake-phrase-invalid"


@pytest.mark.parametrize(
    ("ipa", "number"),
    [("hˈeɪ wˈɪloʊ", 3), ("ɐlˈɛksɐ", 3), ("kəmpjˈuːɾɚ", 3), ("bˈɒks", 1), ("snˈoʊbɔɪ", 2), ("bˈɒtl\u0329", 2)],  # noqa: RUF001  # IPA
)
def test_syllables_are_counted_by_their_vowels(ipa, number):
    assert syllables(ipa) == number
