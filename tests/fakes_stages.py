"""Stages that behave, for tests of the turn and the session: nothing is heard, spoken or switched for real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hub.errors import EarshotError
from hub.health import WakeStatus
from hub.stages import Act, Intent, NotUnderstood, Partial, Question, Result, Several, TakePartial, Transcript, Wake
from hub.turn import Stages
from models.wake.choice import WakeChoice
from wire.pcm import SPEECH_WIDTH_BYTES, Pcm, silence

T = TypeVar("T")
VOICE = b"\x01\x10"  # a sample that FakeVoice calls speech


def voice(duration_ms: float) -> Pcm:
    """Audio that FakeVoice calls speech."""
    quiet = silence(duration_ms)
    return Pcm(quiet.rate_hz, quiet.width_bytes, quiet.channels, VOICE * (len(quiet.data) // SPEECH_WIDTH_BYTES))


class FakeVoice:
    """Implements VoiceDetector: a window is speech if most of it is not zero."""

    def process(self, window: bytes) -> float:
        return 1.0 if window.count(0) < len(window) // 2 else 0.0

    def reset(self) -> None:
        """Has no memory."""


class FakeWake:
    """Implements WakeDetector: hears its word in a block that begins with ``marker``."""

    marker = b"\x7f\x7f" * 8

    def __init__(self, room: str = "room") -> None:
        self.room = room
        self.resets = 0
        self.closed = False

    async def process(self, samples: bytes) -> Wake | None:
        return Wake("okay_nabu", 0.9) if samples.startswith(self.marker) else None

    def reset(self) -> None:
        self.resets += 1

    def close(self) -> None:
        self.closed = True


class NoWakes:
    """Nobody chose a wake word."""

    def choice(self, satellite: str) -> WakeChoice:
        del satellite
        return WakeChoice()

    def keep(self, satellite: str, choice: WakeChoice) -> None: ...

    def status(self, satellite: str) -> WakeStatus:
        del satellite
        return WakeStatus("alexa", ("alexa",), 50)

    async def choose(self, satellite: str, *, word: str | None = None, sensitivity: int | None = None) -> None: ...


@dataclass
class FakeTranscriber:
    """Hears ``text`` in whatever is spoken; keeps the milliseconds of speech it was given.

    partial: what it heard so far, told with every block. others: what else it may have been.
    """

    text: str = "turn on the bed light"
    error: EarshotError | None = None
    heard_ms: list[float] = field(default_factory=list)
    hold: asyncio.Event | None = None
    partial: Partial | None = None
    others: tuple[str, ...] = ()

    async def transcribe(
        self, speech: AsyncIterator[Pcm], *, language: str, on_partial: TakePartial | None = None
    ) -> Transcript:
        heard_ms = 0.0
        async for block in speech:
            heard_ms += block.duration_ms
            if self.partial and on_partial:
                on_partial(self.partial)
        self.heard_ms.append(heard_ms)
        if self.hold:
            await self.hold.wait()
        if self.error:
            raise self.error
        return Transcript(self.text, language, "fake", confidence=0.9, others=self.others)


@dataclass
class FakeInterpreter:
    """Understands everything but the empty answer ``None``."""

    understood: Callable[[str], Intent | Several | NotUnderstood] = lambda text: Intent(
        "HassTurnOn", {"name": "Bed Light"}, "default", "en", text
    )

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | Several | NotUnderstood:
        return self.understood(text)


@dataclass
class FakeActor:
    result: Result = field(default_factory=lambda: Result("answered"))
    areas: list[str | None] = field(default_factory=list)

    async def carry_out(self, intent: Intent, *, area: str | None, satellite: str = "", granted: str = "") -> Result:
        self.areas.append(area)
        return self.result


class FakeReplier:
    def reply(self, understood: Intent | NotUnderstood, result: Result | None, *, language: str) -> str:
        return f"reply: {result.kind if result else 'none'}"

    def apology(self, code: str, *, language: str) -> str:
        return f"sorry: {code}"

    def moment(self, language: str) -> str:
        return "moment"


@dataclass
class FakeReasoner:
    """Says ``pieces`` one after another: text, an intent to be carried out (its reply is said), an error, or a wait."""

    pieces: Sequence[str | Intent | EarshotError | Callable[[], Awaitable[object]]] = ()
    questions: list[Question] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    noted: list[tuple[str, str, str]] = field(default_factory=list)
    closed: bool = False

    async def answer(self, question: Question, act: Act) -> AsyncGenerator[str]:
        self.questions.append(question)
        try:
            for piece in self.pieces:
                match piece:
                    case str():
                        yield piece
                    case Intent():
                        yield await act(piece, None)
                    case EarshotError():
                        raise piece
                    case _:
                        await piece()
        finally:
            self.closed = True

    def prepare(self, room: str) -> None:
        self.prepared.append(room)

    def note(self, room: str, said: str, answered: str) -> None:
        self.noted.append((room, said, answered))


@dataclass
class FakeSynthesizer:
    """Speaks 100 ms a word, one block each; ``pace`` is awaited before every block."""

    error: EarshotError | None = None
    pace: Callable[[], asyncio.Future[None]] | None = None

    async def synthesize(self, text: str, *, language: str) -> AsyncIterator[Pcm]:
        if self.error:
            raise self.error
        for _ in text.split():
            if self.pace:
                await self.pace()
            yield voice(100)


def fake_stages(**replaced: object) -> Stages:
    parts: dict[str, object] = {
        "transcriber": FakeTranscriber(),
        "interpreter": FakeInterpreter(),
        "actor": FakeActor(),
        "replier": FakeReplier(),
        "synthesizer": FakeSynthesizer(),
    }
    return Stages(**{**parts, **replaced})  # type: ignore[arg-type]


async def in_this_thread(work: Callable[[], T]) -> T:
    """Implements run_in_worker for tests: calls at once."""
    return work()
