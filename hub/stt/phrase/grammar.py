"""The grammar file of a house as this engine reads it; hub.intent.grammar writes it (docs/understanding.md)."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import msgspec

from wire.errors import EarshotError

_VERSION = 1
_MAX_BYTES = 8 << 20
_WORD = re.compile(r"[^\s<>()\[\]|=;*+/]+")


class GrammarBroken(EarshotError):
    """The file cannot be used; the engine goes on with the one before it."""


class Grammar(msgspec.Struct, frozen=True, dict=True):
    """jsgf: one grammar with one public rule, words in lower case. names: how a name is said, how it is written.

    wake_phrases: what may be said before a command.
    """

    version: int
    language: str
    jsgf: str
    names: dict[str, str]
    wake_phrases: list[str] = []

    @classmethod
    def read(cls, path: Path) -> Grammar:
        """Raises GrammarBroken (grammar-missing, grammar-invalid)."""
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise GrammarBroken("grammar-invalid", f"{path} is longer than {_MAX_BYTES} bytes")
            grammar = msgspec.json.decode(path.read_bytes(), type=cls)
        except OSError as error:
            raise GrammarBroken(
                "grammar-missing", f"{path}: {error}; the hub writes it when it knows a device"
            ) from error
        except msgspec.MsgspecError as error:
            raise GrammarBroken("grammar-invalid", f"{path}: {error}; remove it, the hub writes a new one") from error
        if grammar.version != _VERSION:
            raise GrammarBroken("grammar-invalid", f"{path} has version {grammar.version}, known is {_VERSION}")
        return grammar

    @property
    def words(self) -> frozenset[str]:
        """Every word that needs a pronunciation."""
        bodies = re.findall(r"^(?:public )?<\w+> = (.*);$", self.jsgf, re.MULTILINE)
        return frozenset(_WORD.findall(re.sub(r"<\w+>|{\w+}", " ", " ".join(bodies))))

    def written(self, spoken: str) -> str:
        """The sentence with its names as people wrote them: ``turn on the t v`` is ``turn on the TV``."""
        return self._said.sub(lambda found: self.names[found.group()], spoken) if self.names else spoken

    def called(self, spoken: str) -> int:
        """How many words at the beginning are wake phrases."""
        phrases = [phrase.split() for phrase in self.wake_phrases]
        words, count = spoken.split(), 0
        while said := max((len(one) for one in phrases if words[count : count + len(one)] == one), default=0):
            count += said
        return count

    def is_call(self, spoken: str) -> bool:
        """A wake word, or two, and no more, which is no command."""
        return bool(spoken) and self.called(spoken) == len(spoken.split())

    @cached_property
    def _said(self) -> re.Pattern[str]:
        longest_first = sorted(self.names, key=len, reverse=True)
        return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, longest_first))})(?!\S)")
