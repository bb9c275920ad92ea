"""The speech grammar: what can be said in this house, for a recogniser that hears nothing else.

The file form is the contract with the recogniser (docs/understanding.md): JSON with ``version``, ``language``,
``jsgf`` (one grammar ``house`` with the public rule ``command``, lower-case words only) and ``names`` (how a name is
said: how it is written), ``wake_phrases`` (what may come before a command). A polite word has the tag ``{rare}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path

import msgspec
from hassil.intents import Intents as HassilIntents
from hassil.intents import RangeSlotList, TextSlotList
from hassil.parse_expression import parse_sentence
from hassil.util import normalize_text
from home_assistant_intents import get_speech_to_phrase_intents, get_speech_to_phrase_languages

from hub.errors import IntentFailed
from hub.intent.always import Always
from hub.intent.jsgf import NEVER, TemplateWriter, tagged
from hub.intent.names import spoken_domains
from hub.intent.spoken import factor, number_words, spoken_forms
from hub.intent.spoken_templates import Block, SpokenTemplates
from hub.stages import House

VERSION = 1

_WORD = re.compile(r"[^\s<>()\[\]|=;]+")
_RANGE_LENGTH = 200  # longer ranges (colour temperatures) are not said as numbers


class SpeechGrammar(msgspec.Struct, frozen=True, kw_only=True):
    """A closed grammar and the written form of the names in it.

    jsgf: JSGF text, rules before their use. names: ``"bed light"`` to ``"Bed Light"``, for devices, areas and floors.
    wake_phrases: what may be said before a command, or alone, which is no command.
    """

    version: int = VERSION
    language: str
    jsgf: str
    names: dict[str, str]
    wake_phrases: list[str] = []

    @property
    def words(self) -> frozenset[str]:
        """Every word that needs a pronunciation."""
        bodies = re.findall(r"^(?:public )?<\w+> = (.*);$", self.jsgf, re.MULTILINE)
        return frozenset(_WORD.findall(re.sub(r"<\w+>|{\w+}", " ", " ".join(bodies))))

    def write(self, path: Path) -> None:
        """Replace the file as a whole: a reader never sees half a grammar."""
        draft = path.with_name(path.name + ".new")
        draft.write_bytes(msgspec.json.encode(self))
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> SpeechGrammar:
        return msgspec.json.decode(path.read_bytes(), type=cls)


def speech_grammar(
    house: House, language: str, wake_phrases: Sequence[str] = (), beside: Always | None = None
) -> SpeechGrammar:
    """Write the grammar of one house: 0.1 s of CPU and package files, so never on the event loop.

    wake_phrases: may be said before a command, in the same breath. beside: what is heard besides.
    Raises IntentFailed (language-unknown) where nobody wrote templates.
    """
    data = get_speech_to_phrase_intents(language.replace("_", "-").partition("-")[0].lower())
    if data is None:
        known = ", ".join(get_speech_to_phrase_languages())
        raise IntentFailed("language-unknown", f"no spoken sentences for {language!r}: choose one of {known}")
    return _Grammar(house, HassilIntents.from_dict(data)).build(wake_phrases, beside or Always())


class _Grammar:
    """One build: the rules of one house's names, of the lists and of the templates."""

    def __init__(self, house: House, pack: HassilIntents) -> None:
        self._entities = [entity for entity in house.entities() if entity.exposed]
        self._areas = house.areas()
        self._pack, self._own = pack, SpokenTemplates.of(pack.language)
        self._domains = {domain for entity in self._entities for domain in spoken_domains(entity)}
        self._templates = TemplateWriter({name: rule.expression for name, rule in pack.expansion_rules.items()})
        self._rules: dict[str, str | None] = {}
        self._names: dict[str, str] = {}

    def build(self, wake_phrases: Sequence[str], beside: Always) -> SpeechGrammar:
        commands: dict[str, None] = {}
        for block in self._blocks():
            if block.domains and self._domains.isdisjoint(block.domains):
                continue
            besides = self._besides(block)
            for sentence in block.sentences:
                if written := self._written(block, sentence):
                    commands[f"{written} {besides}".rstrip()] = None
        rules = {**self._rules, **self._templates.rules}
        lines = ["#JSGF V1.0;", "grammar house;", *(f"<{name}> = {body};" for name, body in rules.items() if body)]
        lines += [f"<a_{name}> = {_renamed(body, beside)};" for name, body in beside.rules.items()]
        lines.append(f"<sentence> = {' | '.join([*commands, *(_renamed(said, beside) for said in beside.sentences)])};")
        if beside.answers:
            lines.append(f"<answer> = {' | '.join(_renamed(said, beside) for said in beside.answers)};")
        called = [normalize_text(phrase).lower() for phrase in wake_phrases]
        lines.append(f"public <command> = {self._command(factor(called), answers=bool(beside.answers))};")
        jsgf = "\n".join(lines) + "\n"
        return SpeechGrammar(language=self._pack.language, jsgf=jsgf, names=self._names, wake_phrases=called)

    def _command(self, wake: str, *, answers: bool) -> str:
        """All that may be said: with a wake word before it, or that alone. Nobody says "can you no"."""
        first, last = self._polite()
        ways = [f"{first} <sentence> {last}", *([f"<answer> {last}"] if answers else [])]
        if wake:
            ways = [*(f"[ {wake} ] {way}" for way in ways), f"{wake} [ {wake} ]"]
        return " | ".join(" ".join(way.split()) for way in ways)

    def _blocks(self) -> Iterator[Block]:
        """The lean templates of the intents package, and our own beside them."""
        for intent in self._pack.intents.values():
            if intent.name not in self._own.without:
                yield from (Block(data.sentence_texts, sorted(data.domains)) for data in intent.data)
        yield from self._own.block

    def _written(self, block: Block, template: str) -> str | None:
        written = self._templates.write(parse_sentence(template).expression, partial(self._list_rule, block))
        return written and tagged(written, "besides", self._own.adds_nothing)

    def _besides(self, block: Block) -> str:
        written = self._written(block, block.besides) if block.besides else None
        if not written:
            return ""
        if self._each_name_once:
            written = tagged(written, "besides")
        return f"[ {written} ]"

    @cached_property
    def _each_name_once(self) -> bool:
        """No two devices are called the same."""
        called = [
            {form for name in (one.name, *one.aliases) for form in spoken_forms(name, self._pack.language)}
            for one in self._entities
        ]
        return len(set().union(*called)) == sum(map(len, called))

    def _polite(self) -> tuple[str, str]:
        """What may be said before a command, and after it."""

        def rare(phrases: Iterable[str]) -> str:
            body = factor(tagged(words, "rare") for words in phrases)
            return f"[ {body} ]" if body else ""

        said, own = [normalize_text(words).lower() for words in self._pack.skip_words], self._own.polite
        first = [*(words for words in said if words not in own.never_first), *own.also_first]
        return rare(first), rare(words for words in said if words not in own.never_last)

    def _list_rule(self, block: Block, list_name: str) -> str | None:
        """Name of the rule that holds a list's values, written on its first use."""
        if list_name == "name":
            return self._names_rule(block)
        rule = f"l_{list_name}"
        values = self._pack.slot_lists.get(list_name)
        if isinstance(values, RangeSlotList):  # many lists are the same numbers: one rule
            rule = f"number_{values.start}_{values.stop}_{values.step}"
        if rule not in self._rules:
            self._rules[rule] = self._list_body(list_name)
        return rule if self._rules[rule] else NEVER

    def _list_body(self, list_name: str) -> str | None:
        if list_name == "area":
            return self._spoken((area.name, alias) for area in self._areas for alias in (area.name, *area.aliases))
        if list_name == "floor":
            return self._spoken((area.floor, area.floor) for area in self._areas if area.floor)
        values = self._pack.slot_lists.get(list_name)
        if isinstance(values, RangeSlotList) and len(range(values.start, values.stop, values.step)) <= _RANGE_LENGTH:
            numbers = range(values.start, values.stop + 1, values.step)
            return factor(number_words(str(number), self._pack.language) for number in numbers)
        if not isinstance(values, TextSlotList):
            return NEVER
        said = [value for value in values.values if list_name != "cover_classes" or self._has_class(value.value_out)]
        bodies = [self._templates.write(value.text_in, partial(self._list_rule, Block([]))) for value in said]
        return " | ".join(body for body in bodies if body) or NEVER

    def _has_class(self, meant: str | list[str]) -> bool:
        """Whether the house has such a cover; several classes have one word in some languages."""
        classes = [meant] if isinstance(meant, str) else meant
        return any(entity.device_class in classes for entity in self._entities if entity.domain == "cover")

    def _names_rule(self, block: Block) -> str | None:
        """A rule of one domain's names, or of several domains' rules."""
        rules = []
        for domain in sorted(self._domains.intersection(block.domains or self._domains)):
            rule = f"n_{domain}"
            if rule not in self._rules:
                entities = [entity for entity in self._entities if domain in spoken_domains(entity)]
                self._rules[rule] = self._spoken((e.name, alias) for e in entities for alias in (e.name, *e.aliases))
            if self._rules[rule]:
                rules.append(rule)
        if len(rules) < 2:
            return rules[0] if rules else NEVER
        together = "_".join(["n", *(rule.removeprefix("n_") for rule in rules)])
        self._rules[together] = " | ".join(f"<{rule}>" for rule in rules)
        return together

    def _spoken(self, names: Iterable[tuple[str, str]]) -> str | None:
        """Body of a rule of names; learns how they are written. Pairs: the name to write, the name or alias said."""
        said = []
        for name, alias in names:
            for form in spoken_forms(alias, self._pack.language):
                self._names.setdefault(form, name)
                said.append(form)
        return factor(said) or NEVER


def _renamed(jsgf: str, beside: Always) -> str:
    """Its rules' names, apart from those of the house."""
    return re.sub(r"<(\w+)>", lambda used: f"<a_{used[1]}>" if used[1] in beside.rules else used[0], jsgf)
