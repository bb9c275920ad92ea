"""The recogniser's network as it runs: 80 ms of mel frames in or several times that, phones every 20 ms out.

Below is a network like the wake engine's, which went on learning: it hears words in rooms and noise that the wake
words' does not, and may change where that one may not. Above it are our own layers, which see only the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.recogniser.confidence import Calibration
from models.recogniser.network_file import OLDER, NetworkFile, broken
from models.recogniser.phones import Alphabet
from models.recogniser.shape import AHEAD_FRAMES, HEARS, OUTPUTS_PER_FRAME
from models.wake.layers import STEP_FRAMES, TAP_VALUES, WINDOW_FRAMES
from models.wake.mel import silent_frames

FRAMES_LATE = AHEAD_FRAMES * OUTPUTS_PER_FRAME  # the first frames say what was before the beginning
_INPUTS = (f"{HEARS}mel", f"{HEARS}past", "past")
_OUTPUTS = ("likelihoods", f"{HEARS}taps", "known", f"{HEARS}next", "next")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class State:
    """All that is kept of the sound before. hears: of the network below. phones: of the layers above."""

    hears: Floats
    phones: Floats


@dataclass(frozen=True, slots=True)
class Step:
    """What steps of 80 ms give. likelihoods: [4 * steps, phones and blank] as logarithms. taps: [2 * steps, 480], what
    was heard. known: [2 * steps, values], what the layers above know of the rows two before.
    """

    likelihoods: Floats
    taps: Floats
    known: Floats
    state: State


@dataclass(frozen=True, slots=True)
class Kept:
    """What a second look goes on from. taps: [rows of 40 ms, 480]. known: [rows, values], of the same rows."""

    taps: Floats
    known: Floats

    @classmethod
    def of(cls, steps: Sequence[tuple[Floats, Floats]]) -> Kept:
        """The rows of which all is known. steps: taps and known of each."""
        taps, known = (np.concatenate(each) for each in zip(*steps, strict=True))
        return cls(taps[:-AHEAD_FRAMES], known[AHEAD_FRAMES:])


class PhoneNetwork:
    """alphabet, calibration: as the file says. sha256: of the file. Raises ModelInvalid (recogniser-invalid)."""

    def __init__(self, path: Path) -> None:
        file = NetworkFile.opened(path)
        self.sha256, self._session = file.sha256, file.session
        self.alphabet, self.calibration = file.read(_alphabet), file.read(_calibration)
        hears, phones, self.known_values, outputs = file.read(_sizes)
        if outputs != len(self.alphabet.phones) + 1:
            raise broken(path, f"it has {outputs} outputs for {len(self.alphabet.phones)} phones and blank")
        if len(self.calibration.weights) != len(Calibration().weights):
            raise broken(path, f"it has {len(self.calibration.weights)} weights of its confidence")
        self._begin = file.read(lambda _: self._silent_room(State(_zeros(hears), _zeros(phones))))

    def begin(self) -> State:
        """The state in a silent room."""
        return self._begin

    def step(self, mel: Floats, state: State) -> Step:
        """mel: [1, 8 * steps, 32] of what comes next."""
        given = dict(zip(_INPUTS, (mel, state.hears, state.phones), strict=True))
        likelihoods, taps, known, hears, phones = self._session.run(_OUTPUTS, given)
        return Step(likelihoods, taps[0], known[0], State(hears, phones))

    def _silent_room(self, state: State) -> State:
        """The layers above begin with the sound."""
        hears, mel = state.hears, silent_frames()
        for _ in range(1 + 2 * WINDOW_FRAMES // STEP_FRAMES):
            hears = self.step(mel, State(hears, state.phones)).state.hears
        return State(hears, state.phones)


def _zeros(values: int) -> Floats:
    return np.zeros((1, values), np.float32)


def _sizes(file: NetworkFile) -> tuple[int, int, int, int]:
    """Of the two pasts, of what is known, and of the likelihoods. Raises ValueError."""
    inputs, outputs = (
        {one.name: one.shape for one in ends} for ends in (file.session.get_inputs(), file.session.get_outputs())
    )
    is_whole = set(inputs) == set(_INPUTS) and set(outputs) == set(_OUTPUTS)
    if not is_whole or outputs[f"{HEARS}taps"][-1] != TAP_VALUES or inputs[_INPUTS[0]][1] == STEP_FRAMES:
        raise ValueError(OLDER)
    ends = inputs[f"{HEARS}past"], inputs["past"], outputs["known"], outputs["likelihoods"]
    hears, phones, known, likelihoods = (int(end[-1]) for end in ends)
    return hears, phones, known, likelihoods


def _alphabet(file: NetworkFile) -> Alphabet:
    accents, phones = (msgspec.json.decode(file.told[key], type=list[str]) for key in ("accents", "phones"))
    spelling = msgspec.json.decode(file.told["spelling"], type=dict[str, str])
    return Alphabet(file.told["language"], accents, spelling, phones)


def _calibration(file: NetworkFile) -> Calibration:
    return msgspec.json.decode(file.told["calibration"], type=Calibration)
