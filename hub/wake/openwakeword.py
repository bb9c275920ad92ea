"""Wake words by pyopen-wakeword (openWakeWord models as TensorFlow Lite), warm from the first sample on.

The package warms up by computing eight seconds of zeros at the first audio after every reset. Here that is computed
once per process; a reset restores a copy of that state, so a reset costs nothing and cannot wake anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures

from hub.errors import WakeFailed
from hub.stages import Wake

SAMPLES_PER_STEP = 1280  # 80 ms: the stride of the embedding network
BUILT_IN_WORDS = tuple(model.value for model in Model)


@dataclass(frozen=True, slots=True)
class WakeSettings:
    """threshold: score in [0, 1]. trigger_level: scores in a row above it. refractory_steps: deaf steps of 80 ms."""

    threshold: float = 0.5
    trigger_level: int = 1
    refractory_steps: int = 25


def find_word(word: str) -> Model | Path:
    """A built-in word by name, or a head's ``.tflite`` file. Raises WakeFailed (wake-word-unknown)."""
    if word in BUILT_IN_WORDS:
        return Model(word)
    path = Path(word)
    if path.suffix == ".tflite" and path.is_file():
        return path
    raise WakeFailed(
        "wake-word-unknown", f"no wake word {word!r}; use one of {', '.join(BUILT_IN_WORDS)} or a .tflite file"
    )


def load_word(word: str) -> OpenWakeWord:
    """Raises WakeFailed (wake-word-unknown)."""
    found = find_word(word)
    return OpenWakeWord.from_model(found) if isinstance(found, Path) else OpenWakeWord.from_builtin(found)


class OpenWakeWordDetector:
    """Implements WakeDetector for one stream; all words share the features. Call it from one thread at a time."""

    def __init__(self, words: Sequence[str], settings: WakeSettings) -> None:
        self._settings = settings
        self._heads = {word: load_word(word) for word in words}
        self._features = OpenWakeWordFeatures.from_builtin()
        self._pending = bytearray()
        self._hits = dict.fromkeys(self._heads, 0)
        self._deaf_steps = 0
        self.scores: dict[str, float] = dict.fromkeys(self._heads, 0.0)
        self._step(bytes(SAMPLES_PER_STEP * 2))
        self._warm_features = (
            self._features.new_audio_samples,
            self._features.audio.copy(),
            self._features.new_mels,
            self._features.mels.copy(),
        )
        self._warm_heads = {word: (head.new_embeddings, head.embeddings.copy()) for word, head in self._heads.items()}
        self.reset()

    def process(self, samples: bytes) -> Wake | None:
        self._pending += samples
        heard: Wake | None = None
        while len(self._pending) >= SAMPLES_PER_STEP * 2:
            step = bytes(self._pending[: SAMPLES_PER_STEP * 2])
            del self._pending[: SAMPLES_PER_STEP * 2]
            self._step(step)
            heard = heard or self._decide()
        return heard

    def reset(self) -> None:
        """Back to warm silence: no old audio can trigger, nothing is computed."""
        features = self._features
        features.new_audio_samples, audio, features.new_mels, mels = self._warm_features
        features.audio, features.mels = audio.copy(), mels.copy()
        for word, head in self._heads.items():
            head.new_embeddings, embeddings = self._warm_heads[word]
            head.embeddings = embeddings.copy()
            self._hits[word], self.scores[word] = 0, 0.0
        self._pending.clear()

    def _step(self, samples: bytes) -> None:
        for embedding in self._features.process_streaming(samples):
            for word, head in self._heads.items():
                scores = list(head.process_streaming(np.asarray(embedding)))
                if scores:
                    self.scores[word] = float(scores[-1])

    def _decide(self) -> Wake | None:
        if self._deaf_steps:
            self._deaf_steps -= 1
            return None
        for word, score in self.scores.items():
            self._hits[word] = self._hits[word] + 1 if score >= self._settings.threshold else 0
            if self._hits[word] >= self._settings.trigger_level:
                self._deaf_steps = self._settings.refractory_steps
                self.reset()
                return Wake(word, score)
        return None
