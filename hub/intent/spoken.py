"""How written names and numbers sound: the bridge between a device's name and the words of a speech grammar."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice, product

from hassil.numbers import get_rbnf_engine

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|[%°&+]")
_SPELLED_LENGTH = 5  # longer capitals ("KITCHEN") are a way of writing, not an abbreviation
_FORMS_PER_NAME = 4
_SIGNS = {"en": {"%": "percent", "°": "degrees", "&": "and", "+": "plus"}}
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=2048)
def number_words(number: str, language: str) -> str:
    """Spell out digits ("50", "2.5") in words; the digits themselves where the language has no rules."""
    try:
        text = str(get_rbnf_engine(language).format_number(number.replace(",", ".")).text)
    except (ValueError, NotImplementedError):
        return number
    return " ".join(text.replace("-", " ").replace("\N{SOFT HYPHEN}", "").lower().split())


def spoken_forms(name: str, language: str) -> tuple[str, ...]:
    """Ways to say a written name, likeliest first: lower-case words only ("TV 2" is "t v two").

    Empty for a name without a letter or digit.
    """
    written = unicodedata.normalize("NFC", name).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    tokens = list(_split_case(_TOKEN.findall(written)))
    choices = [_token_forms(token, language) for token in tokens]
    choices = [forms for forms in choices if forms]
    if not choices:
        return ()
    return tuple(dict.fromkeys(" ".join(words) for words in islice(product(*choices), _FORMS_PER_NAME)))


def _split_case(tokens: Iterable[str]) -> Iterator[str]:
    """Cut "LEDStrip" into "LED", "Strip"; leave "EcoBee", "iPad" and plain words whole."""
    for token in tokens:
        yield from re.sub(r"(?<=[A-Z]{2})([A-Z][a-z]{2,})", r" \1", token).split()


def _token_forms(token: str, language: str) -> tuple[str, ...]:
    if token[0].isdigit():
        return (number_words(token, language),)
    word = token.lower()
    if not token[0].isalpha():
        sign = _SIGNS.get(language, {}).get(token)
        return (sign,) if sign else ()
    if token.isupper() and 2 <= len(token) <= _SPELLED_LENGTH:
        spelled = " ".join(word)
        return (spelled,) if _VOWELS.isdisjoint(word) else (spelled, word)
    return (word,)


def factor(phrases: Iterable[str]) -> str:
    """Write phrases as one JSGF expression that shares common beginnings and equal endings.

    "twenty", "twenty one", "thirty", "thirty one" become ``( thirty | twenty ) [ one ]``, so that a recogniser's
    search graph grows with the words of a language and not with the numbers.
    """
    tree: dict[str, dict] = {}  # type: ignore[type-arg]
    for phrase in phrases:
        node = tree
        for word in phrase.split():
            node = node.setdefault(word, {})
        node[""] = {}
    return _alternatives(tree)


def _alternatives(tree: dict[str, dict]) -> str:  # type: ignore[type-arg]
    by_ending: dict[str, list[str]] = {}
    for word, rest in tree.items():
        if word:
            by_ending.setdefault(_alternatives(rest), []).append(word)
    parts = []
    for ending, words in by_ending.items():
        start = f"( {' | '.join(words)} )" if len(words) > 1 and ending else " | ".join(words)
        parts.append(f"{start} {ending}".strip())
    if not parts:
        return ""
    if "" in tree:
        return f"[ {' | '.join(parts)} ]"
    return f"( {' | '.join(parts)} )" if len(parts) > 1 or len(next(iter(by_ending.values()))) > 1 else parts[0]
