"""One wake word's network over the last embeddings of all rooms at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.runtime import open_session


class Head:
    """word: what it listens for. window_steps: of 80 ms, how much of the past it hears."""

    def __init__(self, word: str, model: bytes) -> None:
        """model: written by models.wake.head_graph."""
        self._session = open_session(model)
        self.word = word
        self.window_steps = int(self._session.get_inputs()[0].shape[1])

    def scores(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """[rooms, window_steps, 96] → [rooms], each in [0, 1]."""
        scores: NDArray[np.float32] = self._session.run(None, {"embeddings": embeddings})[0]
        return scores
