"""Hears wake words on this machine: pyopen-wakeword's networks, our own rules for when a word counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyopen_wakeword
from pyopen_wakeword import OpenWakeWord, OpenWakeWordFeatures

from wire.errors import ConfigError
from wire.pcm import SPEECH_RATE_HZ

BUILT_IN = tuple(model.value for model in pyopen_wakeword.Model)
_EMBEDDING_VALUES = 96  # what every openWakeWord head takes for one 80 ms step
_FLATBUFFER_NAME = b"TFL3"
_AUDIO_SAMPLES = SPEECH_RATE_HZ  # the package keeps and moves 10 s; its windows need 110 ms, a block of ours 64 ms


@dataclass(frozen=True, slots=True)
class Wake:
    """A word was heard. at_ms: audio since the microphone was opened, up to the end of the step that told."""

    word: str
    score: float
    at_ms: int


class Scorer(Protocol):
    def scores(self, samples: bytes) -> Sequence[tuple[str, float]]:
        """(word, score in [0, 1]) of every 80 ms step that ``samples`` complete; in order, none at the start."""

    def reset(self) -> None:
        """Forget all audio."""


class OpenWakeWordScorer:
    """The networks, one feature extractor for all words.

    The package fills its buffers with 8 s of silence at start and at each reset, a hundred inferences at once. Here
    they begin empty: the first score comes after 2 s of real audio, and nothing is scored that was not heard.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._heads = [_head(word) for word in words]
        self._features = OpenWakeWordFeatures.from_builtin()
        self._features.audio = np.zeros(_AUDIO_SAMPLES, np.float32)
        self.reset()

    @property
    def words(self) -> list[str]:
        return [head.id for head in self._heads]

    def scores(self, samples: bytes) -> list[tuple[str, float]]:
        return [
            (head.id, float(score))
            for embedding in self._features.process_streaming(samples)
            for head in self._heads
            for score in head.process_streaming(embedding)
        ]

    def reset(self) -> None:
        self._features.new_audio_samples = 0
        self._features.new_mels = 0
        for head in self._heads:
            head.reset()


class WakeDetector:
    """From scores to words heard: enough steps in a row, once for each time that the score rises."""

    def __init__(
        self, scorer: Scorer, *, threshold: float = 0.5, trigger_level: int = 1, refractory_seconds: float = 5.0
    ) -> None:
        self._scorer = scorer
        self._threshold, self._trigger_level = threshold, trigger_level
        self._refractory_ms = refractory_seconds * 1000
        self._heard_samples = 0
        self._hits: dict[str, int] = {}
        self._ready_at_ms: dict[str, float] = {}

    def process(self, samples: bytes) -> Wake | None:
        """Take the next audio, any length; the first word that it completes."""
        self._heard_samples += len(samples) // 2
        wakes = [wake for word, score in self._scorer.scores(samples) if (wake := self._count(word, score))]
        return wakes[0] if wakes else None

    def rearm(self) -> None:
        """Let every word count again: what is said over an answer is meant. A score still high must fall first."""
        self._ready_at_ms.clear()

    def reset(self) -> None:
        """Forget all audio: the next word must be heard whole."""
        self._scorer.reset()
        self._heard_samples = 0
        self._hits.clear()
        self._ready_at_ms.clear()

    def _count(self, word: str, score: float) -> Wake | None:
        if score < self._threshold:
            self._hits[word] = 0
            return None
        self._hits[word] = self._hits.get(word, 0) + 1
        at_ms = self._heard_samples * 1000 // SPEECH_RATE_HZ
        if self._hits[word] != self._trigger_level or at_ms < self._ready_at_ms.get(word, 0):
            return None
        self._ready_at_ms[word] = at_ms + self._refractory_ms
        return Wake(word, score, at_ms)


def _head(word: str) -> OpenWakeWord:
    if word in BUILT_IN:
        return OpenWakeWord.from_builtin(pyopen_wakeword.Model(word))
    path = Path(word)
    if path.suffix != ".tflite":
        raise ConfigError(
            "wake-word-unknown", f"{word!r} is none of {', '.join(BUILT_IN)} and no path of a .tflite file"
        )
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise ConfigError("wake-model-unreadable", f"{path}: {error.strerror}; correct wake.words") from error
    if start[4:] != _FLATBUFFER_NAME:  # the library would end the whole program
        raise ConfigError("wake-model-invalid", f"{path} is no TensorFlow Lite model; export it again")
    head = OpenWakeWord.from_model(path)
    if head.lib.TfLiteTensorDim(head.input_tensor, 2) != _EMBEDDING_VALUES:
        raise ConfigError("wake-model-invalid", f"{path} is no openWakeWord head; train or export it for openWakeWord")
    return head
