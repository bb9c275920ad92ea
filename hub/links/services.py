"""Our speech services for other programs: STT, TTS, wake and handle, each a Wyoming server on a port of its own.

Never beside a satellite on one port: Home Assistant loads none of the services of such a port (its data.py).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Info
from wyoming.wake import Detection, NotDetected

from hub.errors import StageFailed
from hub.links.said import pcm_of
from hub.stages import Synthesizer, Transcriber, WakeDetector
from hub.trace import Trace
from wire.connection import Connection
from wire.data import read
from wire.errors import AudioInvalid, EarshotError, FrameMalformed, PeerError
from wire.pcm import Converter, Pcm

_log = logging.getLogger(__name__)

CHUNK_BYTES = 2048

Language = Annotated[str, msgspec.Meta(max_length=35)]  # the longest tag that RFC 5646 asks for
Words = Annotated[str, msgspec.Meta(max_length=2000)]  # as much as the control socket takes


class _Transcribe(msgspec.Struct):
    language: Language | None = None


class _Voice(msgspec.Struct):
    language: Language | None = None


class _Synthesize(msgspec.Struct):
    text: str  # the voice says how much it takes
    voice: _Voice | None = None


class _Detect(msgspec.Struct):
    names: list[str] | None = None


class _Sentence(msgspec.Struct):
    text: Words
    language: Language | None = None
    context: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Implements one port. ``info`` answers describe; ``answer`` serves one request that began with ``event``."""

    info: Info
    answer: Callable[[Connection, Event], Awaitable[None]]

    async def serve(self, connection: Connection) -> None:
        """Serve requests until the peer goes (PeerError). A failed request is told and only that request is lost."""
        while True:
            event = await connection.receive()
            if event.type == "describe":
                await connection.send(self.info.event())
                continue
            try:
                await self.answer(connection, event)
            except (StageFailed, AudioInvalid, FrameMalformed) as error:
                await connection.send(Error(text=error.message, code=error.code).event())
            except PeerError:
                raise
            except Exception:  # noqa: BLE001 session boundary: a bug ends this request with a traceback, no other
                _log.exception("%s: a request of type %.40r ended by a bug", connection.name, event.type)
                bug = Error(text="a bug of the hub ended this request; its log says more", code="internal-error")
                await connection.send(bug.event())


class SttService:
    """transcribe, audio-start, audio-chunk*, audio-stop → transcript."""

    def __init__(self, transcriber: Transcriber, default_language: str) -> None:
        self._transcriber, self._default_language = transcriber, default_language

    async def answer(self, connection: Connection, event: Event) -> None:
        if event.type not in {"transcribe", "audio-start"}:
            return
        language = read(event, _Transcribe).language if event.type == "transcribe" else None
        speech = audio_of(connection)
        transcript = await self._transcriber.transcribe(speech, language=language or self._default_language)
        await connection.send(Transcript(text=transcript.text, language=transcript.language).event())


class TtsService:
    """synthesize → audio-start, audio-chunk*, audio-stop."""

    def __init__(self, synthesizer: Synthesizer, default_language: str) -> None:
        self._synthesizer, self._default_language = synthesizer, default_language

    async def answer(self, connection: Connection, event: Event) -> None:
        if event.type != "synthesize":
            return
        request = read(event, _Synthesize)
        language = request.voice.language if request.voice and request.voice.language else self._default_language
        started = False
        async for block in self._synthesizer.synthesize(request.text, language=language):
            if not started:
                started = True
                await connection.send(AudioStart(block.rate_hz, block.width_bytes, block.channels).event())
            for data in _pieces(block):
                await connection.send(AudioChunk(block.rate_hz, block.width_bytes, block.channels, data).event())
        await connection.send(AudioStop().event())


class WakeService:
    """detect, audio-start, audio-chunk*, audio-stop → detection (at the chunk that had it) or not-detected."""

    def __init__(self, new_detector: Callable[[str], WakeDetector]) -> None:
        self._new_detector = new_detector

    async def answer(self, connection: Connection, event: Event) -> None:
        if event.type not in {"detect", "audio-start"}:
            return
        names = read(event, _Detect).names if event.type == "detect" else None
        heard_ms = 0.0
        detected = False
        with closing(self._new_detector("wake service")) as detector:
            async for block in audio_of(connection):
                wake = await detector.process(block.data)
                heard_ms += block.duration_ms
                if wake and (not names or wake.word in names):
                    detected = True
                    await connection.send(Detection(name=wake.word, timestamp=round(heard_ms)).event())
        if not detected:
            await connection.send(NotDetected().event())


class HandleService:
    """transcript → handled or not-handled, with our own understanding, action and proof."""

    def __init__(self, ask: Callable[[str, str | None], Awaitable[Trace]]) -> None:
        self._ask = ask

    async def answer(self, connection: Connection, event: Event) -> None:
        if event.type != "transcript":
            return
        request = read(event, _Sentence)
        try:
            trace = await self._ask(request.text, request.language)
        except EarshotError as error:
            await connection.send(Error(text=error.message, code=error.code).event())
            return
        answer = NotHandled if trace.understood.by == "none" else Handled
        await connection.send(answer(text=trace.reply, context=request.context).event())


async def audio_of(connection: Connection) -> AsyncIterator[Pcm]:
    """The audio that follows, as 16 kHz mono, until audio-stop. Raises AudioInvalid, PeerError."""
    converter = Converter()
    while True:
        event = await connection.receive()
        if event.type == "audio-chunk":
            yield converter.convert(pcm_of(event))
        elif event.type == "audio-stop":
            yield converter.finish()
            return


def _pieces(block: Pcm) -> list[bytes]:
    step = CHUNK_BYTES // block.frame_bytes * block.frame_bytes
    return [block.data[at : at + step] for at in range(0, len(block.data), step)]
