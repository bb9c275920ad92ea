"""What explains a turn: kept beside its record (docs/why.md), never sent, and bounded. Values."""

from __future__ import annotations

from typing import Any

import msgspec

PEAK_MS = 16  # of sound that one peak stands for
VOICE_MS = 32  # of sound that one probability of speech stands for
QUIETEST_DBFS = -60
MOST_BYTES = 64 << 10  # of one turn, as JSON
MOST_PARTIALS = 64
MOST_READINGS = 12
_PROMPT_CHARACTERS = (24_000, 6_000, 1_000)  # tried in order, where all of it is too much
_SHORT_TEXT = 2_000


class WakeScores(msgspec.Struct, frozen=True):
    """What the wake words scored before the hub noticed one. by_word: each 80 ms, oldest first, 0 to 1."""

    first_at_ms: float
    by_word: dict[str, list[float]]
    step_ms: float = 80.0


class Endpoint(msgspec.Struct, frozen=True):
    """When somebody spoke, in milliseconds of the turn's sound. expected: what seemed to come after the words.

    reason: of the end (docs/trace.md). threshold: probability from which on a window counts as speech.
    """

    started_ms: float | None
    last_voiced_ms: float
    decided_ms: float
    reason: str
    expected: str
    threshold: float


class PartialHeard(msgspec.Struct, frozen=True):
    """at_ms: of the turn's sound."""

    at_ms: float
    text: str
    complete: bool
    confidence: float


class GuessHeard(msgspec.Struct, frozen=True):
    """margin: nats by which it is less likely than the likeliest."""

    text: str
    confidence: float | None = None
    margin: float | None = None


class Hearing(msgspec.Struct, frozen=True):
    """What one transcriber made of it. needed: how sure it must be to be believed. problem: why it was not, if not."""

    engine: str
    text: str
    model: str | None = None
    confidence: float | None = None
    needed: float | None = None
    guesses: list[GuessHeard] = []
    problem: str = ""


class Considered(msgspec.Struct, frozen=True):
    """A sentence of the house that nearly fits. unknown: the words that stand where a name belongs."""

    intent: str
    unknown: str


class ReadingTried(msgspec.Struct, frozen=True):
    """One text, and what it means here. intents: empty where nothing fits; then the rest says how near it was."""

    text: str
    intents: list[str] = []
    slots: list[dict[str, Any]] = []
    unknown_name: str | None = None
    nearest_names: list[str] = []
    considered: list[Considered] = []


class PromptPart(msgspec.Struct):
    role: str
    text: str


class ModelCall(msgspec.Struct, frozen=True):
    """arguments: JSON, as the model wrote it."""

    name: str
    arguments: str


class ModelAsked(msgspec.Struct):
    """One request to the language model. clipped: of the prompt there was more."""

    prompt: list[PromptPart]
    said: str
    calls: list[ModelCall] = []
    clipped: bool = False


class TurnEvidence(msgspec.Struct, omit_defaults=True):
    """One turn. Times are milliseconds of its sound from its first sample; ``trace.timings_ms`` begin at
    ``endpoint.last_voiced_ms``.

    peaks_dbfs: loudest sample of each PEAK_MS, -60 to 0. voice_percent: probability of speech of each VOICE_MS.
    word_ends_ms: where the wake word ends, if the hub heard it. left_out: what had no room.
    """

    turn: str
    length_ms: float = 0.0
    peaks_dbfs: list[int] = []
    voice_percent: list[int] = []
    wake: WakeScores | None = None
    word_ends_ms: float | None = None
    endpoint: Endpoint | None = None
    partials: list[PartialHeard] = []
    hearings: list[Hearing] = []
    readings: list[ReadingTried] = []
    model: list[ModelAsked] = []
    left_out: list[str] = []

    def json(self) -> bytes:
        """At most MOST_BYTES: first the prompt gives way, then the picture of the sound, then the rest."""
        encoded = msgspec.json.encode(self)
        for characters in _PROMPT_CHARACTERS:
            if len(encoded) <= MOST_BYTES:
                return encoded
            self._clip_prompts(characters)
            encoded = msgspec.json.encode(self)
        for name in ("peaks_dbfs", "voice_percent", "model", "readings", "partials", "hearings"):
            if len(encoded) <= MOST_BYTES:
                break
            setattr(self, name, [])
            self.left_out = [*self.left_out, name]
            encoded = msgspec.json.encode(self)
        return encoded

    def _clip_prompts(self, characters: int) -> None:
        """The question, which comes last, is worth most; rules and house, which come first, are the longest."""
        for asked in self.model:
            asked.said = asked.said[:_SHORT_TEXT]
            for part in asked.prompt:
                if len(part.text) > characters:
                    part.text, asked.clipped = part.text[:characters] + " …", True
