"""A recogniser that was just trained listens to clips as it would in the house that nobody trained it for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from home_assistant_intents import get_speech_to_phrase_intents

from hub.intent.always import always
from hub.intent.grammar import speech_grammar
from hub.intent.language import resolve_language
from hub.recipe.recording import house_of
from hub.recipe.wake_cast import Speaker
from hub.sameness import normal
from models.recogniser.confidence import ALIKE_NATS, evidence, margin
from models.recogniser.graph import compiled
from models.recogniser.listener import Listener
from models.recogniser.looks import LOOKS, looked
from models.recogniser.network import PhoneNetwork
from models.recogniser.pronounce import lexicon
from models.recogniser.search import Search, Sentence
from models.recogniser.second import SecondNetwork
from models.recogniser.training.calibration import Evidence, Tried
from models.wake.training.speech import Sound
from wire.wake_words import LAG_MS, phrase

_RIVALS = 8


class Trial:
    """The made-up house of a language. In one thread, which espeak-ng needs."""

    def __init__(self, language: str, model: Path, second: Path) -> None:
        self._speaker = Speaker()
        phones = PhoneNetwork(model)
        self._listener = Listener(phones, SecondNetwork(second, phones))
        beside = always(language, pin=False)
        grammar = speech_grammar(house_of(language), resolve_language(language), sorted(map(phrase, LAG_MS)), beside)
        intents = get_speech_to_phrase_intents(language) or {}
        self._polite = sorted((words.lower() for words in intents.get("skip_words", [])), key=len, reverse=True)
        ways = lexicon(sorted(grammar.words), self._listener.phones.alphabet, self._read)
        self._graph = compiled(grammar.jsgf, ways)

    def tried(self, text: str, sound: Sound) -> list[Tried]:
        """By the search that goes along, and by every look in the end. text: what is said in it.

        Right is what means the same to a house.
        """
        heard, effort = self._listener.hear((sound * (2**15 - 1)).astype(np.int16)), self._listener.effort
        along = Search(self._graph, effort)
        along.feed(heard.first)
        found = along.sentences(_RIVALS)
        looks = looked(self._graph, effort, heard, LOOKS, along)
        return [
            self._tried(text, found, evidence(along, found[0], margin(found[0], found)) if found else None),
            *(
                self._tried(text, each, looks.evidence(place, each[0]) if each else None)
                for place, each in enumerate(looks.found)
            ),
        ]

    def _tried(self, text: str, found: Sequence[Sentence], told: Evidence | None) -> Tried:
        if not found:
            return Tried(None, right=False)
        meant, *others = [self._meant(" ".join(one.words)) for one in found if one.score > found[0].score - ALIKE_NATS]
        asked = any(other != meant for other in others)
        return Tried(told, right=self._meant(text) == meant, asked=asked, meant=meant)

    def _meant(self, text: str) -> str:
        """Without what is said to be polite."""
        for words in self._polite:
            text = f" {text} ".replace(f" {words} ", " ")
        return normal(text)

    def _read(self, accent: str, text: str) -> str:
        self._speaker.select(accent)
        return self._speaker.phonemes(text)
