"""Sound through the recogniser's network: how likely each phone is, frame by frame."""

from __future__ import annotations

import copy

import numpy as np
from numpy.typing import NDArray

from models.recogniser.network import FRAMES_LATE, Kept, PhoneNetwork
from models.wake.mel import PAST_SAMPLES, STEP_SAMPLES, mel_frames

_QUIET = 10 ** (-25 / 10)  # of the power of the loudest step: nobody speaks
QUIET_STEPS = 6  # of 80 ms: how late the network says what it heard; zeros where nothing more comes

Floats = NDArray[np.float32]


class Hearing:
    """One utterance; begins in silence. keep: what was heard, for a second look at all of it."""

    def __init__(self, phones: PhoneNetwork, *, keep: bool = False) -> None:
        self._keep = keep
        self._steps: tuple[tuple[Floats, Floats], ...] = ()
        self._phones = phones
        self._samples = np.zeros((1, PAST_SAMPLES), np.float32)
        self._waiting = np.zeros(0, np.int16)
        self._state = phones.begin()
        self._early = FRAMES_LATE
        self._loudest, self._quiet_steps = 0.0, 0

    def feed(self, samples: NDArray[np.int16]) -> Floats:
        """samples: any number, at 16 kHz. Returns [frames of 20 ms, phones and blank] as logarithms; may be none."""
        waiting = np.concatenate([self._waiting, samples])
        whole = len(waiting) // STEP_SAMPLES * STEP_SAMPLES
        self._waiting = waiting[whole:]
        heard = [self._step(waiting[start : start + STEP_SAMPLES]) for start in range(0, whole, STEP_SAMPLES)]
        return np.concatenate([self._nothing, *heard])

    def finish(self) -> Floats:
        """No more sound will come. After a pause everything was heard already; else silence is put behind the end."""
        left = -len(self._waiting) % STEP_SAMPLES
        missing = max(0, QUIET_STEPS - self._quiet_steps)
        return self.feed(np.zeros(left + missing * STEP_SAMPLES, np.int16)) if missing else self._nothing

    @property
    def quiet_steps(self) -> int:
        """How many of the newest steps nobody spoke in."""
        return self._quiet_steps

    def ended(self) -> tuple[Hearing, Floats]:
        """One that has ended with the newest whole step, and what that adds; this one goes on."""
        other = copy.copy(self)  # a step replaces what is kept, and changes nothing in it
        other._waiting = other._waiting[:0]  # noqa: SLF001 - its own class
        return other, other.finish()

    @property
    def kept(self) -> Kept:
        """Where it is kept."""
        return Kept.of(self._steps)

    @property
    def _nothing(self) -> Floats:
        return np.empty((0, len(self._phones.alphabet.phones) + 1), np.float32)

    def _step(self, samples: NDArray[np.int16]) -> Floats:
        sound = np.concatenate([self._samples, samples[np.newaxis]], axis=1, dtype=np.float32)
        self._samples = sound[:, -PAST_SAMPLES:]
        power = float(np.mean(sound[0, PAST_SAMPLES:] ** 2))
        self._loudest = max(self._loudest, power)
        self._quiet_steps = self._quiet_steps + 1 if power < self._loudest * _QUIET else 0
        done = self._phones.step(mel_frames(sound), self._state)
        self._state = done.state
        if self._keep:
            self._steps += ((done.taps, done.known),)
        told = done.likelihoods[self._early :]
        self._early = max(0, self._early - len(done.likelihoods))
        return told
