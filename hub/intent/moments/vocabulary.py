"""The words of time of one language, from words/<language>.toml, made ready for matching: once, at the start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from itertools import product

import msgspec

from hub.intent.moments.lexer import ORDINAL, Lexer, plain
from hub.intent.moments.template import Templates
from hub.intent.spoken import number_words

_WORDED_NUMBERS = range(100)

Phrases = Mapping[str, list[str]]


class Words(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One file. Words that mean the same are joined by ``|``; docs/moments.md tells what each table is for."""

    articles: str
    weekdays: list[str]
    months: list[str]
    units: dict[str, str]
    rules: dict[str, str]
    clock: Phrases
    parts: Phrases
    parts_today: Phrases
    days: Phrases
    spans: Phrases
    durations: Phrases
    offsets: list[str]
    repeats: Phrases
    events: Phrases
    sentences: Phrases
    polite: list[str]
    polite_end: list[str]
    markers: list[str]
    when: list[str]
    fillers: str
    commands: str
    clock12: Phrases = msgspec.field(default_factory=dict)
    numbers: dict[str, int] = msgspec.field(default_factory=dict)
    ordinals: list[str] = msgspec.field(default_factory=list)
    ordinal_endings: str = ""
    ordinal_dot: bool = False
    elisions: bool = False
    habits: list[str] = msgspec.field(default_factory=list)
    compounds: list[list[str]] = msgspec.field(default_factory=list)


class Vocabulary:
    """A language, ready for use. weekdays, habits, months, units: plain word to its number (from 0, 0, 1) or name."""

    def __init__(self, words: Words, language: str) -> None:
        self.words = words
        self.lexer = _lexer(words, language)
        self.weekdays = self._numbered(words.weekdays, 0)
        self.habits = self._numbered(words.habits, 0)
        self.months = self._numbered(words.months, 1)
        self.units = {word: unit for unit, said in words.units.items() for word in map(self.plain, said.split("|"))}
        self.articles = {self.plain(word) for word in words.articles.split("|")}
        self.templates = Templates(self._slots(), words.rules, self._plain_words)

    def plain(self, phrase: str) -> str:
        """A phrase as its tokens are written."""
        return " ".join(self._plain_words(phrase))

    def _plain_words(self, phrase: str) -> list[str]:
        return [token.plain for token in self.lexer.tokens(phrase)]

    def _numbered(self, lists: Iterable[str], first: int) -> dict[str, int]:
        return {self.plain(word): number for number, said in enumerate(lists, first) for word in said.split("|")}

    def _slots(self) -> dict[str, str]:
        weekday, unit, article = _either(self.weekdays), _either(self.units), _either(self.articles)
        amount = rf"(?:\d{{1,4}}|\d{{1,3}}[.,]\d|{article}) {unit} "
        fixed = Templates({"n": r"\d{1,3} "}, self.words.rules, self._plain_words)
        joint = fixed.expression("[<and>]")
        halves = [fixed.expression(said) for phrases in self.words.durations.values() for said in phrases]
        return {
            "h": r"(?P<h>\d{1,2}) ",
            "m": r"(?P<m>\d{1,2}) ",
            "mm": r"(?P<m>[0-5]\d) ",
            "hm": r"(?P<h>\d{1,2})[:.](?P<m>\d{2}) ",
            "hhmm": r"(?P<h>\d{1,2})(?P<m>\d{2}) ",
            "n": r"(?P<n>\d{1,4}) ",
            "unit": f"(?P<unit>{unit}) ",
            "weekday": f"(?P<weekday>{weekday}) ",
            "weekdays": f"(?P<weekdays>(?:{weekday} {joint})*{weekday} )",
            "habit": f"(?P<habit>{_either(self.habits)}) ",
            "d": rf"(?P<d>\d{{1,2}}){ORDINAL}? ",
            "nth": rf"(?P<d>\d{{1,2}}){ORDINAL} ",
            "month": f"(?P<month>{_either(self.months)}) ",
            "dm": rf"(?P<d>\d{{1,2}})[./](?P<month>\d{{1,2}}){ORDINAL}? ",
            "dmy": r"(?P<d>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4}) ",
            "year": r"(?P<year>\d{4}) ",
            "duration": f"(?P<duration>{'|'.join(halves)}|{amount}(?:{joint}{amount})*)",
            "words": r"(?P<words>(?:\S+ )+?)",
            "name": r"(?P<name>(?:\S+ ){1,6}?)",
            "list": f"(?P<list>{fixed.expression(self.words.rules['list'])})",
        }


def _either(words: Iterable[str]) -> str:
    """One of these words, the longest first."""
    ordered = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, ordered))})" if ordered else "(?!)"


def _lexer(words: Words, language: str) -> Lexer:
    articles = {plain(word) for word in words.articles.split("|")}
    numbers = {plain(number_words(str(number), language)): str(number) for number in _WORDED_NUMBERS}
    numbers |= {plain(said): str(number) for said, number in words.numbers.items()}
    numbers = {said: digits for said, digits in numbers.items() if said not in articles}
    for number, said in enumerate(words.ordinals, 1):
        numbers |= {plain(word): f"{number}{ORDINAL}" for word in said.split("|")}
    compounds = {
        plain(first + second): (plain(first), plain(meant[0] if meant else second))
        for firsts, seconds, *meant in words.compounds
        for first, second in product(firsts.split("|"), seconds.split("|"))
    }
    endings = frozenset(map(plain, words.ordinal_endings.split("|"))) - {""}
    return Lexer(numbers, compounds, endings, words.ordinal_dot, words.elisions)


def load_vocabulary(language: str) -> Vocabulary | None:
    """The words of a language (``de``); None if there is no file for it."""
    file = files("hub.intent.moments") / "words" / f"{language}.toml"
    if not file.is_file():
        return None
    return Vocabulary(msgspec.toml.decode(file.read_bytes(), type=Words), language)
