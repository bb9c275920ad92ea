"""Pronunciations of a grammar's words: every way in which its accents say them, none for what cannot be said."""

from __future__ import annotations

import pytest

from hub.engines.espeak import espeak
from hub.intent.spoken import spoken_forms
from models.recogniser.graph import compiled
from models.recogniser.phones import alphabet
from models.recogniser.pronounce import lexicon

ENGLISH = alphabet("en")


def _read(accent: str, text: str) -> str:
    espeak().select(accent)
    return espeak().phonemes(text)


def _said(*words: str) -> dict[str, set[str]]:
    found = lexicon(words, ENGLISH, _read)
    return {word: {" ".join(ENGLISH.phones[one - 1] for one in way) for way in ways} for word, ways in found.items()}


def test_short_words_are_said_as_among_others():
    """Before a vowel and before a consonant."""
    found = _said("the", "a", "to")
    assert {"DH AH", "DH IH"} <= found["the"]
    assert len(found["a"]) > 1
    assert "T UW" in found["to"]


def test_accents_differ():
    assert len(_said("tomato")["tomato"]) == 2
    assert _said("lights")["lights"] == {"L AY T S"}


@pytest.mark.parametrize("word", ["", " ", "☃", "\u200b", "'", "-", "...", "…", "\N{COMBINING ACUTE ACCENT}"])
def test_what_nobody_can_say_is_left_out_or_said_somehow(word):
    """Never with no phones at all, never an error."""
    assert all(way for ways in lexicon([word], ENGLISH, _read).values() for way in ways)


@pytest.mark.parametrize(
    "name",
    ["лампа", "客厅灯", "مصباح", "ライト", "λάμπα", "łóżko", "Œuvre", "💡", "lamp💡", "zzxqj", "{}", "\x00", "a" * 500],
)
def test_names_in_any_script_make_a_house_that_can_be_heard(name):
    """The device may be out of reach of the voice; the others are not."""
    forms = [*spoken_forms(name, "en"), "lights"]
    found = lexicon(sorted({word for form in forms for word in form.split()}), ENGLISH, _read)
    assert found["lights"]
    graph = compiled(f"public <command> = turn on ( {' | '.join(forms)} );\n", found | {"turn": [(1,)], "on": [(2,)]})
    assert "lights" in graph.words


def test_a_word_that_is_read_as_several_is_one():
    """An abbreviation that the voice spells out."""
    ways = {"one": "wˌʌn", "x 1": "ɛks wˌʌn"}
    found = lexicon(["x 1", "one"], ENGLISH, lambda _accent, text: ways.get(text, "it it it"))
    assert [ENGLISH.phones[one - 1] for one in found["x 1"][0]] == ["EH", "K", "S", "W", "AH", "N"]
