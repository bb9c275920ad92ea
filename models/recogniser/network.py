"""The recogniser's network as it runs: 80 ms of the wake engine's taps in, four frames of 20 ms of phones out."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.errors import ModelInvalid
from models.recogniser.confidence import Calibration
from models.recogniser.phones import Alphabet
from models.recogniser.shape import AHEAD_FRAMES, OUTPUTS_PER_FRAME
from models.runtime import open_session

FRAMES_LATE = AHEAD_FRAMES * OUTPUTS_PER_FRAME  # the first frames say what was before the beginning
_LONGEST_BYTES = 16 << 20


class PhoneNetwork:
    """alphabet, calibration: as the file says. sha256: of the file. Raises ModelInvalid (recogniser-invalid)."""

    def __init__(self, path: Path) -> None:
        try:
            content = _content(path)
            self.sha256 = sha256(content).hexdigest()
            self._session = open_session(content)
            told = self._session.get_modelmeta().custom_metadata_map
            accents, phones = (msgspec.json.decode(told[key], type=list[str]) for key in ("accents", "phones"))
            spelling = msgspec.json.decode(told["spelling"], type=dict[str, str])
            self.alphabet = Alphabet(told["language"], accents, spelling, phones)
            self.calibration = msgspec.json.decode(told["calibration"], type=Calibration)
            self._past_values = int(self._session.get_inputs()[1].shape[1])
            outputs = int(self._session.get_outputs()[0].shape[-1])
        except ModelInvalid:
            raise
        except Exception as error:  # onnxruntime raises many kinds, all of them for a broken file
            raise _invalid(path, repr(error).splitlines()[0]) from error
        if outputs != len(self.alphabet.phones) + 1:
            raise _invalid(path, f"it has {outputs} outputs for {len(self.alphabet.phones)} phones and blank")
        if len(self.calibration.weights) != len(Calibration().weights):
            raise _invalid(path, f"it has {len(self.calibration.weights)} weights of its confidence")

    def begin(self) -> NDArray[np.float32]:
        """The state before any sound."""
        return np.zeros((1, self._past_values), np.float32)

    def step(
        self, taps: NDArray[np.float32], state: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """taps: [2, 480]. Returns [4, phones and blank] as logarithms, and the next state."""
        likelihoods, following = self._session.run(None, {"taps": taps[np.newaxis], "past": state})
        return likelihoods, following


def _content(path: Path) -> bytes:
    if path.stat().st_size > _LONGEST_BYTES:
        raise _invalid(path, "it is too long")
    return path.read_bytes()


def _invalid(path: Path, why: str) -> ModelInvalid:
    return ModelInvalid("recogniser-invalid", f"{path} cannot be used: {why}; install Earshot again")
