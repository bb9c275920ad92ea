"""The second look's network: when speech has ended it hears the whole utterance in both directions, once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recogniser.looks import read
from models.recogniser.network import PhoneNetwork
from models.recogniser.network_file import NetworkFile, broken

Floats = NDArray[np.float32]


class SecondNetwork:
    """again: what is searched, and how far it is believed. sha256: of the file.

    Raises ModelInvalid (recogniser-invalid), also for a file that belongs to another first look.
    """

    def __init__(self, path: Path, first: PhoneNetwork) -> None:
        file = NetworkFile.opened(path)
        self.sha256, self._session = file.sha256, file.session
        belongs_to, self.again = file.read(lambda opened: read(opened.told))
        outputs = file.read(lambda opened: int(opened.session.get_outputs()[0].shape[-1]))
        if belongs_to != first.sha256:
            raise broken(path, "it belongs to another recogniser.onnx than the one beside it")
        if outputs != len(first.alphabet.phones) + 1:
            raise broken(path, f"it has {outputs} outputs for {len(first.alphabet.phones)} phones and blank")

    def hear(self, taps: Floats) -> Floats:
        """taps: [frames of 40 ms, 480]. Returns [2 * frames, phones and blank] as logarithms."""
        likelihoods: Floats = self._session.run(None, {"taps": taps[np.newaxis]})[0]
        return likelihoods
