"""Compares what was heard with what was said, as a house would: "the" and a plural make no other command."""

from __future__ import annotations

import re
from functools import cache

from unicode_rbnf import RbnfEngine

_DROPPED = {"the", "a", "an", "my", "of"}
_SAME = {"nevermind": "never mind", "tv": "t v", "%": " percent", "what's": "what is", "whats": "what is"}


def normal(sentence: str) -> str:
    """Lower case, numbers in words, without articles, possessives and plural s."""
    text = sentence.lower()
    for written, spoken in _SAME.items():
        text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", spoken, text)
    text = re.sub(r"\d+", lambda digits: f" {_number(int(digits.group()))} ", text)
    words = re.findall(r"[\w']+", text.replace("-", " "))
    return " ".join(_singular(word) for word in words if word not in _DROPPED)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _number(value: int) -> str:
    return str(_engine().format_number(value).text).replace("-", " ")


@cache
def _engine() -> RbnfEngine:
    return RbnfEngine.for_language("en")
