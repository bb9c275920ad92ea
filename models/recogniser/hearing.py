"""Sound through the recogniser's network: how likely each phone is, frame by frame."""

from __future__ import annotations

import copy

import numpy as np
from numpy.typing import NDArray

from models.recogniser.network import FRAMES_LATE, Kept, PhoneNetwork
from models.wake.layers import MEL_BINS
from models.wake.mel import PAST_SAMPLES, STEP_SAMPLES, mel_frames

_QUIET = 10 ** (-25 / 10)  # of the power of the loudest step: nobody speaks
STEPS_AT_ONCE = 2  # steps: 3/5 of the work of one after another, and nobody waits 80 ms for a word
_AT_ONCE_IN_THE_END = 16
QUIET_STEPS = 6  # of 80 ms: how late the network says what it heard; zeros where nothing more comes

Floats = NDArray[np.float32]


class Hearing:
    """One utterance; begins in silence. keep: what was heard, for a second look at all of it."""

    def __init__(self, phones: PhoneNetwork, *, keep: bool = False) -> None:
        self._keep = keep
        self._kept: tuple[tuple[Floats, Floats], ...] = ()
        self._phones = phones
        self._past = np.zeros(PAST_SAMPLES, np.float32)
        self._waiting = _nobody(0)
        self._state = phones.begin()
        self._early = FRAMES_LATE
        self._loudest, self._quiet_steps = 0.0, 0

    def feed(self, samples: NDArray[np.int16]) -> Floats:
        """samples: any number, at 16 kHz. Returns [frames of 20 ms, phones and blank] as logarithms; may be none."""
        return self._heard(samples, at_once=STEPS_AT_ONCE, least=STEPS_AT_ONCE)

    def finish(self) -> Floats:
        """No more sound will come. After a pause everything was heard already; else silence is put behind the end."""
        heard = self._heard(_nobody(0), at_once=_AT_ONCE_IN_THE_END)
        missing = QUIET_STEPS - self._quiet_steps
        if missing <= 0:
            return heard
        silence = _nobody(-len(self._waiting) % STEP_SAMPLES + missing * STEP_SAMPLES)
        return np.concatenate([heard, self._heard(silence, at_once=_AT_ONCE_IN_THE_END)])

    @property
    def quiet_steps(self) -> int:
        """How many of the newest steps nobody spoke in."""
        return self._quiet_steps

    def ended(self) -> tuple[Hearing, Floats]:
        """One that has ended with the newest whole step, and what that adds; this one goes on."""
        other = copy.copy(self)  # a step replaces what is kept, and changes nothing in it
        whole = len(self._waiting) // STEP_SAMPLES * STEP_SAMPLES
        other._waiting = self._waiting[:whole]  # noqa: SLF001 - its own class
        return other, other.finish()

    @property
    def kept(self) -> Kept:
        """Where it is kept."""
        return Kept.of(self._kept)

    def _heard(self, samples: NDArray[np.int16], *, at_once: int, least: int = 1) -> Floats:
        """Of what waits and of this the whole steps, and what is left waits. least: steps; fewer wait, too."""
        waiting = np.concatenate([self._waiting, samples])
        whole = len(waiting) // (least * STEP_SAMPLES) * least * STEP_SAMPLES
        self._waiting = waiting[whole:]
        piece = at_once * STEP_SAMPLES
        heard = [self._steps(waiting[start : min(start + piece, whole)]) for start in range(0, whole, piece)]
        return np.concatenate([self._nothing, *heard])

    def _steps(self, samples: NDArray[np.int16]) -> Floats:
        """samples: of whole steps."""
        sound = np.concatenate([self._past, samples], dtype=np.float32)
        self._past = sound[-PAST_SAMPLES:]
        steps = np.lib.stride_tricks.sliding_window_view(sound, PAST_SAMPLES + STEP_SAMPLES)[::STEP_SAMPLES]
        for power in np.mean(steps[:, PAST_SAMPLES:] ** 2, axis=1).tolist():
            self._loudest = max(self._loudest, power)
            self._quiet_steps = self._quiet_steps + 1 if power < self._loudest * _QUIET else 0
        done = self._phones.step(mel_frames(steps).reshape(1, -1, MEL_BINS), self._state)
        self._state = done.state
        if self._keep:
            self._kept += ((done.taps, done.known),)
        told = done.likelihoods[self._early :]
        self._early = max(0, self._early - len(done.likelihoods))
        return told

    @property
    def _nothing(self) -> Floats:
        return np.empty((0, len(self._phones.alphabet.phones) + 1), np.float32)


def _nobody(samples: int) -> NDArray[np.int16]:
    return np.zeros(samples, np.int16)
