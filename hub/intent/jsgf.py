"""Sentence templates to JSGF: what people may say, as rules that a closed-grammar recogniser can compile.

Alternatives, optional words and shared rules stay operators; only letters inside a word ("minute[s]") are spelled out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import permutations, product

from hassil.expression import Alternative, Expression, ListReference, Permutation, RuleReference, TextChunk
from hassil.expression import Group as HassilGroup

NEVER = None  # an expression that nothing said can match here (a wildcard, a list without values)

_PUNCTUATION = re.compile(r"[.,?!;:¿¡]")
_WORD = re.compile(r"[^\s<>()\[\]|=;{}]+")
_RULE_UNSAFE = re.compile(r"[^a-z0-9_]")

ListRule = Callable[[str], str | None]


class TemplateWriter:
    """Turns parsed templates into JSGF and collects the rules that they use.

    expansions: the language's named template snippets. list_rule: name of the rule with a list's values in the block
    that is being written, or NEVER.
    """

    def __init__(self, expansions: dict[str, Expression]) -> None:
        self._expansions = expansions
        self.rules: dict[str, str | None] = {}

    def write(self, expression: Expression, list_rule: ListRule) -> str | None:
        """JSGF of one template; NEVER if it needs something that cannot be said in this house."""
        if isinstance(expression, TextChunk):
            return _literal(expression.text)
        if isinstance(expression, ListReference):
            rule = list_rule(expression.list_name)
            return NEVER if rule is None else f"<{rule}>"
        if isinstance(expression, RuleReference):
            return self._expansion(expression.rule_name, list_rule)
        if isinstance(expression, Permutation):
            orders = [self._sequence(_spaced(order), list_rule) for order in permutations(expression.items)]
            return _alternatives(orders, optional=False)
        if isinstance(expression, Alternative):
            items = [self.write(item, list_rule) for item in expression.items]
            return _alternatives(items, optional=expression.is_optional)
        if isinstance(expression, HassilGroup):
            return self._sequence(expression.items, list_rule)
        raise TypeError(f"unknown template part {type(expression).__name__}")

    def _expansion(self, name: str, list_rule: ListRule) -> str | None:
        """Reference a shared rule; a snippet with a list inside is written in place, its values differ by block."""
        body = self._expansions[name]
        if not _is_literal(body, self._expansions):
            return self.write(body, list_rule)
        rule = "w_" + _RULE_UNSAFE.sub("_", name.lower())
        if rule not in self.rules:
            self.rules[rule] = self.write(body, list_rule)
        return f"<{rule}>" if self.rules[rule] else self.rules[rule]

    def _sequence(self, items: Sequence[Expression], list_rule: ListRule) -> str | None:
        parts: list[str] = []
        for run in word_runs(items):
            part = self.write(run[0], list_rule) if len(run) == 1 else _alternatives(spellings(run), optional=False)
            if part is NEVER:
                return NEVER
            parts.append(part)
        return " ".join(part for part in parts if part)


def _literal(text: str) -> str | None:
    """Words of a text; NEVER where it holds digits or a mark (%, °, /): the templates list words beside them."""
    spoken = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("-", " ")
    spoken = _PUNCTUATION.sub("", spoken)
    if any(unicodedata.category(char)[0] in "NPS" for char in spoken if char != "'"):
        return NEVER
    return " ".join(spoken.split())


def _alternatives(items: Iterable[str | None], *, optional: bool) -> str | None:
    possible = list(dict.fromkeys(item for item in items if item is not NEVER))
    if not possible:
        return "" if optional else NEVER
    words = [item for item in possible if item]
    if not words:
        return ""
    if len(words) < len(possible) or optional:
        return f"[ {' | '.join(words)} ]"
    return words[0] if len(words) == 1 else f"( {' | '.join(words)} )"


def _is_literal(expression: Expression, expansions: dict[str, Expression] | None = None) -> bool:
    """Whether only words stand in an expression, no list (and, without expansions given, no rule)."""
    if isinstance(expression, TextChunk):
        return True
    if isinstance(expression, RuleReference):
        return expansions is not None and _is_literal(expansions[expression.rule_name], expansions)
    return isinstance(expression, HassilGroup) and all(_is_literal(item, expansions) for item in expression.items)


def word_runs(items: Sequence[Expression]) -> list[list[Expression]]:
    """Group items so that a word lies within one group: ``minute[s] left`` is ``minute[s]``, `` left``."""
    runs: list[list[Expression]] = []
    glue = False
    for item in _split_texts(items):
        literal = _is_literal(item)
        text = item.text if isinstance(item, TextChunk) else None
        if runs and glue and literal and not (text is not None and text[:1].isspace()):
            runs[-1].append(item)
        else:
            runs.append([item])
        glue = literal and not (text is not None and (not text or text[-1].isspace()))
    return runs


def _split_texts(items: Sequence[Expression]) -> Iterable[Expression]:
    """Cut texts so that only their first and last word can touch a neighbour."""
    for item in items:
        if not isinstance(item, TextChunk) or len(item.text.split()) < 2:
            yield item
            continue
        first, rest = re.match(r"(\s*\S+\s)(.*)", item.text, re.DOTALL).groups()  # type: ignore[union-attr]
        middle, last = re.match(r"(.*\s|)(\S+\s*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
        yield from (TextChunk(part) for part in (first, middle, last) if part)


def spellings(run: Sequence[Expression]) -> list[str | None]:
    return [_literal("".join(parts)) for parts in product(*(_texts(item) for item in run))]


def _texts(expression: Expression) -> list[str]:
    """Every text of a small expression of words only, spaces kept."""
    if isinstance(expression, TextChunk):
        return [expression.text.replace("-", " ")]
    assert isinstance(expression, HassilGroup)
    if isinstance(expression, Alternative):
        texts = [text for item in expression.items for text in _texts(item)]
        return [*texts, ""] if expression.is_optional and "" not in texts else texts
    orders = permutations(expression.items) if isinstance(expression, Permutation) else [expression.items]
    return ["".join(parts) for order in orders for parts in product(*(_texts(item) for item in order))]


def _spaced(items: Iterable[Expression]) -> list[Expression]:
    """Parts that change places are words of their own."""
    return [part for item in items for part in (TextChunk(" "), item)]


def tagged(jsgf: str, tag: str, words: Sequence[str] | None = None) -> str:
    """A piece of JSGF with this tag behind each of its words. words: only behind these."""
    return " ".join(
        f"{part}{{{tag}}}" if _WORD.fullmatch(part) and (words is None or part in words) else part
        for part in jsgf.split()
    )
