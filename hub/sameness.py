"""Compares what was heard with what was said, as a house would: "the" and a plural make no other command."""

from __future__ import annotations

import re
from functools import cache

from unicode_rbnf import RbnfEngine

_DROPPED = {
    "en": {"the", "a", "an", "my", "of"},
    "de": {"der", "die", "das", "den", "dem", "ein", "eine", "einen", "mein", "meine", "meinen"},
    "fr": {"le", "la", "les", "l", "un", "une", "des", "du", "de", "d", "mon", "ma", "mes"},
}
_SAME = {"nevermind": "never mind", "tv": "t v", "%": " percent", "what's": "what is", "whats": "what is"}


def normal(sentence: str, language: str = "en") -> str:
    """Lower case, numbers in words, without articles, possessives and plural s. language: as in ``en``."""
    text = sentence.lower()
    for written, spoken in _SAME.items():
        text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", spoken, text)
    text = re.sub(r"\d+", lambda digits: f" {_number(int(digits.group()), language)} ", text)
    words = re.findall(r"[\w']+" if language == "en" else r"\w+", text.replace("-", " "))
    return " ".join(_singular(word) for word in words if word not in _DROPPED.get(language, ()))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _number(value: int, language: str) -> str:
    return str(_engine(language).format_number(value).text).replace("-", " ")


@cache
def _engine(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)
