"""The Transcriber stage: sends an utterance to a Wyoming STT server while it is spoken, and takes the transcript."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Never

import msgspec
from wyoming.asr import Transcribe, TranscriptChunk
from wyoming.asr import Transcript as TranscriptEvent
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event

from hub.engines.answers import refusal
from hub.engines.own import settings_for
from hub.engines.pool import Pool
from hub.errors import SttFailed
from hub.stages import Guess, Partial, TakePartial, Transcript
from hub.stt.speech import KeptSpeech
from wire.connection import Connection, PeerSettings, connect
from wire.data import read
from wire.errors import PeerError, PeerTimeout
from wire.pcm import SPEECH_CHANNELS, SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, Pcm
from wire.tasks import Tasks

_MAX_TEXT = 2000  # characters; no spoken command is longer
_MAX_OTHERS = 4
_MAX_GUESSES = 8
_TRIES = 2

_FORMAT = {"rate": SPEECH_RATE_HZ, "width": SPEECH_WIDTH_BYTES, "channels": SPEECH_CHANNELS}


class _Other(msgspec.Struct):
    text: str
    confidence: float | None = None
    margin: float | None = None


class _Context(msgspec.Struct):
    """What our own engines say beside the text; other servers may send anything here."""

    confidence: float | None = None
    model: str | None = None
    engine: str | None = None
    others: list[_Other] = []
    guesses: list[_Other] = []
    needed: float | None = None


class _Answer(msgspec.Struct):
    text: str
    language: str | None = None
    context: Any = None


class _SoFar(msgspec.Struct):
    complete: bool
    goes_on: bool
    confidence: float


class _Chunk(msgspec.Struct):
    text: str
    context: Any = None


@dataclass(frozen=True, slots=True)
class _Request:
    kept: KeptSpeech
    language: str
    on_partial: TakePartial | None


class WyomingTranscriber:
    """Implements Transcriber over one or several servers (docs/engines.md).

    uris: ours over a Unix socket, or any Wyoming STT. deadline_seconds: from the end of speech to the transcript,
    retry included. on_silent: is told the URI of a server that hangs. An utterance is kept while it is spoken: a server
    that is lost costs one retry on the next one, one that hangs only where there is another.
    """

    def __init__(
        self,
        uris: Sequence[str],
        settings: PeerSettings,
        deadline_seconds: float,
        *,
        on_silent: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._pool = Pool(uris)
        self._on_silent = on_silent
        self._settings = settings
        self._deadline_seconds = deadline_seconds

    async def transcribe(
        self, speech: AsyncIterator[Pcm], *, language: str, on_partial: TakePartial | None = None
    ) -> Transcript:
        """Raises SttFailed: stt-lost, stt-timeout, stt-too-long, stt-refused, or the engine's own code."""
        loop = asyncio.get_running_loop()
        asked: list[str] = []
        try:
            async with asyncio.timeout(None) as deadline, KeptSpeech(speech) as kept:
                kept.when_ended(lambda: deadline.reschedule(loop.time() + self._deadline_seconds))
                return await self._with_retry(_Request(kept, language, on_partial), asked)
        except TimeoutError as late:
            self._pool.failed(asked[-1])
            raise SttFailed(
                "stt-timeout",
                f"no transcript {self._deadline_seconds:g} s after the speech; use a smaller model or a faster box",
            ) from late

    async def _with_retry(self, request: _Request, asked: list[str]) -> Transcript:
        """asked: gets the servers that were tried, in order."""
        while True:
            with self._pool.lease(after=asked) as uri:
                asked.append(uri)
                try:
                    transcript = await self._ask(uri, request)
                except PeerError as error:
                    self._pool.failed(uri)
                    if is_silent := isinstance(error, PeerTimeout):
                        self._on_silent(uri)
                    if len(asked) == _TRIES or (is_silent and not self._pool.has_other(asked)):
                        raise SttFailed("stt-lost", f"{uri}: {error.message}; it is tried again next time") from error
                else:
                    self._pool.worked(uri)
                    return transcript

    async def _ask(self, uri: str, request: _Request) -> Transcript:
        async with await connect(uri, settings_for(uri, self._settings), name=f"stt {uri}") as connection:
            try:
                async with Tasks() as tasks:
                    tasks.start(_upload(connection, request), name=f"stt[{uri}].upload")
                    event = await _answer(connection, request.on_partial)
            finally:
                connection.abort()  # nothing more is to be said: an answered, failed or cancelled request ends at once
        if Error.is_type(event.type):
            _refuse(event)
        return _transcript(event, uri, request.language)


async def _upload(connection: Connection, request: _Request) -> None:
    context = {"partials": True} if request.on_partial else None
    try:
        await connection.send(Transcribe(language=request.language, context=context).event())
        await connection.send(AudioStart(**_FORMAT).event())
        async for block in request.kept.blocks():
            await connection.send(AudioChunk(audio=block.data, **_FORMAT).event())
        await connection.send(AudioStop().event())
    except PeerError:
        return  # the same error ends the waiting for an answer, which tells it


async def _answer(connection: Connection, on_partial: TakePartial | None) -> Event:
    """The first transcript or error, whenever it comes: before the end of speech it ends the upload."""
    while True:
        event = await connection.receive()
        if TranscriptChunk.is_type(event.type) and on_partial:
            _tell(event, on_partial)
        if TranscriptEvent.is_type(event.type) or Error.is_type(event.type):
            return event


def _tell(event: Event, on_partial: TakePartial) -> None:
    chunk = read(event, _Chunk)
    with suppress(msgspec.ValidationError):  # another server's chunk: it does not say how it stands to the sentence
        so_far = msgspec.convert(chunk.context, _SoFar)
        on_partial(Partial(_text(chunk.text), so_far.complete, so_far.goes_on, so_far.confidence))


def _refuse(event: Event) -> Never:
    code, message = refusal(event, otherwise="stt-refused")
    raise SttFailed(code, message)


def _transcript(event: Event, uri: str, language: str) -> Transcript:
    answer = read(event, _Answer)
    try:
        context = msgspec.convert(answer.context or {}, _Context)
    except msgspec.ValidationError:
        context = _Context()
    return Transcript(
        text=_text(answer.text),
        language=(answer.language or language)[:16],
        engine=(context.engine or uri)[:100],
        model=context.model[:100] if context.model else None,
        confidence=None if context.confidence is None else min(max(context.confidence, 0.0), 1.0),
        others=tuple(_text(other.text) for other in context.others[:_MAX_OTHERS]),
        guesses=tuple(Guess(_text(one.text), one.confidence, one.margin) for one in context.guesses[:_MAX_GUESSES]),
        needed=context.needed,
    )


def _text(said: str) -> str:
    return unicodedata.normalize("NFC", " ".join(said.split()))[:_MAX_TEXT]
