"""The speech-embedding network, streamed: 8 new mel frames and a past in, one embedding and the next past out.

How it streams, and what its taps are: models/wake/graph.py, which writes it in the form that runs here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime import open_session
from models.wake.layers import STEP_FRAMES, WINDOW_FRAMES
from models.wake.mel import silent_frames


@dataclass(frozen=True, slots=True)
class Step:
    """What 80 ms give. embedding: [rooms, 96]. taps: [rooms, 2, 480], oldest first, None if not asked for.

    With taps it may be several times as long: 2 rows of taps for each 80 ms.
    """

    embedding: NDArray[np.float32]
    state: NDArray[np.float32]
    taps: NDArray[np.float32] | None


class Network:
    """state: [rooms, state_values], all that is kept of a room's past; the caller keeps it."""

    def __init__(self, model: bytes) -> None:
        """model: written by models.wake.graph.streamed_graph."""
        self._session = open_session(model)
        self._outputs = [output.name for output in self._session.get_outputs()]
        self.state_values = int(self._session.get_inputs()[1].shape[1])
        self.silence = self._silence()

    def step(self, mel: NDArray[np.float32], state: NDArray[np.float32] | None) -> Step:
        """mel: [rooms, 8, 32] of the next 80 ms; for one with taps [rooms, 8 * steps, 32].

        state: None for a past of zeros, which no sound gives.
        """
        if state is None:
            state = np.zeros((len(mel), self.state_values), np.float32)
        values = dict(zip(self._outputs, self._session.run(None, {"mel": mel, "past": state}), strict=True))
        return Step(values["embedding"], values["next"], values.get("taps"))

    def _silence(self) -> Step:
        """After a window of digital silence nothing changes any more."""
        mel = silent_frames()
        step = self.step(mel, None)
        for _ in range(2 * WINDOW_FRAMES // STEP_FRAMES):
            step = self.step(mel, step.state)
        return step
