"""What kind of sentence it is: a request that only asks, an empty acknowledgement, a claim that something was done.

A claim is worse unheard than a joke is: what may be one counts as one. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import msgspec

from hub.llm.naming import flat, is_said
from hub.stages import Entity

_PAIRS = (("on", "off"), ("open", "closed"), ("locked", "unlocked"))
_STATES = frozenset(state for pair in _PAIRS for state in pair)
_SHORT_WORDS = 3  # in a language that we have no words of, a shorter answer may be "done"


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    question: list[str]
    polite: list[str]
    forbids: list[str]
    acknowledged: list[str]
    done: list[str]
    begun: list[str]
    everywhere: list[str]
    states: dict[str, list[str]]
    kinds: dict[str, list[str]]
    not_: list[str] = msgspec.field(name="not")


@dataclass(frozen=True)
class Phrasing:
    """One language's. ``knows``: there is a table of it; else only form and names are gone by."""

    table: _Table | None
    _compiled: dict[str, re.Pattern[str]] = field(default_factory=dict)

    @property
    def knows(self) -> bool:
        return self.table is not None

    def only_asks(self, request: str) -> bool:
        """Nothing shall be done: it wants to know something."""
        said = flat(request)
        if self.table and self._search("polite", self.table.polite, said, before="^"):
            return False
        asks = self.table is not None and self._search("question", self.table.question, said, before="^")
        return asks or request.rstrip().endswith(("?", "？", "؟"))  # noqa: RUF001 question marks of other scripts

    def wants_nothing_done(self, request: str) -> bool:
        """It only asks, or speaks of what shall not be done: "don't turn on the lamp"."""
        forbids = self.table is not None and self._search("forbids", self.table.forbids, flat(request))
        return forbids or self.only_asks(request)

    def means_everything(self, request: str) -> bool:
        return self.table is not None and self._search("everywhere", self.table.everywhere, flat(request))

    def is_empty(self, piece: str) -> bool:
        """An acknowledgement that nothing follows from."""
        return self.table is not None and self._search(
            "acknowledged", [f"(?:{'|'.join(self.table.acknowledged)})$"], flat(piece), before="^"
        )

    def claims(self, piece: str, entities: Sequence[Entity]) -> bool:
        """It says that something was done, or that a device is as it is not; without a table, it may say so."""
        said = flat(piece)
        named = [one for one in entities if is_said(said, one.name, *one.aliases)]
        if self.table is None:
            return bool(named) or len(said.split()) < _SHORT_WORDS
        if self._search("done", self.table.done, said, before=r"(?<!\w)"):
            return True
        if self._search("begun", self.table.begun, said, before=r"(?:^|[,;:–—-] (?:and |und |et |y |e |en )?)"):  # noqa: RUF001
            return True
        told = {state for state, words in self.table.states.items() if self._search(f"state {state}", words, said)}
        if not told or not (named or (kinds := self._kinds(said))):
            return False
        if not told.isdisjoint(_opposites(told)):
            return True  # which of them is said of what cannot be told
        return not self._is_true(said, told, named or _of_kind(said, kinds, entities))

    def names_other_kinds(self, request: str, domain: str) -> bool:
        """It speaks of devices, and of none of this kind."""
        kinds = self._kinds(flat(request)) if self.table else set()
        return bool(kinds) and domain not in kinds

    def _kinds(self, said: str) -> set[str]:
        assert self.table is not None
        return {kind for kind, words in self.table.kinds.items() if self._search(f"kind {kind}", words, said)}

    def _is_true(self, said: str, told: Collection[str], about: Sequence[Entity]) -> bool:
        """All have a state that is told, or none has where the sentence is turned; else, or unknown, it is not."""
        assert self.table is not None
        if not about or not all(one.available and one.state in _STATES for one in about):
            return False
        wanted = not self._search("not", self.table.not_, said, before=r"(?<!\w)|(?=n't)")
        return all((one.state in told) == wanted for one in about)

    def _search(self, key: str, words: Sequence[str], said: str, *, before: str = r"(?<!\w)") -> bool:
        """One of ``words`` is said, as whole words."""
        if key not in self._compiled:
            joined = "|".join(word.replace("ß", "ss") for word in words)  # as ``flat`` has them
            self._compiled[key] = re.compile(f"(?:{before})(?:{joined})(?!\\w)")
        return bool(self._compiled[key].search(said))


def _opposites(states: Collection[str]) -> set[str]:
    return {state for pair in _PAIRS for state in pair if set(pair) <= set(states)}


def _of_kind(said: str, kinds: Collection[str], entities: Iterable[Entity]) -> Sequence[Entity]:
    """Of the rooms that are said, or of the whole house."""
    some = [one for one in entities if one.domain in kinds]
    here = [one for one in some if one.area and is_said(said, one.area)]
    return here or some


def phrasing(language: str) -> Phrasing:
    return _phrasing(language.replace("_", "-").partition("-")[0].lower())


@cache
def _phrasing(base: str) -> Phrasing:
    return Phrasing(_TABLES.get(base))


_TABLES = msgspec.toml.decode((files("hub.llm") / "speech.toml").read_bytes(), type=dict[str, _Table])
