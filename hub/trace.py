"""The record of one turn (docs/trace.md): who said what, what was understood, done, proven, and when."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from hub.stages import Action


class WakeTrace(msgspec.Struct, omit_defaults=True):
    word: str
    score: float | None = None


class SttTrace(msgspec.Struct):
    engine: str
    model: str | None = None
    confidence: float | None = None


class UnderstoodTrace(msgspec.Struct):
    by: Literal["intents", "llm", "none"] = "none"
    intent: str | None = None
    slots: dict[str, Any] = msgspec.field(default_factory=dict)
    near: bool = False  # no sentence fits whole: what was probably said


class ErrorTrace(msgspec.Struct):
    code: str
    message: str


class Trace(msgspec.Struct):
    """One turn. ``timings_ms`` count from the end of speech (last voiced sample); see docs/trace.md.

    why: what started it, where nobody said anything ("rule Night lights"); never words that were said. via: the way
    it came in. granted: what was shown for it (yes, pin, code). person: who showed it, where that is known.
    """

    turn: str
    satellite: str
    area: str | None
    started: str
    wake: WakeTrace | None = None
    transcript: str = ""
    language: str = "en"
    stt: SttTrace | None = None
    understood: UnderstoodTrace = msgspec.field(default_factory=UnderstoodTrace)
    actions: list[Action] = msgspec.field(default_factory=list)
    reply: str = ""
    error: ErrorTrace | None = None
    timings_ms: dict[str, float] = msgspec.field(default_factory=dict)
    engines_ms: dict[str, float] = msgspec.field(default_factory=dict)
    why: str = ""
    via: str = ""
    granted: str = ""
    person: str = ""

    def json(self) -> bytes:
        return msgspec.json.encode(self)


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(unix_ms: int, random_bits: int) -> str:
    """26 characters that sort by time: 48 bits of milliseconds, 80 random bits (github.com/ulid/spec)."""
    number = (unix_ms & (1 << 48) - 1) << 80 | random_bits & (1 << 80) - 1
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def new_trace(satellite: str, area: str | None, language: str) -> Trace:
    """An empty record for a turn that begins now."""
    now = datetime.now(UTC)
    started = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    turn = ulid(round(now.timestamp() * 1000), secrets.randbits(80))
    return Trace(turn=turn, satellite=satellite, area=area, started=started, language=language)


class Stopwatch:
    """Stamps a trace in milliseconds since the end of speech.

    The endpointer decides ``endpoint_ms`` of *audio* after the last voiced sample; from that decision on the wall
    clock counts. So a recording fed faster than real time gives the same figures as a microphone.
    """

    def __init__(self, trace: Trace, endpoint_ms: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._trace, self._clock = trace, clock
        self._zero_seconds = clock() - endpoint_ms / 1000
        trace.timings_ms["endpoint"] = round(endpoint_ms, 1)

    def stamp(self, name: str) -> None:
        """Write ``timings_ms[name]``; the first stamp of a name stays."""
        self._trace.timings_ms.setdefault(name, round((self._clock() - self._zero_seconds) * 1000, 1))


class EngineTimer:
    """Adds the time inside a ``with`` block to ``engines_ms[name]``: an engine's or a device's time, not ours."""

    def __init__(self, trace: Trace, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._trace, self._name, self._clock = trace, name, clock

    def __enter__(self) -> None:
        self._began = self._clock()

    def __exit__(self, *_: object) -> None:
        spent_ms = (self._clock() - self._began) * 1000
        self._trace.engines_ms[self._name] = round(self._trace.engines_ms.get(self._name, 0.0) + spent_ms, 1)
