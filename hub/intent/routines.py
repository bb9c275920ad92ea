"""Routines of the household, from routines.toml: own sentences, each for a list of commands said one after another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Self

import msgspec
from hassil.expression import Expression, Group, ListReference, RuleReference
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.sample import sample_expression
from msgspec import Meta

from hub.intent.joining import base_language, words
from hub.stages import Intent
from wire import settings
from wire.errors import ConfigError

INTENT = "EarshotRoutine"
DEEPEST = 5  # routines that call one another
MOST_OF_ONE = 1000  # sentences that one template says
MOST_SENTENCES = 50_000  # of all templates: 10 MB
_ANY = "any"

_Text = Annotated[str, Meta(min_length=1, max_length=200)]


class Wait(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step that does nothing for a while."""

    wait_seconds: Annotated[float, Meta(ge=0.1, le=3600)]


Step = _Text | Wait


class Routine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """sentences: templates of hassil without lists and rules. steps: sentences as one would say them.

    response: said at the end; what came of the steps, if empty. language: of the sentences; any, if not given.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    sentences: Annotated[tuple[_Text, ...], Meta(min_length=1, max_length=20)]
    steps: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=20)]
    response: Annotated[str, Meta(max_length=500)] = ""
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}([-_][A-Za-z]+)?$")] | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    routine: Annotated[tuple[Routine, ...], Meta(max_length=500)] = ()


class Routines:
    """The routines of one file, by name and by every sentence that calls one."""

    def __init__(self, routines: Sequence[Routine] = (), origin: str = "routines.toml") -> None:
        """Raises ConfigError (routine-invalid) with ``origin`` and the key."""
        self._origin = origin
        self._routines: dict[str, Routine] = {}
        self._said: dict[tuple[str, str], str] = {}
        for number, routine in enumerate(routines):
            self._add(f"routine[{number}]", routine)
        calls = {each.name: list(self._calls(number, each)) for number, each in enumerate(routines)}
        for name in calls:
            self._follow(calls, [name])

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file; a missing one is empty. Blocks.

        Raises ConfigError: config-unreadable, config-syntax, config-value, routine-invalid.
        """
        return cls(settings.load(path, _File).routine, str(path))

    @classmethod
    def of(cls, document: object, origin: str) -> Self:
        """Of a parsed routines.toml. Raises ConfigError: config-value, routine-invalid."""
        return cls(settings.convert(document, _File, origin).routine, origin)

    def __len__(self) -> int:
        return len(self._routines)

    def match(self, text: str, language: str) -> Intent | None:
        """The routine that is called by a sentence; at once, however many there are."""
        said = _plain(text)
        name = self._said.get((base_language(language), said)) or self._said.get((_ANY, said))
        return None if name is None else Intent(INTENT, {"name": name}, "default", language, text)

    def steps(self, name: str) -> tuple[Step, ...]:
        return self._routines[name].steps

    def response(self, name: str) -> str:
        return self._routines[name].response

    def _add(self, key: str, routine: Routine) -> None:
        if routine.name.casefold() in (name.casefold() for name in self._routines):
            raise self._invalid(f"{key}.name", f"{routine.name!r} is there twice; rename one")
        self._routines[routine.name] = routine
        language = base_language(routine.language or _ANY)
        for place, template in enumerate(routine.sentences):
            for sentence in self._sentences(f"{key}.sentences[{place}]", template):
                if self._said.setdefault((language, sentence), routine.name) != routine.name:
                    other = self._said[language, sentence]
                    raise self._invalid(f"{key}.sentences[{place}]", f"{sentence!r} calls {other!r}; change one")
        if len(self._said) > MOST_SENTENCES:
            raise self._invalid(key, f"more than {MOST_SENTENCES} sentences in all; leave out alternatives")

    def _sentences(self, key: str, template: str) -> list[str]:
        """All that a template says."""
        try:
            parsed = parse_sentence(template).expression
        except (ParseError, ValueError) as error:
            raise self._invalid(key, f"{template!r} is no template: {error}") from error
        if any(isinstance(part, ListReference | RuleReference) for part in _parts(parsed)):
            raise self._invalid(key, f"{template!r}: {{lists}} and <rules> are not for routines; use (a|b) and [c]")
        sentences = [_plain(text) for text in islice(sample_expression(parsed), MOST_OF_ONE + 1)]
        if len(sentences) > MOST_OF_ONE:
            raise self._invalid(key, f"{template!r} says more than {MOST_OF_ONE} sentences; leave out alternatives")
        if "" in sentences:
            raise self._invalid(key, f"{template!r} fits when nothing is said; keep a word in it")
        return sentences

    def _calls(self, number: int, routine: Routine) -> Iterator[tuple[str, str]]:
        """Which steps call which routines; one for any language is asked in each."""
        languages = {language for language, _ in self._said} if routine.language is None else {routine.language}
        for place, step in enumerate(routine.steps):
            found = (self.match(step, language) for language in languages if isinstance(step, str))
            for name in {str(intent.slots["name"]) for intent in found if intent is not None}:
                yield f"routine[{number}].steps[{place}]", name

    def _follow(self, calls: Mapping[str, Sequence[tuple[str, str]]], path: list[str]) -> None:
        for key, name in calls[path[-1]]:
            if name in path or len(path) == DEEPEST:
                way = ", ".join([*path, name])
                raise self._invalid(key, f"calls go round, or deeper than {DEEPEST}: {way}; take a step out")
            self._follow(calls, [*path, name])

    def _invalid(self, key: str, problem: str) -> ConfigError:
        return ConfigError("routine-invalid", f"{self._origin}: {key}: {problem}")


def _plain(text: str) -> str:
    """Without case, marks and the ways of writing one letter."""
    return " ".join(words(unicodedata.normalize("NFC", text).casefold()))


def _parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    if isinstance(expression, Group):
        for item in expression.items:
            yield from _parts(item)
