"""Cuts a room's audio into the engine's steps of 80 ms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.wake.mel import STEP_SAMPLES

STEP_BYTES = STEP_SAMPLES * 2


class Steps:
    """Feed it 16 kHz 16-bit mono of any length."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, samples: bytes) -> list[NDArray[np.int16]]:
        """The steps that these samples complete, in order, each [1280]."""
        audio = self._rest + samples
        whole = len(audio) - len(audio) % STEP_BYTES
        self._rest = audio[whole:]
        return list(np.frombuffer(audio[:whole], "<i2").astype(np.int16, copy=False).reshape(-1, STEP_SAMPLES))

    def clear(self) -> None:
        self._rest = b""
