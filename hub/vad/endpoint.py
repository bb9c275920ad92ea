"""Decides when an utterance begins and ends: a pure state machine over (milliseconds, probability of speech)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from hub.config import EndpointSection
from hub.stages import Partial

# Voice goes on until the probability is this much below where it began: ends of words are quiet.
# Source: silero-vad, utils_vad.py, get_speech_timestamps (neg_threshold).
HYSTERESIS = 0.15
_SURE = 0.8  # confidence from which on a sentence that was heard is taken for all that is said


class Phase(Enum):
    WAITING = "waiting"
    SPEAKING = "speaking"
    ENDED = "ended"


class Expected(Enum):
    """What comes after the words so far: nothing, perhaps more, or certainly more."""

    NOTHING = "nothing"
    ANYTHING = "anything"
    MORE = "more"


def expected(partial: Partial) -> Expected:
    if not partial.text:
        return Expected.ANYTHING
    if not partial.complete:
        return Expected.MORE
    return Expected.ANYTHING if partial.goes_on or partial.confidence < _SURE else Expected.NOTHING


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """at_ms: audio time of the first voiced sample of the run that counted as speech."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """last_voiced_ms, endpoint_ms: audio time of the last voiced sample, and of this decision.

    reason: ``silence`` (spoken to the end), ``too-long`` (cut at the limit), ``no-speech`` (nobody spoke),
    ``peer`` (the peer ended the audio).
    """

    last_voiced_ms: float
    endpoint_ms: float
    reason: Literal["silence", "too-long", "no-speech", "peer"]


class Endpointer:
    """Feed every window in order; it answers at most once each with SpeechStarted and SpeechEnded.

    skip_ms: voice in the first part of the audio does not start speech: it is the wake word.
    A pause inside speech ends nothing that is shorter than ``silence_ms``, or than what ``expect`` makes of it; a click
    shorter than ``start_ms`` starts nothing.
    """

    def __init__(self, settings: EndpointSection, *, skip_ms: float = 0) -> None:
        self._settings = settings
        self._skip_ms = skip_ms
        self._now_ms = 0.0
        self._voiced_since_ms: float | None = None
        self._last_voiced_ms = 0.0
        self._voiced = False
        self._expected, self._expected_since_ms = Expected.ANYTHING, 0.0
        self.phase = Phase.WAITING

    def feed(self, probability: float, window_ms: float) -> SpeechStarted | SpeechEnded | None:
        """Account for one window of audio. Windows after the end are ignored."""
        if self.phase is Phase.ENDED:
            return None
        window_began_ms = self._now_ms
        self._now_ms += window_ms
        self._voiced = probability >= self._settings.speech_threshold - (HYSTERESIS if self._voiced else 0)
        voiced = self._voiced
        if self.phase is Phase.WAITING:
            return self._waiting(window_began_ms, voiced=voiced)
        return self._speaking(voiced=voiced)

    def expect(self, what: Expected) -> None:
        """By the audio so far; voice after it, longer than a click, takes it back."""
        self._expected, self._expected_since_ms = what, self._now_ms

    @property
    def expected(self) -> Expected:
        """As it counts now: voice after the words takes it back."""
        took_back = self._last_voiced_ms - self._expected_since_ms >= self._settings.start_ms
        return Expected.ANYTHING if took_back else self._expected

    @property
    def voiced(self) -> bool:
        """Somebody spoke in the last window."""
        return self._voiced

    def end(self) -> SpeechEnded | None:
        """The peer ended the audio: whatever was spoken is the utterance."""
        if self.phase is Phase.ENDED:
            return None
        return self._ended("peer" if self.phase is Phase.SPEAKING else "no-speech")

    def _waiting(self, window_began_ms: float, *, voiced: bool) -> SpeechStarted | SpeechEnded | None:
        if voiced and window_began_ms >= self._skip_ms:
            if self._voiced_since_ms is None:
                self._voiced_since_ms = window_began_ms
            self._last_voiced_ms = self._now_ms
            if self._now_ms - self._voiced_since_ms >= self._settings.start_ms:
                self.phase = Phase.SPEAKING
                return SpeechStarted(self._voiced_since_ms)
        else:
            self._voiced_since_ms = None
        if self._now_ms >= self._skip_ms + self._settings.no_speech_seconds * 1000:
            return self._ended("no-speech")
        return None

    def _speaking(self, *, voiced: bool) -> SpeechEnded | None:
        if voiced:
            self._last_voiced_ms = self._now_ms
        if self._now_ms >= self._settings.max_seconds * 1000:
            return self._ended("too-long")
        if self._now_ms - self._last_voiced_ms >= self._ending_pause_ms:
            return self._ended("silence")
        return None

    @property
    def _ending_pause_ms(self) -> float:
        silence_ms = self._settings.silence_ms
        coming = self.expected
        if coming is Expected.NOTHING:
            return min(silence_ms, self._settings.complete_silence_ms)
        if coming is Expected.MORE:
            return max(silence_ms, self._settings.incomplete_silence_ms)
        return silence_ms

    def _ended(self, reason: Literal["silence", "too-long", "no-speech", "peer"]) -> SpeechEnded:
        self.phase = Phase.ENDED
        return SpeechEnded(self._last_voiced_ms, self._now_ms, reason)
