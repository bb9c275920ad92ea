"""What a recogniser made of one recording, and what that cost."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hub.stt.phrase.grammar import Grammar
from wire.pcm import SPEECH_RATE_HZ
from wire.wake_words import LAG_MS, command_after

_BLOCK_SAMPLES = 1024  # 64 ms, as a room sends them


@dataclass(frozen=True, slots=True)
class Guess:
    """text: the likeliest sentence, also where it is not believed. others: that may as well have been said."""

    text: str
    confidence: float
    believed: bool
    others: tuple[str, ...] = ()


class Utterance(Protocol):
    def feed(self, audio: bytes) -> None: ...

    def finish(self) -> Guess: ...


class Compiled(Protocol):
    def listen(self) -> Utterance:
        """The next utterance, when the one before is finished."""


class Contestant(Protocol):
    @property
    def name(self) -> str: ...

    def compiled(self, grammar: Grammar) -> Compiled:
        """Raises GrammarBroken."""


@dataclass(frozen=True, slots=True)
class Heard:
    """cpu_ms: of the processor, all threads. after_ms: from the last sample to the guess."""

    guess: Guess
    seconds: float
    cpu_ms: float
    after_ms: float

    @property
    def text(self) -> str:
        """What a house would act on."""
        return self.guess.text if self.guess.believed else ""


def hear(compiled: Compiled, samples: NDArray[np.int16]) -> Heard:
    """As fast as it goes, in the blocks in which speech comes; a wake word before a command is dropped, as in turns."""
    began = time.process_time()
    utterance = compiled.listen()
    for start in range(0, len(samples), _BLOCK_SAMPLES):
        utterance.feed(samples[start : start + _BLOCK_SAMPLES].astype("<i2").tobytes())
    ended = time.perf_counter()
    guess = utterance.finish()
    after_ms = (time.perf_counter() - ended) * 1000
    text, *others = (command_after(LAG_MS, each) for each in (guess.text, *guess.others))
    guess = replace(guess, text=text, others=tuple(others))
    return Heard(guess, len(samples) / SPEECH_RATE_HZ, (time.process_time() - began) * 1000, after_ms)
