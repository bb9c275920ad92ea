"""Sentences that a household may say, drawn at random from a language's templates: to train wake words against."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    Sentence,
    TextChunk,
)
from hassil.intents import RangeSlotList, SlotList, TextSlotList

from hub.intent.language import load_intents, load_sentences

_LONGEST_CHARACTERS = 90
_MARKS = re.compile(r"[<>\[\]{}()|_]")  # commands to a voice, or names of lists
_WORD = re.compile(r"[^\W\d_]{2,}")


def sentences(code: str, number: int, rng: random.Random, name: Callable[[], str] | None = None) -> list[str]:
    """At most ``number`` different ones, of a resolved language code. Blocks for a second the first time.

    name: says one where a template wants something that the house would know; else it is some word of the lists.
    """
    intents = load_sentences(code).intents
    if name is None:
        names = sorted(set(_names(intents.slot_lists)))
        name = partial(rng.choice, names) if names else str
    blocks = [block for intent in intents.intents.values() for block in intent.data]
    templates = [(sentence, block.expansion_rules) for block in blocks for sentence in block.sentences]
    found: dict[str, None] = {}
    for template, rules in rng.choices(templates, k=3 * number if templates else 0):
        draw = _Draw({**intents.expansion_rules, **rules}, intents.slot_lists, name, rng)
        text = " ".join(_MARKS.sub(" ", draw.text(template.expression)).split())
        if text and len(text) <= _LONGEST_CHARACTERS:
            found[text] = None
        if len(found) == number:
            break
    return list(found)


def replies(code: str) -> list[str]:
    """What a box answers, as far as it is the same in every house."""
    responses = load_intents(code).get("responses", {}).get("intents", {})
    texts = {text for kinds in responses.values() for text in kinds.values() if isinstance(text, str)}
    return sorted(
        " ".join(text.split()) for text in texts if text.strip() and not _MARKS.search(text) and "%" not in text
    )


def words(texts: Sequence[str]) -> list[str]:
    return sorted({word.lower() for text in texts for word in _WORD.findall(text)})


class _Draw:
    """One sentence. name: says something that the house would know."""

    def __init__(
        self,
        rules: Mapping[str, Sentence],
        lists: Mapping[str, SlotList],
        name: Callable[[], str],
        rng: random.Random,
    ) -> None:
        self._rules, self._lists, self._name, self._rng = rules, lists, name, rng

    def text(self, expression: Expression) -> str:
        match expression:
            case TextChunk():
                return expression.text
            case ListReference():
                return f" {self._value(expression)} "
            case RuleReference():
                return self.text(self._rules[expression.rule_name].expression)
            case Alternative():
                return self.text(self._rng.choice(expression.items)) if expression.items else ""
            case Permutation():
                return " ".join(self.text(item) for item in self._rng.sample(expression.items, len(expression.items)))
            case Group():
                return "".join(self.text(item) for item in expression.items)
        raise TypeError(f"unknown template part {type(expression).__name__}")

    def _value(self, reference: ListReference) -> str:
        match self._lists.get(reference.list_name):
            case RangeSlotList() as numbers:
                return str(self._rng.randrange(numbers.start, numbers.stop + 1, numbers.step))
            case TextSlotList(values=values) if values:
                return self.text(self._rng.choice(values).text_in)
        return self._name()


def _names(lists: Mapping[str, SlotList]) -> Iterator[str]:
    """Literal values of every list: colours, rooms, kinds of device."""
    for values in lists.values():
        if isinstance(values, TextSlotList):
            yield from (value.text_in.text for value in values.values if isinstance(value.text_in, TextChunk))
