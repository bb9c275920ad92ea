"""Templates of words, in hassil's form, as regular expressions over plain tokens.

``(a|b)`` one of them, ``[a]`` may be missing, ``{slot}`` a slot, ``<rule>`` a template of the language's ``rules``,
``...`` any words (the group ``rest``, a second time ``tail``), ``*list`` any word that ends so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

_PIECE = re.compile(r"\{\w+\}|<\w+>|\.\.\.|[\[\]()|]|[^\s\[\]()|{}<>]+")
_BRACKETS = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}
_REST, _TAIL = r"(?P<rest>(?:\S+ )*?)", r"(?P<tail>(?:\S+ )*?)"
AT_WORD = r"(?<!\S)"  # where a token begins


@dataclass(frozen=True, slots=True)
class Whole:
    """Templates that are tried one after the other."""

    patterns: tuple[re.Pattern[str], ...]

    def match(self, string: str) -> re.Match[str] | None:
        """The first that the whole string fits."""
        return next(self.matches(string), None)

    def matches(self, string: str) -> Iterator[re.Match[str]]:
        """All that it fits."""
        return (found for pattern in self.patterns if (found := pattern.match(string)))


class Templates:
    """Compiles one language's templates. plain: how a word is written in tokens."""

    def __init__(self, slots: Mapping[str, str], rules: Mapping[str, str], plain: Callable[[str], list[str]]) -> None:
        self._slots = slots
        self._rules = rules
        self._plain = plain

    def found(self, *templates: str) -> re.Pattern[str]:
        """Matches one of the templates, from a token's beginning to a token's end. No slot may be in two of them."""
        return re.compile(f"{AT_WORD}(?:{'|'.join(map(self.expression, templates))})")

    def whole(self, templates: Iterable[str]) -> Whole:
        """Matches a string that is nothing but one of the templates."""
        return Whole(tuple(re.compile(rf"\A(?:{self.expression(template)})\Z") for template in templates))

    def expression(self, template: str) -> str:
        """The regular expression of a template; raises KeyError for a slot or rule that does not exist."""
        first, *more = "".join(map(self._piece, _PIECE.findall(template))).split(_REST)
        return first + "".join(between + part for between, part in zip((_REST, _TAIL), more, strict=False))

    def _piece(self, piece: str) -> str:
        if piece in _BRACKETS:
            return _BRACKETS[piece]
        if piece == "...":
            return _REST
        if piece.startswith("{"):
            return self._slots[piece[1:-1]]
        if piece.startswith("<"):
            return f"(?:{self.expression(self._rules[piece[1:-1]])})"
        if piece.startswith("*"):
            return rf"\S*{re.escape(piece[1:])} "
        return "".join(f"{re.escape(word)} " for word in self._plain(piece))
