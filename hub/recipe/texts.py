"""Sentences to train a recogniser on: what people say to houses with names of every kind, and other speech."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cached_property
from importlib.resources import files
from typing import Any

import msgspec
import wordfreq

from hub.errors import IntentFailed
from hub.house.still import StillHouse
from hub.intent.grammar import speech_grammar
from hub.intent.language import resolve_language
from hub.intent.samples import sentences
from hub.intent.spoken import number_words
from hub.stages import Area, Entity
from models.recogniser.jsgf import Jsgf, draw, parse
from models.wake.library import built_in_words
from wire.wake_words import phrase

_FREQUENT, _VERY_FREQUENT = 9000, 300  # words of a language
_ROOMS, _DEVICES = 12, 40  # of a made-up house
_SENTENCES_EACH = 150  # of one made-up house
_TEMPLATES_AT_ONCE = 600
_LONGEST_WORDS = 16
_DOMAINS = (
    "light", "light", "light", "switch", "switch", "fan", "cover", "climate", "lock", "sensor", "scene", "script",
    "media_player", "button", "vacuum", "number",
)  # fmt: skip
_CLASSES = {"cover": ("blind", "curtain", "door", "garage", "window", "shade"), "sensor": ("temperature", "humidity")}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?|\d+")
_SIGNS = {
    "%": {"en": "percent", "de": "Prozent", "fr": "pour cent"},
    "°": {"en": "degrees", "de": "Grad", "fr": "degrés"},
}


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of ``words``."""

    rooms: list[str]
    adjectives: list[str]
    kinds: list[str]
    things: list[str]
    carriers: list[str]


class Texts:
    """An endless supply, the same for the same ``rng``. language: as in ``en``; raises IntentFailed."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self._code = resolve_language(language)
        self._base = self._code.partition("-")[0]
        self._rng = rng
        self._left: list[str] = []
        self._drawn: list[str] = []
        self._kinds: list[tuple[float, Callable[[], str]]] = [
            (0.30, self._command_of_a_house),
            (0.16, self._command_of_templates),
            (0.14, self._carried),
            (0.16, self._words_in_a_row),
            (0.08, self._numbers),
            (0.10, self._names),
            (0.06, self._called),
        ]

    def next(self) -> str:
        """Words in small letters as a voice reads them, no digits."""
        weights, makers = zip(*self._kinds, strict=True)
        while True:
            text = plain(self._rng.choices(makers, weights)[0](), self._base)
            if 0 < len(text.split()) <= _LONGEST_WORDS:
                return text

    def alone(self) -> str:
        """No command: a wake word called again, or a few words."""
        text = self._call() if self._rng.random() < 0.5 else self._words_in_a_row(self._rng.choice((1, 1, 2, 3)))
        return plain(text, self._base)

    def house(self) -> StillHouse:
        """Names that are put together at random."""
        rooms = [Area(name) for name in dict.fromkeys(self._room() for _ in range(_ROOMS))]
        devices = []
        for place in range(_DEVICES):
            domain = self._rng.choice(_DOMAINS)
            kind = self._rng.choice(_CLASSES[domain]) if domain in _CLASSES else None
            area = self._rng.choice(rooms).name
            devices.append(Entity(f"{domain}.{place}", domain, self.name(), area, device_class=kind))
        return StillHouse(rooms, devices)

    def name(self) -> str:
        """Of a device."""
        words, pick = self._words, self._rng.choice
        kind = self._rng.random()
        if kind < 0.4:
            return f"{pick(words.adjectives)} {pick(words.kinds)}"
        if kind < 0.58:
            return f"{pick(words.rooms)} {pick(words.kinds)}"
        if kind < 0.66:
            return pick(words.kinds)
        if kind < 0.85:
            return f"{pick(self._frequent)} {pick(words.kinds)}"
        return " ".join(pick(self._frequent) for _ in range(pick((1, 2, 2, 3))))

    def _room(self) -> str:
        return self._rng.choice(self._words.rooms) if self._rng.random() < 0.8 else self._words_in_a_row(2)

    def _command_of_a_house(self) -> str:
        if not self._left:
            self._left = self._commands()
        return self._left.pop()

    def _commands(self) -> list[str]:
        try:
            grammar = self.grammar(self.house())
        except IntentFailed:  # a language without templates for speech
            return sentences(self._code, _SENTENCES_EACH, self._rng, self.name)
        return [" ".join(draw(grammar, self._rng)) for _ in range(_SENTENCES_EACH)]

    def grammar(self, house: StillHouse) -> Jsgf:
        return parse(speech_grammar(house, self._code).jsgf)

    def _command_of_templates(self) -> str:
        if not self._drawn:
            self._drawn = sentences(self._code, _TEMPLATES_AT_ONCE, self._rng, self.name)
        return self._drawn.pop() if self._drawn else ""

    def _carried(self) -> str:
        """Things that people ask for, in sentences of no template."""
        carrier = self._rng.choice(self._words.carriers)
        things = [self._thing() for _ in range(carrier.count("{}"))]
        return carrier.format(*things)

    def _thing(self) -> str:
        kind = self._rng.random()
        if kind < 0.3:
            return self._rng.choice(self._words.things)
        return self.name() if kind < 0.5 else self._words_in_a_row(self._rng.choice((1, 1, 2, 3)))

    def _words_in_a_row(self, words: int = 0) -> str:
        pick = self._rng.choice
        many = self._frequent[:_VERY_FREQUENT]
        found = [pick(many if self._rng.random() < 0.3 else self._frequent) for _ in range(words or pick(range(2, 8)))]
        return " ".join(found)

    def _numbers(self) -> str:
        highest = self._rng.choice((20, 100, 100, 1000))
        return " ".join(str(self._rng.randrange(highest)) for _ in range(self._rng.randrange(1, 5)))

    def _names(self) -> str:
        found = [self.name(), self._room(), self._rng.choice(self._words.things), self._words_in_a_row(1)]
        return " ".join(self._rng.sample(found, self._rng.choice((1, 1, 2, 3))))

    def _called(self) -> str:
        """A wake word and a command in one breath."""
        return f"{self._call()} {self._command_of_a_house()}"

    def _call(self) -> str:
        return self._rng.choice(self._wake_phrases)

    @cached_property
    def _wake_phrases(self) -> list[str]:
        return [phrase(word) for word in built_in_words()]

    @cached_property
    def _words(self) -> Words:
        source = files("hub.recipe") / "words" / f"{self._base}.toml"
        if not source.is_file():
            raise IntentFailed("language-unknown", f"no words for {self._base!r}: write {source} like those beside it")
        return msgspec.toml.decode(source.read_bytes(), type=Words)

    @cached_property
    def _frequent(self) -> list[str]:
        found: list[Any] = wordfreq.top_n_list(self._base, _FREQUENT)
        return [word for word in found if word.isalpha() and (len(word) > 1 or word in {"a", "i", "à", "y"})]


def plain(text: str, language: str) -> str:
    """Small letters, numbers in words, no marks."""
    for sign, said in _SIGNS.items():
        text = text.replace(sign, f" {said.get(language, '')} ")
    found = _WORD.findall(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    words = [number_words(word, language) if word.isdigit() else word for word in found]
    return " ".join(" ".join(words).lower().split())
