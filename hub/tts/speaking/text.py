"""What is spoken of a text: bounded, without marks that a voice would read wrongly, in pieces that begin early."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from wire.errors import EarshotError

MAX_CHARACTERS = 2000  # two minutes of speech
_PIECE_CHARACTERS = 300  # longer sentences are cut between words
_FIRST_CHARACTERS = 60  # a longer first sentence is cut at its first comma, to be heard sooner

_SENTENCE_END = re.compile(r"(?<=[.!?;:…])\s+|(?<=[。！？])")  # noqa: RUF001  # the full stops of Chinese and Japanese
_COMMA = re.compile(r"(?<=[,،、])\s+")
_DEGREES = re.compile(r"\s*°\s*([CF])?\b")
_PERCENT = re.compile(r"\s*%")
# The Pico voices read signs by their letters or not at all; espeak-ng knows them in most other languages.
_SIGNS = {
    "en": ("degrees", "percent"),
    "de": ("Grad", "Prozent"),
    "es": ("grados", "por ciento"),
    "fr": ("degrés", "pour cent"),
    "it": ("gradi", "per cento"),
    "nl": ("graden", "procent"),
}


class TextRefused(EarshotError):
    """The text cannot be spoken."""


def spoken(text: str, language: str) -> str:
    """``text`` as it is said. Raises TextRefused (tts-text-too-long, tts-empty)."""
    if len(text) > MAX_CHARACTERS:
        raise TextRefused("tts-text-too-long", f"{len(text)} characters; send at most {MAX_CHARACTERS} at a time")
    said = "".join(" " if _is_mark(character) else character for character in unicodedata.normalize("NFC", text))
    signs = _SIGNS.get(language.partition("-")[0])
    if signs:
        said = _PERCENT.sub(f" {signs[1]}", _DEGREES.sub(f" {signs[0]}", said))
    said = " ".join(said.split())
    if not any(character.isalnum() for character in said):
        raise TextRefused("tts-empty", "there is no word in the text; send one")
    return said


def begun(written: str) -> tuple[str, str]:
    """The whole sentences of a text that is still being written, and what comes after them."""
    ends = [found.end() for found in _SENTENCE_END.finditer(written)]
    return (written[: ends[-1]], written[ends[-1] :]) if ends else ("", written)


def pieces(said: str) -> Iterator[str]:
    """Sentences, spoken one after another: the first sound waits for the first piece only."""
    for index, sentence in enumerate(part for part in _SENTENCE_END.split(said) if part):
        head, rest = "", sentence
        if index == 0 and len(sentence) > _FIRST_CHARACTERS:
            head, rest = (*_COMMA.split(sentence, maxsplit=1), "")[:2]
        yield from _cut(head)
        yield from _cut(rest)


def _cut(sentence: str) -> Iterator[str]:
    while len(sentence) > _PIECE_CHARACTERS:
        at = sentence.rfind(" ", 1, _PIECE_CHARACTERS) + 1 or _PIECE_CHARACTERS
        yield sentence[:at].rstrip()
        sentence = sentence[at:]
    if sentence:
        yield sentence


def _is_mark(character: str) -> bool:
    """Control characters, and the brackets in which Pico and espeak-ng take commands."""
    return unicodedata.category(character).startswith("C") or character in "<>[]{}\\"
