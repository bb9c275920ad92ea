"""Looks into each block of the microphone: a wake word, or whether somebody speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.voice.detector import WINDOW_SAMPLES, VoiceStream
from models.wake.decision import Heard
from satellite.wake import WakeListener
from wire.pcm import SPEECH_WIDTH_BYTES


@dataclass(frozen=True, slots=True)
class Noticed:
    """What was made of one block. speech: None where nobody looked. scores: by word, of each step that it ended."""

    wake: Heard | None = None
    speech: bool | None = None
    scores: Sequence[Mapping[str, float]] = ()


class Analyser(Protocol):
    """Called in a worker thread, one call at a time."""

    def process(self, block: bytes) -> Noticed:
        """16 kHz 16-bit mono, in order."""

    def reset(self) -> None:
        """The next block does not follow the last one."""

    def rearm(self) -> None:
        """A wake word that was heard a moment ago may count again. Called in the event loop."""


class NoAnalyser:
    """For a satellite that streams everything."""

    def process(self, block: bytes) -> Noticed:
        del block
        return Noticed()

    def reset(self) -> None: ...

    def rearm(self) -> None: ...


class WakeAnalyser:
    """Listens for wake words here. detector: another may take its place while audio comes."""

    def __init__(self, detector: WakeListener) -> None:
        self.detector = detector

    def process(self, block: bytes) -> Noticed:
        detector = self.detector
        wake = detector.process(block)
        return Noticed(wake=wake, scores=detector.scored)

    def reset(self) -> None:
        self.detector.reset()

    def rearm(self) -> None:
        self.detector.rearm()


class VoiceAnalyser:
    """Tells whether somebody speaks: one 32 ms window above ``threshold`` is enough."""

    def __init__(self, threshold: float, voice: VoiceStream) -> None:
        self._threshold, self._voice = threshold, voice
        self._window_bytes = WINDOW_SAMPLES * SPEECH_WIDTH_BYTES
        self._rest = b""

    def process(self, block: bytes) -> Noticed:
        audio = self._rest + block
        whole = len(audio) - len(audio) % self._window_bytes
        self._rest = audio[whole:]
        scores = [
            self._voice.process(audio[at : at + self._window_bytes]) for at in range(0, whole, self._window_bytes)
        ]
        return Noticed(speech=max(scores, default=0.0) >= self._threshold)

    def reset(self) -> None:
        self._voice.reset()
        self._rest = b""

    def rearm(self) -> None: ...
