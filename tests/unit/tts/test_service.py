"""Which voice speaks, and what is remembered of what was said."""

from __future__ import annotations

import pytest

from hub.tts.speaking.phrases import Phrases
from hub.tts.speaking.voices import Loaded, Voice, Voices, VoiceUnknown


def no_voice() -> Loaded:
    raise AssertionError("not spoken in these tests")


def voice(name: str, language: str, engine: str = "espeak-ng") -> Voice:
    return Voice(name, language, engine, no_voice)


VOICES = Voices(
    [
        voice("pico-de-de", "de-de", "pico"),
        voice("pico-en-gb", "en-gb", "pico"),
        voice("pico-en-us", "en-us", "pico"),
        voice("espeak-de", "de"),
        voice("espeak-en-gb-scotland", "en-gb-scotland"),
        voice("espeak-pt-br", "pt-br"),
        voice("espeak-pt", "pt"),
        voice("espeak-cmn", "cmn"),
    ]
)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "pico-en-us"),
        ("en_GB", "pico-en-gb"),
        ("de", "pico-de-de"),
        ("de-AT", "pico-de-de"),
        ("pt", "espeak-pt"),
        ("pt-BR", "espeak-pt-br"),
        ("zh", "espeak-cmn"),
        (None, "pico-en-us"),
    ],
)
def test_a_language_finds_its_best_voice(language: str | None, name: str) -> None:
    """Pico before espeak-ng; the exact region, else the usual one of the language."""
    assert VOICES.choose(name=None, language=language).name == name


def test_a_name_decides() -> None:
    assert VOICES.choose(name="espeak-de", language="en").name == "espeak-de"


@pytest.mark.parametrize(
    ("name", "language", "code"), [("anna", None, "voice-unknown"), (None, "tlh", "language-unknown")]
)
def test_nobody_speaks(name: str | None, language: str | None, code: str) -> None:
    with pytest.raises(VoiceUnknown) as unknown:
        VOICES.choose(name=name, language=language)
    assert unknown.value.code == code


def test_phrases_are_bounded_and_the_oldest_goes() -> None:
    phrases = Phrases(max_bytes=10)
    phrases.put(("v", "a"), b"12345")
    phrases.put(("v", "b"), b"12345")
    assert phrases.get(("v", "a"))
    phrases.put(("v", "c"), b"1")
    assert phrases.get(("v", "b")) is None
    assert phrases.get(("v", "a"))
    phrases.put(("v", "a"), b"123")
    phrases.put(("v", "d"), b"123456")
    assert phrases.get(("v", "d"))
    phrases.put(("v", "e"), b"longer than all")
    assert phrases.get(("v", "e")) is None
