"""What is spoken of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.tts.speaking.text import MAX_CHARACTERS, TextRefused, pieces, spoken


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("It is 7.5 °C.", "en-us", "It is 7.5 degrees."),
        ("54%", "en", "54 percent"),
        ("Es sind 20°C.", "de", "Es sind 20 Grad."),
        ("Luftfeuchte: 54 %", "de-de", "Luftfeuchte: 54 Prozent"),
        ("54 %", "fi", "54 %"),
        ("a\x00b\n c\u200b\tÂ", "en", "a b c Â"),
        ("<speed level='900'>fast[[x]]", "en", "speed level='900' fast x"),
    ],
)
def test_said(text: str, language: str, said: str) -> None:
    """Signs become words where the voice has none for them; control characters and voice commands go."""
    assert spoken(text, language) == said


@pytest.mark.parametrize("text", ["", " ", "...", "\n\x00", "<>"])
def test_no_word_is_refused(text: str) -> None:
    with pytest.raises(TextRefused) as refused:
        spoken(text, "en")
    assert refused.value.code == "tts-empty"


def test_too_long_is_refused() -> None:
    assert spoken("a" * MAX_CHARACTERS, "en")
    with pytest.raises(TextRefused) as refused:
        spoken("a" * (MAX_CHARACTERS + 1), "en")
    assert refused.value.code == "tts-text-too-long"


def test_sentences_are_pieces() -> None:
    assert list(pieces("It is on. It is 7.5 degrees! Good?")) == ["It is on.", "It is 7.5 degrees!", "Good?"]


def test_a_long_first_sentence_begins_with_its_first_clause() -> None:
    said = "The windows of the kitchen are open, and it will rain today, so close them before you leave the house."
    assert next(pieces(said)) == "The windows of the kitchen are open,"
    assert next(pieces("Yes, it is.")) == "Yes, it is."


@given(st.text(max_size=MAX_CHARACTERS))
def test_pieces_lose_no_word_and_are_never_long(text: str) -> None:
    """Whatever a reply is, all of it is said."""
    try:
        said = spoken(text, "en")
    except TextRefused:
        return
    cut = list(pieces(said))
    assert all(0 < len(piece) <= 300 for piece in cut)
    assert "".join("".join(cut).split()) == "".join(said.split())
