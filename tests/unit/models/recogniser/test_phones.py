"""Each alphabet writes what espeak-ng says in its language, without a sound that is lost."""

# ruff: noqa: RUF001  # IPA is written in letters that look like others

from __future__ import annotations

import random
import re
import unicodedata

import pytest

from hub.engines.espeak import espeak
from hub.intent.language import resolve_language
from hub.intent.samples import sentences, words
from models.recogniser.phones import Alphabet, alphabet

LANGUAGES = ("en", "de", "fr")
_MARKS = re.compile(r"[ˈˌː\s\-]|\([a-z-]+\)|\u0329|\u032f")  # stress, length, syllables, another language's words


def _some_words(language: str) -> list[str]:
    rng = random.Random(0)
    found = words(sentences(resolve_language(language), 400, rng))
    return rng.sample(found, min(200, len(found)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sound_of_the_language_has_a_phone(language):
    """Of some 200 words in all accents, nothing is left but marks of stress and length."""
    here = alphabet(language)
    spellings = sorted(here.spelling, key=len, reverse=True)
    lost: dict[str, str] = {}
    for accent in here.accents:
        espeak().select(accent)
        for word in _some_words(language):
            ipa = espeak().phonemes(word)
            assert here.read(ipa), word
            left = re.sub(r"\([a-z-]+\)", "", unicodedata.normalize("NFD", ipa)).replace("ˈ", "").replace("ˌ", "")
            for spelling in spellings:
                left = left.replace(spelling, " ")
            if rest := _MARKS.sub("", left):
                lost[word] = f"{ipa} -> {rest}"
    assert not lost


@pytest.mark.parametrize("language", LANGUAGES)
def test_phones_are_numbered_from_one_without_gaps(language):
    here = alphabet(language)
    assert len(set(here.phones)) == len(here.phones)
    numbers = {number for ipa in here.spelling for number in here.read(ipa)}
    assert numbers == set(range(1, len(here.phones) + 1))


def test_longer_spellings_come_first():
    """A diphthong is one phone, and not two vowels."""
    here = alphabet("en")
    assert [here.phones[number - 1] for number in here.read("tɜːn ˈɒn ðə laɪts")] == [
        "T",
        "ER",
        "N",
        "AA",
        "N",
        "DH",
        "AH",
        "L",
        "AY",
        "T",
        "S",
    ]
    assert [here.phones[number - 1] for number in here.read("tʃɔɪs")] == ["CH", "OY", "S"]


def test_what_is_no_sound_of_the_language_is_left_out():
    assert alphabet("en").read("ǃ12ˈ  (de)") == ()
    assert alphabet("en").read("") == ()


def test_nasal_vowels_are_read_however_they_are_composed():
    here = alphabet("fr")
    assert here.read(unicodedata.normalize("NFC", "ɑ̃")) == here.read(unicodedata.normalize("NFD", "ɑ̃"))
    assert here.read("ɑ̃") != here.read("ɑ")


def test_a_language_that_nobody_wrote_down_has_none():
    assert alphabet("xx") is None


def test_an_alphabet_keeps_the_order_it_was_given():
    """The network's outputs are in the order of its file, not in ours."""
    assert Alphabet("xx", ["xx"], {"a": "A", "b": "B"}, ["B", "A"]).read("ab") == (2, 1)
