"""The words of a sentence that say when: clock times, days, parts of the day, distances, repetitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from hub.intent.moments.lexer import Line
from hub.intent.moments.vocabulary import Vocabulary

Kind = Literal["clock", "clock12", "part", "part_today", "day", "span", "offset", "repeat"]
_WEAK = "~"  # begins a template that means a time only beside another


@dataclass(frozen=True, slots=True)
class Element:
    """One part of a moment. said: of which kind, by the table's key. first, last: its tokens. groups: its slots."""

    kind: Kind
    said: str
    groups: dict[str, str]
    first: int
    last: int
    weak: bool


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: Kind
    said: str
    weak: bool
    expression: re.Pattern[str]


class Elements:
    """Finds them, in one language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._patterns = list(_patterns(vocabulary))

    def find(self, line: Line, part: range, *, loose: bool) -> list[Element]:
        """The elements among some tokens, in their order, the longest of those that overlap.

        loose: nothing but a time is expected there, so that "7" or "Friday" alone is one.
        """
        every = sorted(self._every(line, part), key=lambda element: (element.first, -element.last, element.weak))
        chosen: list[Element] = []
        for element in every:
            if not chosen or element.first >= chosen[-1].last:
                chosen.append(element)
        return chosen if loose else _supported(chosen)

    def _every(self, line: Line, part: range) -> Iterator[Element]:
        begin, end = line.offset(part.start), line.offset(part.stop)
        for pattern in self._patterns:
            for found in pattern.expression.finditer(line.string, begin, end):
                first, last = line.place(found.start()), line.place(found.end())
                groups = {name: said.strip() for name, said in found.groupdict().items() if said}
                yield Element(pattern.kind, pattern.said, groups, first, last, pattern.weak)


def _supported(elements: list[Element]) -> list[Element]:
    """Without the weak ones that stand alone: "Friday evening" is a time, "Friday" may be a newspaper."""
    joints = {element.first for element in elements} & {element.last for element in elements}
    return [element for element in elements if not element.weak or {element.first, element.last} & joints]


def once(elements: Iterable[Element]) -> list[Element]:
    """The first of each kind: what is said again is part of the text."""
    kinds: dict[str, Element] = {}
    for element in elements:
        kinds.setdefault(element.kind.removesuffix("12").removesuffix("_today"), element)
    return list(kinds.values())


def _patterns(vocabulary: Vocabulary) -> Iterator[_Pattern]:
    words = vocabulary.words
    tables: list[tuple[Kind, dict[str, list[str]]]] = [
        ("clock", dict(words.clock)),
        ("clock12", dict(words.clock12)),
        ("part", dict(words.parts)),
        ("part_today", dict(words.parts_today)),
        ("day", dict(words.days)),
        ("span", dict(words.spans)),
        ("offset", {"": words.offsets}),
        ("repeat", dict(words.repeats)),
    ]
    for kind, table in tables:
        for said, templates in table.items():
            for template in templates:
                expression = vocabulary.templates.found(template.removeprefix(_WEAK))
                yield _Pattern(kind, said, template.startswith(_WEAK), expression)
