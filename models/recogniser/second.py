"""The second look's network: when speech has ended it hears the whole utterance in both directions, once.

It begins with the mel frames, and has layers of its own where the wake engine's network is: those learned to hear in
rooms and noise, which the wake words' may not change.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recogniser.looks import read
from models.recogniser.network import PhoneNetwork
from models.recogniser.network_file import NetworkFile, broken
from models.wake.mel import silent_frames

SILENT_STEPS = 10  # of 80 ms before an utterance: as far back as its first row of taps hears

Floats = NDArray[np.float32]


class SecondNetwork:
    """again: what is searched, and how far it is believed. sha256: of the file.

    Raises ModelInvalid (recogniser-invalid), also for a file that belongs to another first look.
    """

    def __init__(self, path: Path, first: PhoneNetwork) -> None:
        file = NetworkFile.opened(path)
        self.sha256, self._session, self._silence = file.sha256, file.session, silence()
        belongs_to, self.again = file.read(lambda opened: read(opened.told))
        outputs = file.read(lambda opened: int(opened.session.get_outputs()[0].shape[-1]))
        if belongs_to != first.sha256:
            raise broken(path, "it belongs to another recogniser.onnx than the one beside it")
        if outputs != len(first.alphabet.phones) + 1:
            raise broken(path, f"it has {outputs} outputs for {len(first.alphabet.phones)} phones and blank")

    def hear(self, mel: Floats) -> Floats:
        """mel: [frames of 10 ms, 32], whole steps of 80 ms. Returns [frames / 2, phones and blank] as logarithms."""
        likelihoods: Floats = self._session.run(None, {"mel": np.concatenate([self._silence, mel])[np.newaxis]})[0]
        return likelihoods


def silence() -> Floats:
    """[frames, 32] that are put before an utterance: it begins in a silent room."""
    return np.tile(silent_frames()[0], (SILENT_STEPS, 1))
