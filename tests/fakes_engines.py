"""Wyoming engines that behave, in this process, and recordings for the real ones: what engine tests share."""

from __future__ import annotations

import asyncio
import contextlib
import json
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize

from hub.engines.child import Child, EngineProgram, run_child
from hub.engines.probe import describe
from hub.engines.supervisor import EngineProcess, Patience
from wire.connection import Connection, PeerSettings
from wire.errors import PeerClosed
from wire.pcm import Pcm, speech, to_speech
from wire.server import serve

SHARED = Path(__file__).resolve().parents[2] / "shared"
RECORDINGS = SHARED / "audio" / "commands" / "en"

SETTINGS = PeerSettings()

GRAMMAR = {
    "version": 1,
    "language": "en",
    "jsgf": (
        "#JSGF V1.0;\ngrammar house;\n"
        "<lamp> = living room lamp | bed light | t v;\n"
        "<door> = front door;\n"
        "public <command> = turn ( on | off ) [ the ] <lamp> | ( lock | unlock ) [ the ] <door> | what time is it;\n"
    ),
    "names": {
        "living room lamp": "Living Room Lamp",
        "bed light": "Bed Light",
        "t v": "TV",
        "front door": "Front Door",
    },
}
"""Of a small house, for tests that need no exact one."""


def write_grammar(path: Path, grammar: dict[str, Any] | None = None) -> Path:
    path.write_text(json.dumps(grammar or GRAMMAR))
    return path


def recording(name: str) -> Pcm:
    """A recording of commands/en as the engines take it."""
    with wave.open(str(RECORDINGS / f"{name}.wav")) as file:
        pcm = Pcm(file.getframerate(), file.getsampwidth(), file.getnchannels(), file.readframes(file.getnframes()))
    return to_speech(pcm)


async def blocks_of(pcm: Pcm, size_bytes: int = 2048) -> AsyncIterator[Pcm]:
    for start in range(0, len(pcm.data), size_bytes):
        yield speech(pcm.data[start : start + size_bytes])


async def then_wait(pcm: Pcm, released: asyncio.Event) -> AsyncIterator[Pcm]:
    """Speech whose speaker pauses until ``released``."""
    async for block in blocks_of(pcm):
        yield block
    await released.wait()


Trouble = Callable[[Connection], Awaitable[None]]


async def stall(_: Connection) -> None:
    """The engine hangs."""
    await asyncio.Event().wait()


async def die(peer: Connection) -> None:
    """The engine goes away in the middle of work; what it sent before is on its way."""
    await peer.drain()
    peer.abort()


async def garbage(peer: Connection) -> None:
    """What comes is no Wyoming frame, or not the one that belongs there."""
    await peer.send(Event("audio-chunk", {"rate": "many"}, b"\x00"))
    await peer.send(Event("transcript", {"text": ["not", "a", "text"]}))


def refuse(code: str, text: str = "no") -> Trouble:
    async def trouble(peer: Connection) -> None:
        await peer.send(Error(text=text, code=code).event())

    return trouble


@dataclass
class FakeStt:
    """A Wyoming STT. ``troubles``: one a request, first in, first used; then it hears ``text`` again.

    early: the transcript comes after the first chunk. heard_bytes: audio of each finished request. chunks: what it says
    at the first audio to who asked for partial results.
    """

    text: str = "turn on the bed light"
    context: dict[str, Any] | None = None
    early: bool = False
    troubles: list[Trouble] = field(default_factory=list)
    heard_bytes: list[int] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)
    chunks: list[Event] = field(default_factory=list)
    requests: int = 0

    async def __call__(self, peer: Connection) -> None:
        heard_bytes = 0
        chunks: list[Event] = []
        with contextlib.suppress(PeerClosed):
            while True:
                event = await peer.receive()
                if Describe.is_type(event.type):
                    await peer.send(Info().event())
                elif Transcribe.is_type(event.type):
                    self.requests += 1
                    self.languages.append(Transcribe.from_event(event).language)
                    chunks = list(self.chunks) if (event.data.get("context") or {}).get("partials") else []
                elif AudioChunk.is_type(event.type):
                    heard_bytes += len(event.payload or b"")
                    while chunks:
                        await peer.send(chunks.pop(0))
                    if self.troubles:
                        await self.troubles.pop(0)(peer)
                    elif self.early:
                        await peer.send(Transcript(text=self.text).event())
                elif AudioStop.is_type(event.type):
                    self.heard_bytes.append(heard_bytes)
                    await peer.send(Transcript(text=self.text, context=self.context).event())


@dataclass
class FakeTts:
    """A Wyoming TTS: ``blocks`` of 100 ms each. troubles: as in FakeStt, in the place of block ``trouble_after``."""

    blocks: int = 5
    trouble_after: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    voices: list[Any] = field(default_factory=list)
    left_early: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, peer: Connection) -> None:
        with contextlib.suppress(PeerClosed):
            while True:
                event = await peer.receive()
                if Synthesize.is_type(event.type):
                    await self._speak(peer, event)

    async def _speak(self, peer: Connection, event: Event) -> None:
        self.texts.append(event.data["text"])
        self.voices.append(event.data.get("voice"))
        form = {"rate": 22_050, "width": 2, "channels": 1}
        trouble = self.troubles.pop(0) if self.troubles else None
        try:
            await peer.send(AudioStart(**form).event())
            for index in range(self.blocks):
                if trouble and index == self.trouble_after:
                    await trouble(peer)
                await peer.send(AudioChunk(audio=b"\x10\x20" * 2205, **form).event())
            await peer.send(AudioStop().event())
        except PeerClosed:
            self.left_early.set()
            raise


@contextlib.asynccontextmanager
async def listening(
    handler: Callable[[Connection], Awaitable[None]], uri: str = "tcp://127.0.0.1:0"
) -> AsyncIterator[str]:
    """A fake engine on a real socket; gives its URI."""
    async with serve(uri, handler, SETTINGS) as bound:
        yield bound


@contextlib.asynccontextmanager
async def engine(
    name: str, module: str, folder: Path, *arguments: str, patience: Patience | None = None
) -> AsyncIterator[tuple[EngineProcess, str]]:
    """A real engine process, ready; gives its supervisor and its URI."""
    program = EngineProgram(name, module, f"unix://{folder}/{name}.sock", arguments)
    process = EngineProcess(
        name,
        spawn=lambda: run_child(program),
        probe=lambda: describe(program.uri, SETTINGS),
        patience=patience or Patience(pause_min_seconds=0.05),
    )
    async with process:
        await process.ready(30)
        yield process, program.uri


@dataclass
class FakeChild:
    """A process that lives until ``end`` is called, or until its context is left."""

    pid: int = 0
    ended: bool = False
    status: int | None = None
    last_line: str = ""
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, status: int) -> None:
        self.status = status
        self._over.set()

    def kill(self) -> None:
        self.end(-9)

    async def wait(self) -> int:
        await self._over.wait()
        assert self.status is not None
        return self.status

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncIterator[Child]:
        try:
            yield self
        finally:
            self.ended = True
