"""Digits out of a sentence, written or spoken: "1 2 3 4", "twelve thirty-four", "zwölf vierunddreißig". Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from hub.intent.spoken import number_words

_LANGUAGES = ("en", "de", "fr", "es", "nl")  # no word of one is another number in another
_BESIDES = {"oh": "0", "zwo": "2", "une": "1", "quatrevingt": "80"}
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
_TOKENS_OF_A_NUMBER = 4  # quatre-vingt-dix-neuf
_MAX_CHARACTERS = 250


def spoken_digits(said: str) -> str:
    """All digits in order; numbers up to 99 may be words. Other words are passed over; empty if there is nothing else.

    Where it could be read in two ways ("vingt quatre"), the longer number is meant. The first call blocks for 0.1 s,
    to read files: make it in a thread.
    """
    words = _words()
    tokens = _TOKEN.findall(_folded(said[:_MAX_CHARACTERS]))
    found: list[str] = []
    while tokens:
        count, digits = _number(tokens, words)
        found.append(digits)
        del tokens[:count]
    return "".join(found)


def _number(tokens: Sequence[str], words: Mapping[str, str]) -> tuple[int, str]:
    """How many of the first tokens are one number, and its digits; one and none where they are no number."""
    if tokens[0].isdigit():
        return 1, tokens[0]
    for count in range(min(_TOKENS_OF_A_NUMBER, len(tokens)), 0, -1):
        if (digits := words.get("".join(tokens[:count]))) is not None:
            return count, digits
    return 1, ""


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """0 to 99 in every language, as they sound when nobody pauses."""
    spelled = {
        "".join(_folded(number_words(str(number), language)).split()): str(number)
        for language in _LANGUAGES
        for number in range(100)
    }
    return spelled | _BESIDES


def _folded(text: str) -> str:
    """Without case and accents: "fünf" is "funf", as it is in both places."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
