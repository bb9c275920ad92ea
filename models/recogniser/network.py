"""The recogniser's network as it runs: 80 ms of the wake engine's taps in, four frames of 20 ms of phones out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.recogniser.confidence import Calibration
from models.recogniser.network_file import NetworkFile, broken
from models.recogniser.phones import Alphabet
from models.recogniser.shape import AHEAD_FRAMES, OUTPUTS_PER_FRAME

FRAMES_LATE = AHEAD_FRAMES * OUTPUTS_PER_FRAME  # the first frames say what was before the beginning


class PhoneNetwork:
    """alphabet, calibration: as the file says. sha256: of the file. Raises ModelInvalid (recogniser-invalid)."""

    def __init__(self, path: Path) -> None:
        file = NetworkFile.opened(path)
        self.sha256, self._session = file.sha256, file.session
        self.alphabet, self.calibration = file.read(_alphabet), file.read(_calibration)
        self._past_values = file.read(lambda opened: int(opened.session.get_inputs()[1].shape[1]))
        outputs = file.read(lambda opened: int(opened.session.get_outputs()[0].shape[-1]))
        if outputs != len(self.alphabet.phones) + 1:
            raise broken(path, f"it has {outputs} outputs for {len(self.alphabet.phones)} phones and blank")
        if len(self.calibration.weights) != len(Calibration().weights):
            raise broken(path, f"it has {len(self.calibration.weights)} weights of its confidence")

    def begin(self) -> NDArray[np.float32]:
        """The state before any sound."""
        return np.zeros((1, self._past_values), np.float32)

    def step(
        self, taps: NDArray[np.float32], state: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """taps: [2, 480]. Returns [4, phones and blank] as logarithms, and the next state."""
        likelihoods, following = self._session.run(None, {"taps": taps[np.newaxis], "past": state})
        return likelihoods, following


def _alphabet(file: NetworkFile) -> Alphabet:
    accents, phones = (msgspec.json.decode(file.told[key], type=list[str]) for key in ("accents", "phones"))
    spelling = msgspec.json.decode(file.told["spelling"], type=dict[str, str])
    return Alphabet(file.told["language"], accents, spelling, phones)


def _calibration(file: NetworkFile) -> Calibration:
    return msgspec.json.decode(file.told["calibration"], type=Calibration)
