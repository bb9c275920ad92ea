"""Reads the JSGF that hub.intent.grammar writes: rules of words, choices, optional parts and other rules.

Source: JSpeech Grammar Format, W3C Note of 5 June 2000; no weights, imports or repetitions, and of tags two, ``{rare}``
and ``{besides}``, right behind a word.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from models.errors import ModelInvalid

_RULE = re.compile(r"^(public )?<(\w+)> = (.*);$", re.MULTILINE)
_TOKEN = re.compile(r"<\w+>|[()\[\]|]|[^\s<>()\[\]|]+")
RARE = "{rare}"  # behind a word that people may say there, and mostly do not ("please")
BESIDES = "{besides}"  # behind a word that begins nothing new ("in", where "in the kitchen" picks no other device)
_DEEPEST = 40  # rules and brackets within each other


@dataclass(frozen=True, slots=True)
class Word:
    """label: the word, with its tag where it has one."""

    label: str


@dataclass(frozen=True, slots=True)
class Rule:
    name: str


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of ``parts``, or nothing where it is optional."""

    parts: tuple[Part, ...]
    optional: bool = False


Part = Word | Rule | Sequence | Choice


@dataclass(frozen=True, slots=True)
class Jsgf:
    """public: name of the rule that sentences are of."""

    rules: Mapping[str, Part]
    public: str


def parse(text: str) -> Jsgf:
    """Raises ModelInvalid (grammar-invalid): no public rule, brackets that do not close, rules that are not there."""
    rules: dict[str, Part] = {}
    public = ""
    for marked, name, body in _RULE.findall(text):
        tokens = _TOKEN.findall(body)
        rules[name] = _Reader(tokens, name).whole()
        if marked:
            public = name
    if not public:
        raise _broken("it has no public rule")
    _check_depth(rules, public, 0, {})
    return Jsgf(rules, public)


def spoken(label: str) -> str:
    """The word alone."""
    return label.partition("{")[0]


def draw(jsgf: Jsgf, rng: random.Random) -> list[str]:
    """The words of a sentence, every choice equally likely."""
    return _drawn(jsgf, jsgf.rules[jsgf.public], rng)


def _drawn(jsgf: Jsgf, part: Part, rng: random.Random) -> list[str]:
    match part:
        case Word(label):
            return [spoken(label)]
        case Rule(name):
            return _drawn(jsgf, jsgf.rules[name], rng)
        case Sequence(parts):
            return [word for each in parts for word in _drawn(jsgf, each, rng)]
        case Choice(parts, optional):
            return [] if optional and rng.random() < 0.5 else _drawn(jsgf, rng.choice(parts), rng)


class _Reader:
    """Recursive descent over the tokens of one rule."""

    def __init__(self, tokens: list[str], rule: str) -> None:
        self._tokens, self._place, self._rule = tokens, 0, rule
        self._depth = 0

    def whole(self) -> Part:
        part = self._choice()
        if self._place < len(self._tokens):
            raise _broken(f"rule {self._rule}: a bracket too many")
        return part

    def _choice(self, *, optional: bool = False) -> Part:
        parts = [self._sequence()]
        while self._next() == "|":
            self._place += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 and not optional else Choice(tuple(parts), optional)

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while (part := self._next()) not in {"", "|", ")", "]"}:
            self._place += 1
            if part in {"(", "["}:
                parts.append(self._bracket(part))
            elif part.startswith("<"):
                parts.append(Rule(part[1:-1]))
            else:
                parts.append(Word(part))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _bracket(self, opened: str) -> Part:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _broken(f"rule {self._rule}: brackets are too deep")
        part = self._choice(optional=opened == "[")
        closed = ")" if opened == "(" else "]"
        if self._next() != closed:
            raise _broken(f"rule {self._rule}: {closed!r} is missing")
        self._place += 1
        self._depth -= 1
        return part

    def _next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""


def _check_depth(rules: Mapping[str, Part], name: str, depth: int, known: dict[str, int]) -> None:
    """No rule within itself, and none that is missing. known: rules at the deepest place where they were seen."""
    if depth > _DEEPEST:
        raise _broken(f"rule {name} is within itself, or rules are too deep")
    if known.get(name, -1) >= depth:
        return
    known[name] = depth
    if name not in rules:
        raise _broken(f"rule {name} is not there")
    for other in _mentioned(rules[name]):
        _check_depth(rules, other, depth + 1, known)


def _mentioned(part: Part) -> set[str]:
    match part:
        case Word():
            return set()
        case Rule(name):
            return {name}
        case Sequence(parts) | Choice(parts):
            return set().union(*(_mentioned(each) for each in parts))


def _broken(why: str) -> ModelInvalid:
    return ModelInvalid(
        "grammar-invalid", f"the grammar cannot be used: {why}; remove its file, the hub writes a new one"
    )
