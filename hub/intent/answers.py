"""Yes and no, as they are answered to a question of ours; strict, because a "yes" opens what a voice alone may not."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files

import msgspec

from hub.intent.wording import FALLBACK


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentences of one language, as people write them."""

    yes: tuple[str, ...]
    no: tuple[str, ...]


_ANSWERS = msgspec.toml.decode((files("hub.intent") / "answers.toml").read_bytes(), type=dict[str, Answers])


def is_yes(text: str, language: str) -> bool:
    """Whether the whole of ``text`` says yes and nothing else."""
    return _folded(text) in _known(language)[0]


def is_no(text: str, language: str) -> bool:
    """Whether the whole of ``text`` says no and nothing else. What is neither is no answer."""
    return _folded(text) in _known(language)[1]


def answers(language: str) -> Answers:
    """What a recogniser must know where an answer is waited for; English for a language that we have not."""
    return _ANSWERS.get(language.replace("_", "-").partition("-")[0].lower(), _ANSWERS[FALLBACK])


@lru_cache(maxsize=32)
def _known(language: str) -> tuple[frozenset[str], frozenset[str]]:
    found = answers(language)
    return frozenset(map(_folded, found.yes)), frozenset(map(_folded, found.no))


def _folded(text: str) -> str:
    """Words without case, accents and apostrophes: "Sí." is "si", "vas-y" is "vas y", "don't" is "dont"."""
    joined = text.casefold().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    decomposed = unicodedata.normalize("NFKD", joined)
    letters = (character for character in decomposed if not unicodedata.combining(character))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
