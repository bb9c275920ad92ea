"""The closed grammars that speech to text is measured with: of a house, and of made-up houses of any size."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hub.house.file import load_house
from hub.house.still import StillHouse
from hub.intent.always import always
from hub.intent.grammar import speech_grammar
from hub.intent.spoken import spoken_forms
from hub.stages import Area, Entity
from hub.stt.phrase.grammar import Grammar
from hub.stt.requests import primary
from models.recogniser.automata import Automaton, automata
from models.recogniser.jsgf import parse, spoken
from wire.wake_words import LAG_MS, phrase

_ROOMS = tuple(f"{floor} {room}" for floor in ("Upper", "Lower") for room in ("Hall", "Kitchen", "Office", "Bedroom"))
_KINDS = ("Light", "Lamp", "Fan", "Switch")
_LETTERS = ("bdfgklmnprst", "aeiou", "lmnrst", ("a", "o", "ik", "en"))  # of names: Bala, Balo, Balik …


def house_from(path: Path) -> StillHouse:
    """Of a house file. Raises ConfigError."""
    file = load_house(path)
    return StillHouse(file.areas(), [device.entity() for device in file.device])


def house_of(devices: int) -> StillHouse:
    """Names that no dictionary has, every fourth one another word: harder to pronounce than those of people."""
    invented = ("".join(parts).capitalize() for parts in itertools.product(*_LETTERS))
    names = [f"{word} {kind}" for word in invented for kind in _KINDS][:devices]
    entities = [
        Entity(f"light.number_{place}", "light", name, _ROOMS[place % len(_ROOMS)]) for place, name in enumerate(names)
    ]
    return StillHouse([Area(room) for room in _ROOMS], entities)


def grammar_of(house: StillHouse, language: str) -> Grammar:
    """As the hub writes it and the engine reads it. Raises IntentFailed (language-unknown)."""
    written = speech_grammar(house, language, sorted(map(phrase, LAG_MS)), always(primary(language), pin=False))
    return Grammar(written.version, written.language, written.jsgf, written.names, written.wake_phrases)


@contextmanager
def grammar_file(grammar: Grammar) -> Iterator[Path]:
    """As the engine process reads it."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(msgspec.json.encode(grammar))
        file.flush()
        yield Path(file.name)


class Holds:
    """Tells which sentences are in a grammar."""

    def __init__(self, grammar: Grammar) -> None:
        read = parse(grammar.jsgf)
        self._language, self._public = grammar.language, read.public
        self._rules: Mapping[str, Automaton] = automata(read)

    def __call__(self, sentence: str) -> bool:
        """In one of the ways in which it can be said."""
        said = [form.split() for form in spoken_forms(sentence, self._language)]
        return any(len(words) in self._ends(self._public, words, 0) for words in said)

    def _ends(self, rule: str, words: Sequence[str], start: int) -> set[int]:
        automaton = self._rules[rule]
        waiting, ends = [(0, start)], set()
        while waiting:
            state, place = waiting.pop()
            if state in automaton.final:
                ends.add(place)
            for label, following in automaton.arcs[state].items():
                if label.startswith("<"):
                    waiting += [(following, end) for end in self._ends(label[1:-1], words, place)]
                elif words[place : place + 1] == [spoken(label)]:
                    waiting.append((following, place + 1))
        return ends
