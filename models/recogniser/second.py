"""The second look's network: when speech has ended it hears the whole utterance in both directions, once.

It goes on from what the first one heard and knew of each row: only what sees the future is its own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recogniser.looks import read
from models.recogniser.network import Kept, PhoneNetwork
from models.recogniser.network_file import OLDER, NetworkFile, broken

Floats = NDArray[np.float32]


class SecondNetwork:
    """again: what is searched, and how far it is believed. sha256: of the file.

    Raises ModelInvalid (recogniser-invalid), also for a file that belongs to another first look.
    """

    def __init__(self, path: Path, first: PhoneNetwork) -> None:
        file = NetworkFile.opened(path)
        self.sha256, self._session = file.sha256, file.session
        belongs_to, self.again = file.read(lambda opened: read(opened.told))
        inputs, outputs = file.read(_shapes)
        if belongs_to != first.sha256:
            raise broken(path, "it belongs to another recogniser.onnx than the one beside it")
        if outputs != len(first.alphabet.phones) + 1:
            raise broken(path, f"it has {outputs} outputs for {len(first.alphabet.phones)} phones and blank")
        if inputs != first.known_values:
            raise broken(path, f"it wants {inputs} values of what the first look knows, which has {first.known_values}")

    def hear(self, kept: Kept) -> Floats:
        """Returns [2 * rows, phones and blank] as logarithms."""
        given = {"taps": kept.taps[np.newaxis], "known": kept.known[np.newaxis]}
        likelihoods: Floats = self._session.run(None, given)[0]
        return likelihoods


def _shapes(file: NetworkFile) -> tuple[int, int]:
    """Values that are known of a row, and outputs. Raises ValueError."""
    inputs = {one.name: one.shape for one in file.session.get_inputs()}
    if set(inputs) != {"taps", "known"}:
        raise ValueError(OLDER)
    return int(inputs["known"][-1]), int(file.session.get_outputs()[0].shape[-1])
