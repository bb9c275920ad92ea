"""Scores every wake word in every room, 80 ms at a time: one batch for all, each room's past kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.wake.head import Head
from models.wake.layers import EMBEDDING_VALUES
from models.wake.mel import PAST_SAMPLES, STEP_SAMPLES, mel_frames
from models.wake.network import Network
from wire.errors import AudioInvalid

_FIRST_ROOMS = 1
_MOST_AT_ONCE = 16  # more rooms in one call gain nothing and leave the processor's cache


@dataclass(frozen=True, slots=True)
class Scores:
    """One step of one room. words: score in [0, 1] by word.

    embedding: [96], of the 0.8 s that end here. taps: [2, 480], one row every 40 ms; None if the network has none.
    """

    words: Mapping[str, float]
    embedding: NDArray[np.float32]
    taps: NDArray[np.float32] | None


class Room:
    """A place in the engine for one microphone; made by ``join``. name: for messages."""

    def __init__(self, name: str, slot: int) -> None:
        self.name = name
        self.slot = slot


class WakeEngine:
    """Networks and the past of each room. Call it from one thread at a time.

    A room begins as if it had always been silent, at once and without inference: nothing random is in its past, so
    nobody is woken by it, and a word counts that is said right away.
    """

    def __init__(self, network: Network, heads: Sequence[Head]) -> None:
        self._network = network
        self._rooms: list[Room | None] = [None] * _FIRST_ROOMS
        self._samples = np.zeros((_FIRST_ROOMS, PAST_SAMPLES), np.float32)
        self._states = np.zeros((_FIRST_ROOMS, network.state_values), np.float32)
        self._embeddings = np.zeros((_FIRST_ROOMS, 1, EMBEDDING_VALUES), np.float32)
        self.heads = heads

    @property
    def heads(self) -> Sequence[Head]:
        return self._heads

    @heads.setter
    def heads(self, heads: Sequence[Head]) -> None:
        """Words may come and go while rooms listen; a longer window begins with silence before what is known."""
        steps = max((head.window_steps for head in heads), default=1)
        missing = steps - self._embeddings.shape[1]
        if missing > 0:
            silence = np.broadcast_to(self._network.silence.embedding, (len(self._rooms), missing, EMBEDDING_VALUES))
            self._embeddings = np.concatenate([silence, self._embeddings], axis=1)
        self._heads = tuple(heads)

    def join(self, name: str = "room") -> Room:
        if None not in self._rooms:
            self._grow()
        room = Room(name, self._rooms.index(None))
        self._rooms[room.slot] = room
        self.reset(room)
        return room

    def leave(self, room: Room) -> None:
        self._rooms[self._slot(room)] = None

    def reset(self, room: Room) -> None:
        """Forget what was heard there."""
        slot = self._slot(room)
        self._samples[slot] = 0
        self._states[slot] = self._network.silence.state[0]
        self._embeddings[slot] = self._network.silence.embedding[0]

    def step(self, steps: Mapping[Room, NDArray[np.int16]]) -> dict[Room, Scores]:
        """The next 1280 samples of some rooms; the others stand still.

        Raises AudioInvalid for samples of another type or number, and then no room has moved.
        """
        for room, samples in steps.items():
            _check(room, samples)
            self._slot(room)
        rooms = list(steps)
        scores: dict[Room, Scores] = {}
        for first in range(0, len(rooms), _MOST_AT_ONCE):
            group = rooms[first : first + _MOST_AT_ONCE]
            scores.update(self._step(group, np.stack([steps[room] for room in group])))
        return scores

    def _step(self, rooms: Sequence[Room], samples: NDArray[np.int16]) -> dict[Room, Scores]:
        rows = _rows([room.slot for room in rooms])
        audio = np.concatenate([self._samples[rows], samples], axis=1, dtype=np.float32)
        done = self._network.step(mel_frames(audio), self._states[rows])
        recent = np.concatenate([self._embeddings[rows][:, 1:], done.embedding[:, np.newaxis]], axis=1)
        scores = {head.word: head.scores(recent[:, -head.window_steps :]) for head in self._heads}
        self._samples[rows] = audio[:, -PAST_SAMPLES:]
        self._states[rows] = done.state
        self._embeddings[rows] = recent
        return {
            room: Scores(
                {word: float(values[place]) for word, values in scores.items()},
                done.embedding[place],
                None if done.taps is None else done.taps[place],
            )
            for place, room in enumerate(rooms)
        }

    def _slot(self, room: Room) -> int:
        if self._rooms[room.slot] is not room:
            raise ValueError(f"{room.name} is not in this engine")
        return room.slot

    def _grow(self) -> None:
        """Twice the rooms; those that are here keep their places."""
        self._rooms += [None] * len(self._rooms)
        self._samples = np.concatenate([self._samples, self._samples])
        self._states = np.concatenate([self._states, self._states])
        self._embeddings = np.concatenate([self._embeddings, self._embeddings])


def _rows(slots: list[int]) -> slice | list[int]:
    """Neighbours as a slice, which costs no copy."""
    if slots == list(range(slots[0], slots[0] + len(slots))):
        return slice(slots[0], slots[0] + len(slots))
    return slots


def _check(room: Room, samples: NDArray[np.int16]) -> None:
    if samples.dtype != np.int16:
        raise AudioInvalid("audio-format", f"{room.name} sent samples of {samples.dtype}; send int16")
    if samples.shape != (STEP_SAMPLES,):
        raise AudioInvalid("audio-format", f"{room.name} sent samples of shape {samples.shape}; send {STEP_SAMPLES}")
