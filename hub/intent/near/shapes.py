"""A language's sentence templates as shapes: what must be said, what may be, and what names and values belong there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hassil.expression import Alternative, Expression, ListReference, Permutation, RuleReference, TextChunk
from hassil.expression import Group as HassilGroup
from hassil.intents import IntentData, Intents, TextSlotList, WildcardSlotList

from hub.intent.joining import words
from hub.intent.jsgf import spellings, word_runs

MOST_BRANCHES = 48  # of one template; the longest of those with more are of timers, which have readers of their own
_LONGEST = 8  # required words and slots; nobody says more in a command


@dataclass(frozen=True, slots=True)
class Word:
    """One of these is said there; ``needed``: the sentence does not mean the same without it."""

    said: tuple[str, ...]
    needed: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A name or a value is said there. source: hassil's list."""

    source: str
    name: str


Piece = Word | Slot
Fixed = tuple[tuple[str, str | tuple[str, ...]], ...]  # slots that a template has without their being said
_Branch = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """intent and fixed: what it means but for its slots. here: the room is the speaker's.

    domains and classes: of a name in it; none: any.
    """

    pieces: tuple[Piece, ...]
    intent: str
    fixed: Fixed
    response: str
    here: bool
    domains: frozenset[str]
    classes: frozenset[str]


def shapes(intents: Intents, light: frozenset[str]) -> list[Shape]:
    """Every template but those that swallow free text. light: words that no meaning hangs on.

    Some seconds of CPU for a language, so never on the event loop.
    """
    found: dict[Shape, None] = {}
    for intent in intents.intents.values():
        for block in intent.data:
            rules = {**intents.expansion_rules, **block.expansion_rules}
            lists = {**intents.slot_lists, **block.slot_lists}
            writer = _Writer({name: rule.expression for name, rule in rules.items()}, lists, light)
            context = block.requires_context
            for sentence in block.sentences:
                for branch in writer.branches(sentence.expression)[:MOST_BRANCHES]:
                    if _is_said(branch, block):
                        shape = Shape(
                            branch,
                            intent.name,
                            tuple(sorted((key, _fixed(value)) for key, value in block.slots.items())),
                            block.response or "default",
                            isinstance(context.get("area"), dict),
                            frozenset(_listed(context.get("domain"))),
                            frozenset(_listed(context.get("device_class"))),
                        )
                        found[shape] = None
    return list(found)


def value_branches(
    lists: Mapping[str, Any], rules: Mapping[str, Any], light: frozenset[str], name: str
) -> list[tuple[_Branch, Any]]:
    """The values of a list of texts: how each is said, and what it comes to."""
    writer = _Writer({key: rule.expression for key, rule in rules.items()}, lists, light)
    values = lists.get(name)
    if not isinstance(values, TextSlotList):
        return []
    return [(branch, value.value_out) for value in values.values for branch in writer.branches(value.text_in)]


def _fixed(value: Any) -> str | tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else value


def _listed(domains: Any) -> Iterable[str]:
    if isinstance(domains, str):
        return (domains,)
    return domains if isinstance(domains, list | tuple | set | frozenset) else ()


def _is_said(branch: _Branch, block: IntentData) -> bool:
    needed = [piece for piece in branch if isinstance(piece, Slot) or piece.needed]
    slots = [piece for piece in branch if isinstance(piece, Slot)]
    wild = any(slot.source in block.wildcard_list_names for slot in slots)
    return not wild and 0 < len(needed) <= _LONGEST and len({slot.source for slot in slots}) == len(slots)


class _Writer:
    """Expressions to branches; synonyms stay together in one word, so that a template has few of them."""

    def __init__(self, rules: Mapping[str, Expression], lists: Mapping[str, Any], light: frozenset[str]) -> None:
        self._rules, self._lists, self._light = rules, lists, light
        self._known: dict[str, list[_Branch]] = {}

    def branches(self, expression: Expression) -> list[_Branch]:
        match expression:
            case TextChunk():
                return self._literal(expression.text)
            case ListReference():
                wild = isinstance(self._lists.get(expression.list_name), WildcardSlotList)
                return [] if wild else [(Slot(expression.list_name, expression.slot_name),)]
            case RuleReference():
                if expression.rule_name not in self._known:
                    self._known[expression.rule_name] = self.branches(self._rules[expression.rule_name])
                return self._known[expression.rule_name]
            case Permutation():  # words are matched in any order
                return self._sequence(expression.items)
            case Alternative():
                return self._either(expression)
            case HassilGroup():
                return self._sequence(expression.items)
        raise TypeError(f"unknown template part {type(expression).__name__}")

    def _literal(self, text: str) -> list[_Branch]:
        if any(char in "%°" or char.isdigit() for char in text):
            return []  # the templates list words beside marks
        return [tuple(Word((word,), word not in self._light) for word in words(text))]

    def _sequence(self, items: Sequence[Expression]) -> list[_Branch]:
        joined: list[_Branch] = [()]
        for run in word_runs(items):
            if len(run) == 1:
                parts = self.branches(run[0])
            else:
                parts = _merged(
                    [branch for text in spellings(run) if text is not None for branch in self._literal(text)]
                )
            joined = [(*before, *part) for before in joined for part in parts][:MOST_BRANCHES]
        return joined

    def _either(self, expression: Alternative) -> list[_Branch]:
        found = _merged(branch for item in expression.items for branch in self.branches(item))
        if not expression.is_optional:
            return found
        with_slots = [branch for branch in found if any(isinstance(piece, Slot) for piece in branch)]
        loose = [
            piece.said for branch in found if branch not in with_slots for piece in branch if isinstance(piece, Word)
        ]
        return [tuple(Word(said, needed=False) for said in dict.fromkeys(loose)), *with_slots]


def _merged(branches: Iterable[_Branch]) -> list[_Branch]:
    """Branches of one needed word as one of several words; so an alternative of synonyms makes no more branches."""
    unique = dict.fromkeys(branches)
    single = [branch for branch in unique if _is_single(branch)]
    if len(single) < 2:
        return list(unique)
    heads = [
        word for branch in single for piece in branch if isinstance(piece, Word) and piece.needed for word in piece.said
    ]
    around = dict.fromkeys(
        word
        for branch in single
        for piece in branch
        if isinstance(piece, Word) and not piece.needed
        for word in piece.said
    )
    needed = all(any(isinstance(piece, Word) and piece.needed for piece in branch) for branch in single)
    head = (Word(tuple(dict.fromkeys(heads)), needed),) if heads else ()
    one = (*head, *(Word((word,), needed=False) for word in around))
    return [one, *(branch for branch in unique if branch not in single)]


def _is_single(branch: _Branch) -> bool:
    return (
        all(isinstance(piece, Word) for piece in branch)
        and sum(isinstance(piece, Word) and piece.needed for piece in branch) <= 1
    )


def vocabulary(found: Iterable[Shape]) -> Iterator[str]:
    """Every word that some shape has a place for."""
    for shape in found:
        for piece in shape.pieces:
            if isinstance(piece, Word):
                yield from piece.said
