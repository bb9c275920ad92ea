"""What the engine makes of scenes: their embeddings, and which of their steps end with the word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.wake.decision import STEP_MS
from models.wake.engine import WakeEngine
from models.wake.layers import EMBEDDING_VALUES
from models.wake.mel import STEP_SAMPLES
from models.wake.network import Network
from models.wake.training.scene import SCENE_STEPS, Placed, Samples
from wire.pcm import SPEECH_RATE_HZ

WINDOW_STEPS = 16  # what openWakeWord heads hear
WORD, OTHER, EITHER = 1, 0, -1  # of a step: must score, must not, may

_SCORING_MS = 240.0  # after the word's end: three steps
_FADING_MS = 900.0
_NEARLY = 0.25  # of the word's length before its end

Embeddings = NDArray[np.float16]  # [scenes, steps, 96]
Labels = NDArray[np.int8]  # [scenes, steps]


def embeddings(network: Network, scenes: Sequence[Samples]) -> Embeddings:
    """All scenes as rooms of one engine that begin in silence; all of one length."""
    engine = WakeEngine(network, [])
    rooms = [engine.join() for _ in scenes]
    steps = len(scenes[0]) // STEP_SAMPLES
    found = np.empty((len(scenes), steps, EMBEDDING_VALUES), np.float16)
    for step in range(steps):
        heard = slice(step * STEP_SAMPLES, (step + 1) * STEP_SAMPLES)
        scores = engine.step({room: scene[heard] for room, scene in zip(rooms, scenes, strict=True)})
        found[:, step] = [scores[room].embedding for room in rooms]
    return found


def labels(placed: Placed) -> NDArray[np.int8]:
    """Of each step of the scene."""
    after_ms = np.arange(1, SCENE_STEPS + 1) * STEP_MS - placed.end * 1000 / SPEECH_RATE_HZ
    word_ms = (placed.end - placed.start) * 1000 / SPEECH_RATE_HZ
    found = np.full(SCENE_STEPS, OTHER, np.int8)
    found[(after_ms > -_NEARLY * word_ms) & (after_ms < _FADING_MS)] = EITHER
    found[(after_ms >= 0) & (after_ms < _SCORING_MS)] = WORD
    return found


def with_silence_before(network: Network, found: Embeddings) -> Embeddings:
    """So that every step has a whole window: [scenes, 15 + steps, 96], as a room that was silent has it."""
    silence = np.broadcast_to(
        network.silence.embedding.astype(found.dtype), (len(found), WINDOW_STEPS - 1, EMBEDDING_VALUES)
    )
    return np.concatenate([silence, found], axis=1)
