"""The words that join and narrow what is said, from joining.toml: where a sentence can be cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec

EDGES = " \t\n,;.:!?¿¡"
_STOPS = r"\s*[,;.!?]\s+"  # followed by a space: "21,5" is a number


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"and_": "and", "except_": "except"}):
    and_: tuple[str, ...]
    except_: tuple[str, ...]
    also: tuple[str, ...]
    fillers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joining:
    """One language's cuts.

    also: at the end of a piece that does the same again. fillers: words that may stand around a name and say nothing
    of their own.
    """

    joint: re.Pattern[str]
    exception: re.Pattern[str]
    also: re.Pattern[str]
    fillers: frozenset[str]

    def pieces(self, text: str) -> list[str]:
        """What stands between the joints, without the marks around it."""
        return [text[start:end].strip(EDGES) for start, end in self.spans(text)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the pieces stand: from the start of one to the end of another is what was said of both."""
        joints = [(0, 0), *(joint.span() for joint in self.joint.finditer(text)), (len(text), len(text))]
        between = ((before[1], after[0]) for before, after in pairwise(joints))
        return [(start, end) for start, end in between if text[start:end].strip(EDGES)]

    def excepted(self, text: str) -> tuple[str, str] | None:
        """What stands before and after the first word that begins an exception; None without one."""
        before, *after = (part.strip(EDGES) for part in self.exception.split(text, maxsplit=1))
        return (before, after[0]) if after and before and after[0] else None

    def says_nothing(self, said: Iterable[str]) -> bool:
        return all(word in self.fillers for word in said)


def words(text: str) -> list[str]:
    """In lower case, without the marks around them; an elided article ("l'") is a word of its own."""
    parted = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("'", "' ")
    return [word for word in (each.strip(EDGES) for each in parted.split()) if word]


def without(said: Sequence[str], name: Sequence[str]) -> list[str] | None:
    """The words that are left without the first run of ``name``; None where it does not stand there."""
    size = len(name)
    for start in range(len(said) - size + 1):
        if size and list(said[start : start + size]) == list(name):
            return [*said[:start], *said[start + size :]]
    return None


def base_language(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()


@cache
def load_joinings() -> Mapping[str, Joining]:
    """Of each language that has some."""
    tables = msgspec.toml.decode((files("hub.intent") / "joining.toml").read_bytes(), type=dict[str, _Words])
    return {language: _joining(table) for language, table in tables.items()}


def _joining(table: _Words) -> Joining:
    joints = rf"\s*,?\s+(?:{_either(table.and_)})\s+|{_STOPS}(?:(?:{_either(table.and_)})\s+)?"
    return Joining(
        joint=re.compile(joints, re.IGNORECASE),
        exception=re.compile(rf"[\s,]+(?:{_either(table.except_)})\s+", re.IGNORECASE),
        also=re.compile(rf"\s+(?:{_either(table.also)})$", re.IGNORECASE),
        fillers=frozenset(table.fillers),
    )


def _either(phrases: Iterable[str]) -> str:
    """Longest first: "and then" is no "and"."""
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
