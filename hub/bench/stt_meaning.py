"""What a sentence would make the house do: its kind, and whether the hub would ask back instead."""

from __future__ import annotations

from collections.abc import Sequence

from hub.doubt import choices
from hub.house.still import StillHouse
from hub.intent.language import load_sentences, resolve_language
from hub.intent.matching import match
from hub.intent.names import HouseNames
from hub.stages import Intent, NotUnderstood

UNKNOWN_KIND = "no known sentence"


class Meanings:
    """Of sentences in one house, said in no room of it."""

    def __init__(self, house: StillHouse, language: str) -> None:
        self._sentences = load_sentences(resolve_language(language))
        self._names = HouseNames(house.entities(), house.areas(), language)

    def kind(self, text: str) -> str:
        """The name of its intent."""
        found = self._match(text)
        return found.name if isinstance(found, Intent) else UNKNOWN_KIND

    def same(self, one: str, other: str) -> bool:
        """Whether the house would do the same: "please" changes nothing."""
        found, wanted = self._match(one), self._match(other)
        if not (isinstance(found, Intent) and isinstance(wanted, Intent)):
            return False
        return (found.name, found.slots) == (wanted.name, wanted.slots)

    def asks_back(self, best: str, others: Sequence[str]) -> bool:
        """Whether one of ``others``, which sound as much like it, means something else."""
        found = self._match(best) if others else None
        return isinstance(found, Intent) and bool(choices(found, map(self._match, others)))

    def _match(self, text: str) -> Intent | NotUnderstood:
        return match(text, self._sentences, self._names, None)
