"""Where somebody speaks in an utterance, while it comes: what is worth transcribing, and when there is a pause."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from hub.stt.requests import MAX_SECONDS, RATE_HZ, WIDTH_BYTES, too_long

WINDOW_MS = 32
_WINDOW_BYTES = RATE_HZ * WIDTH_BYTES * WINDOW_MS // 1000
_VOICED = 0.5  # probability; Silero's own threshold
_BEFORE_MS, _AFTER_MS = 300, 400  # kept around the voice; wyoming-faster-whisper keeps 400
_LEAST_VOICED_MS = 160  # the shortest "no"
_LEAST_DBFS = -52.0  # Vexa#617: below an RMS of 0.0025 whisper invents


class Voice(Protocol):
    def process(self, window: bytes) -> float: ...


class Ear:
    """Of one utterance. voice: a stream of its own, from silence."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._audio = bytearray()
        self._heard_ms = 0
        self._first_ms: int | None = None
        self._last_ms = 0  # end of the last voiced window
        self.voiced_ms = 0

    @property
    def last_voiced_ms(self) -> int:
        return self._last_ms

    @property
    def pause_ms(self) -> int:
        """Since the last voice; 0 before the first."""
        return self._heard_ms - self._last_ms if self._first_ms is not None else 0

    def feed(self, audio: bytes) -> None:
        """Any number of bytes. Raises Refused (stt-too-long)."""
        self._audio += audio
        if len(self._audio) > MAX_SECONDS * RATE_HZ * WIDTH_BYTES:
            raise too_long()
        while (end := self._bytes(self._heard_ms) + _WINDOW_BYTES) <= len(self._audio):
            self._take(bytes(self._audio[end - _WINDOW_BYTES : end]))

    def is_somebody_speaking(self) -> bool:
        """Enough voice, loud enough."""
        return self.voiced_ms >= _LEAST_VOICED_MS and _dbfs(self.speech()) >= _LEAST_DBFS

    def speech(self) -> bytes:
        """From the first voice to the last, with what belongs around them."""
        begin = self._bytes(max(0, (self._first_ms or 0) - _BEFORE_MS))
        return bytes(self._audio[begin : self._bytes(self._last_ms + _AFTER_MS)])

    def _take(self, window: bytes) -> None:
        is_voiced = self._voice.process(window) >= _VOICED
        if is_voiced and self._first_ms is None:
            self._first_ms = self._heard_ms
        self._heard_ms += WINDOW_MS
        if is_voiced:
            self.voiced_ms += WINDOW_MS
            self._last_ms = self._heard_ms

    @staticmethod
    def _bytes(duration_ms: int) -> int:
        return duration_ms * RATE_HZ // 1000 * WIDTH_BYTES


def _dbfs(audio: bytes) -> float:
    """Root mean square."""
    whole = len(audio) // WIDTH_BYTES * WIDTH_BYTES
    samples = np.frombuffer(audio[:whole], "<i2").astype(np.float32) / 32768
    return 20 * math.log10(max(1e-6, float(np.sqrt(np.mean(samples**2))))) if len(samples) else -120.0
