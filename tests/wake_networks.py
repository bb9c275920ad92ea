"""What tests of the wake engine share: published files, and networks built from them without a child process."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.wake import library
from models.wake.build import build_embedding, build_head
from models.wake.head import Head
from models.wake.mel import STEP_SAMPLES
from models.wake.network import Network
from tests.programs import SHARED

NETWORKS = SHARED / "models" / "wake"
AUDIO = SHARED / "audio"
EMBEDDING_FILE = library._published()["embedding_model"]


def network(*, taps: bool = False) -> Network:
    return Network(build_embedding(EMBEDDING_FILE.read_bytes(), taps=taps))


def head(word: str) -> Head:
    return Head(word, build_head(library.built_in_words()[word].read_bytes()))


def noise(steps: int, *, seed: int, level: float = 1000) -> NDArray[np.int16]:
    """[steps, 1280]."""
    return np.random.default_rng(seed).normal(0, level, (steps, STEP_SAMPLES)).astype(np.int16)


def recording(path: Path) -> NDArray[np.int16]:
    """[steps, 1280] of a 16 kHz recording, what is left of a step dropped."""
    with wave.open(str(path)) as file:
        assert file.getframerate() == 16_000, path
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, file.getnchannels())[:, 0]
    return samples[: len(samples) // STEP_SAMPLES * STEP_SAMPLES].reshape(-1, STEP_SAMPLES)
