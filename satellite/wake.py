"""Hears wake words on this machine: the engine with one room, and the rules for when a word counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelInvalid
from models.runtime import give_back_memory
from models.wake.decision import Decision, Heard, Rule
from models.wake.engine import WakeEngine
from models.wake.library import find_word, load_head, load_network, trained_threshold, word_name
from models.wake.mel import STEP_SAMPLES
from models.wake.settings import rule, section_of
from models.wake.steps import Steps
from models.wake.teaching import SEEN_SAMPLES, Looks, open_looks
from satellite.config import WakeSection
from wire.errors import ConfigError
from wire.places import Places


class WakeListener(Protocol):
    @property
    def scored(self) -> Sequence[Mapping[str, float]]:
        """Score by word of each step that the last ``process`` completed."""

    def process(self, samples: bytes) -> Heard | None:
        """Take the next audio, any length; the first word that it completes."""

    def rearm(self) -> None:
        """Let every word count again."""

    def reset(self) -> None:
        """Forget all audio: the next word must be heard whole."""


class WakeDetector:
    """Implements WakeListener for one microphone."""

    def __init__(self, engine: WakeEngine, rules: Mapping[str, Rule], looks: Looks | None = None) -> None:
        self._engine, self.rules, self._looks = engine, rules, looks
        self._decision = Decision(rules)
        self._newest: deque[NDArray[np.int16]] = deque(maxlen=SEEN_SAMPLES // STEP_SAMPLES)
        self._room = engine.join("microphone")
        self._steps = Steps()
        self.scored: list[Mapping[str, float]] = []

    @property
    def words(self) -> list[str]:
        return self._decision.words

    def process(self, samples: bytes) -> Heard | None:
        steps = self._steps.feed(samples)
        self.scored = [self._scores(step) for step in steps]
        heard = [self._decision.count(scores) for scores in self.scored]
        return next(filter(None, heard), None)

    def rearm(self) -> None:
        self._decision.rearm()

    def reset(self) -> None:
        self._engine.reset(self._room)
        self._newest.clear()
        self._decision.reset()
        self._steps.clear()

    def _scores(self, step: NDArray[np.int16]) -> Mapping[str, float]:
        scores = self._engine.step({self._room: step})[self._room].words
        if self._looks is None:
            return scores
        self._newest.append(step)
        return self._looks.counted(scores, list(self._newest), self.rules)


def open_detector(wake: WakeSection, where: Places) -> WakeDetector:
    """Blocks while networks are loaded, and the first time built.

    Raises ConfigError for a word that is not there or whose file is no wake word.
    """
    files = {word: find_word(word, folders=[where.var / "wake"]) for word in wake.words}
    rules = {
        word_name(word): rule(
            section_of(word, wake.word),
            threshold=wake.threshold,
            trigger_level=wake.trigger_level,
            refractory_seconds=wake.refractory_seconds,
            trained=trained_threshold(path),
        )
        for word, path in files.items()
    }
    cache = where.cache / "wake"
    try:
        network = load_network(cache)
        engine = WakeEngine(network, [load_head(path, cache) for path in files.values()])
        looks = open_looks(network, {word: wake.word[word] for word in rules if word in wake.word}, where.var / "wake")
    except ModelInvalid as error:
        raise ConfigError(error.code, error.message) from error
    give_back_memory()
    return WakeDetector(engine, rules, looks)
