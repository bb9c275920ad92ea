"""Stands beside a turn and notes what explains it: the stages and the utterance pass what they say through it.

The turn knows nothing of it. What it costs is measured in tests/unit/test_witness.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from hub.errors import SttFailed
from hub.evidence import (
    MOST_PARTIALS,
    MOST_READINGS,
    PEAK_MS,
    QUIETEST_DBFS,
    VOICE_MS,
    Considered,
    Endpoint,
    GuessHeard,
    Hearing,
    ModelAsked,
    ModelCall,
    PartialHeard,
    PromptPart,
    ReadingTried,
    TurnEvidence,
    WakeScores,
)
from hub.privacy import hush
from hub.stages import Exchange, Intent, NotUnderstood, Partial, Several, Transcript
from hub.trace import Trace
from hub.turn import Stages
from hub.vad.utterance import WAKE_TAIL_MS, Utterance
from hub.witnessed import StageNow, witnessed
from wire.pcm import SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES

_PEAK_SAMPLES = SPEECH_RATE_HZ * PEAK_MS // 1000
_FULL_SCALE = 32768
_MOST_RUNNING = 64
_JSON = (str, int, float, bool)
_MOST_WAKE_BYTES = 4 * SPEECH_RATE_HZ * SPEECH_WIDTH_BYTES  # four seconds: no wake word is longer


class TurnProgress(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a turn is. at_ms: since it began. partial: what was heard so far; never of a turn that may be a PIN."""

    turn: str
    satellite: str
    stage: StageNow
    at_ms: float
    area: str | None = None
    partial: str | None = None


class Witness:
    """One turn's. tell: takes how far it is, for who looks."""

    def __init__(
        self,
        trace: Trace,
        tell: Callable[[TurnProgress], None] = lambda _: None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trace, self._tell, self._clock = trace, tell, clock
        self._began_seconds = clock()
        self._stage: StageNow = "listening"
        self._utterance: Utterance | None = None
        self._threshold = 0.0
        self._windows: list[bytes] = []
        self._voice: list[float] = []
        self._found = TurnEvidence(trace.turn)
        self._wake_bytes = 0
        self._model: list[Exchange] = []
        self.wake_sound = bytearray()
        self.secret = False

    # --- what it is shown

    def stages(self, stages: Stages) -> Stages:
        """The same stages, heard by this witness."""
        self.secret = stages.dialogue.awaits_secret(self._trace.satellite)
        self._told("listening")
        return witnessed(stages, self)

    def listens_to(self, utterance: Utterance, *, threshold: float, word_ends_ms: float | None) -> None:
        """threshold: of speech. word_ends_ms: where in its sound the wake word ends; None: there is none."""
        self._utterance, self._threshold = utterance, threshold
        self._found.word_ends_ms = word_ends_ms or None
        if word_ends_ms:
            length_ms = word_ends_ms + WAKE_TAIL_MS
            self._wake_bytes = min(int(length_ms) * SPEECH_RATE_HZ // 1000 * SPEECH_WIDTH_BYTES, _MOST_WAKE_BYTES)

    def woken(self, scores: WakeScores | None) -> None:
        self._found.wake = scores

    def window(self, sound: bytes, probability: float) -> None:
        """One window of the utterance's sound; called for every one, so it does no more than keep."""
        self._windows.append(sound)
        self._voice.append(probability)
        if len(self.wake_sound) < self._wake_bytes:
            self.wake_sound += sound

    def partial(self, partial: Partial) -> None:
        partials = self._found.partials
        if len(partials) < MOST_PARTIALS and (not partials or partials[-1].text != partial.text):
            partials.append(
                PartialHeard(len(self._voice) * VOICE_MS, partial.text, partial.complete, partial.confidence)
            )
        self._told("hearing", partial.text)

    def heard(self, transcript: Transcript) -> None:
        before = transcript.before
        if isinstance(before, str):
            self._found.hearings.append(Hearing("first pass", "", problem=before))
        elif before is not None:
            self._found.hearings.append(_hearing(before, problem="unsure"))
        self._found.hearings.append(_hearing(transcript, problem="" if transcript.text else "unsure"))

    def not_heard(self, error: SttFailed) -> None:
        self._found.hearings.append(Hearing("", "", problem=error.code))

    def read(self, text: str, understood: Intent | Several | NotUnderstood) -> None:
        if len(self._found.readings) < MOST_READINGS:
            self._found.readings.append(_reading(text, understood))

    def asked_model(self, exchange: Exchange) -> None:
        self._model.append(exchange)

    def reached(self, stage: StageNow) -> None:
        if stage != self._stage:
            self._told(stage)

    def over(self, *, secret: bool) -> None:
        """The turn ended. secret: it was told a PIN or a code. What may have been one, misheard, leaves no word."""
        if self.secret and self._trace.understood.by != "intents":
            hush(self._trace)
        self.secret = self.secret or secret

    # --- what it says

    def evidence(self) -> TurnEvidence | None:
        """All of it; None of a turn that said a secret, or may have."""
        self._told("done")
        if self.secret:
            return None
        found = self._found
        found.length_ms = float(len(self._voice) * VOICE_MS)
        found.peaks_dbfs = peaks_dbfs(b"".join(self._windows))
        found.voice_percent = [round(probability * 100) for probability in self._voice]
        found.endpoint = self._endpoint()
        found.model = [_asked(exchange) for exchange in self._model]
        return found

    def _endpoint(self) -> Endpoint | None:
        utterance = self._utterance
        if utterance is None or utterance.ended is None:
            return None
        ended = utterance.ended
        return Endpoint(
            started_ms=utterance.started.at_ms if utterance.started else None,
            last_voiced_ms=ended.last_voiced_ms,
            decided_ms=ended.endpoint_ms,
            reason=ended.reason,
            expected=utterance.expected.value,
            threshold=self._threshold,
        )

    def _told(self, stage: StageNow, partial: str | None = None) -> None:
        self._stage = stage
        at_ms = round((self._clock() - self._began_seconds) * 1000, 1)
        trace = self._trace
        words = None if self.secret else partial
        self._tell(TurnProgress(trace.turn, trace.satellite, stage, at_ms, trace.area, words))


def peaks_dbfs(sound: bytes) -> list[int]:
    """The loudest sample of each PEAK_MS of 16-bit mono sound; the rest of a last, shorter one is left out."""
    samples = np.frombuffer(sound, "<i2")
    whole = samples[: samples.size // _PEAK_SAMPLES * _PEAK_SAMPLES].astype(np.float32)
    loudest = np.abs(whole.reshape(-1, _PEAK_SAMPLES)).max(axis=1, initial=1.0)
    levels = np.clip(np.round(20 * np.log10(loudest / _FULL_SCALE)), QUIETEST_DBFS, 0)
    found: list[int] = levels.astype(int).tolist()
    return found


def _hearing(transcript: Transcript, *, problem: str) -> Hearing:
    return Hearing(
        engine=transcript.engine,
        text=transcript.text,
        model=transcript.model,
        confidence=transcript.confidence,
        needed=transcript.needed,
        guesses=[GuessHeard(guess.text, guess.confidence, guess.margin) for guess in transcript.guesses],
        problem=problem,
    )


def _reading(text: str, understood: Intent | Several | NotUnderstood) -> ReadingTried:
    match understood:
        case NotUnderstood():
            return ReadingTried(
                text,
                unknown_name=understood.unknown_name,
                nearest_names=list(understood.nearest_names),
                considered=[Considered(intent, unknown) for intent, unknown in understood.considered],
            )
        case Several(intents):
            return _understood(text, intents)
        case Intent():
            return _understood(text, (understood,))


def _understood(text: str, intents: Sequence[Intent]) -> ReadingTried:
    return ReadingTried(text, [intent.name for intent in intents], [_plain(intent.slots) for intent in intents])


def _plain(slots: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has them: times and lists are told as they read."""
    return {name: value if isinstance(value, _JSON) else str(value) for name, value in slots.items()}


def _asked(exchange: Exchange) -> ModelAsked:
    prompt = [PromptPart(role, text) for role, text in exchange.prompt]
    return ModelAsked(prompt, exchange.said, [ModelCall(name, arguments) for name, arguments in exchange.calls])


class Witnesses:
    """Those of the turns that run. tell: takes how far each is; called only where ``looked_at`` says somebody looks."""

    def __init__(self, tell: Callable[[TurnProgress], None], looked_at: Callable[[], bool]) -> None:
        self._tell_on, self._looked_at = tell, looked_at
        self._running: dict[str, Witness] = {}

    def begin(self, trace: Trace) -> Witness:
        witness = Witness(trace, self._tell)
        self._running[trace.turn] = witness
        if len(self._running) > _MOST_RUNNING:  # their turns ended without a record
            del self._running[next(iter(self._running))]
        return witness

    def end(self, trace: Trace) -> TurnEvidence | None:
        """What explains a turn that is over; None where nobody stood beside it, or it must not be kept."""
        witness = self._running.pop(trace.turn, None)
        return witness.evidence() if witness else None

    def _tell(self, progress: TurnProgress) -> None:
        if self._looked_at():
            self._tell_on(progress)
