"""The Synthesizer stage: gives a text to a Wyoming TTS server and passes its audio on as it comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from copy import copy
from typing import Annotated, Never

import msgspec
from wyoming.audio import AudioChunk, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.tts import Synthesize, SynthesizeVoice

from hub.engines.answers import refusal
from hub.engines.own import settings_for
from hub.engines.pool import Pool
from hub.errors import TtsFailed
from wire.connection import Connection, PeerSettings, connect
from wire.data import read
from wire.errors import AudioInvalid, FrameMalformed, PeerError, PeerTimeout
from wire.pcm import Pcm

_TRIES = 2


class _Format(msgspec.Struct):
    rate: Annotated[int, msgspec.Meta(ge=1)]
    width: Annotated[int, msgspec.Meta(ge=1)]
    channels: Annotated[int, msgspec.Meta(ge=1)]


class WyomingSynthesizer:
    """Implements Synthesizer over one or several servers (docs/engines.md).

    uris: ours over a Unix socket, or any Wyoming TTS. deadline_seconds: to the first block, and from block to block.
    voice: one of the server's; None lets it choose by language. stands_in: servers after the first are asked by
    language, they have other voices. on_silent: is told the URI of a server that hangs. A server that is lost before
    the first block costs one retry on the next one; one that hangs only where there is another.
    """

    def __init__(
        self,
        uris: Sequence[str],
        settings: PeerSettings,
        deadline_seconds: float,
        *,
        voice: str | None = None,
        stands_in: bool = False,
        on_silent: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._on_silent = on_silent
        self._uris, self._stands_in = uris, stands_in
        self._pool = Pool(uris, in_order=stands_in)
        self._settings = settings
        self._deadline_seconds = deadline_seconds
        self._voice = voice

    def speaking_as(self, voice: str) -> WyomingSynthesizer:
        """The same servers, and another of their voices."""
        other = copy(self)
        other._voice = voice  # noqa: SLF001 its own
        return other

    async def synthesize(self, text: str, *, language: str) -> AsyncIterator[Pcm]:
        """Raises TtsFailed: tts-lost, tts-timeout, tts-refused, or the engine's own code."""
        asked: list[str] = []
        while True:
            with self._pool.lease(after=asked) as uri:
                request = Synthesize(text=text, voice=self._chosen(uri, language)).event()
                asked.append(uri)
                spoken = False
                try:
                    async with aclosing(self._speak(uri, request)) as blocks:
                        async for block in blocks:
                            spoken = True
                            yield block
                except PeerError as error:
                    self._pool.failed(uri)
                    if is_silent := isinstance(error, PeerTimeout):
                        self._on_silent(uri)
                    if spoken or len(asked) == _TRIES or (is_silent and not self._pool.has_other(asked)):
                        raise _lost(uri, error) from error
                else:
                    self._pool.worked(uri)
                    return

    def _chosen(self, uri: str, language: str) -> SynthesizeVoice:
        """Who stands in for the first server has other voices."""
        is_first = uri == self._uris[0] or not self._stands_in
        return SynthesizeVoice(name=self._voice) if self._voice and is_first else SynthesizeVoice(language=language)

    async def _speak(self, uri: str, request: Event) -> AsyncGenerator[Pcm]:
        async with await connect(uri, settings_for(uri, self._settings), name=f"tts {uri}") as connection:
            try:
                await connection.send(request)
                async for block in _blocks(connection, self._deadline_seconds):
                    yield block
            finally:
                connection.abort()  # a reply that nobody wants any more ends at once


async def _blocks(connection: Connection, deadline_seconds: float) -> AsyncIterator[Pcm]:
    while True:
        event = await connection.receive(deadline_seconds)
        if AudioStop.is_type(event.type):
            return
        if Error.is_type(event.type):
            _refuse(event)
        if AudioChunk.is_type(event.type) and event.payload:
            yield _pcm(event)


def _pcm(event: Event) -> Pcm:
    form = read(event, _Format)
    try:
        return Pcm(form.rate, form.width, form.channels, event.payload or b"")
    except AudioInvalid as error:
        raise FrameMalformed("frame-malformed", f"audio from the engine: {error.message}") from error


def _refuse(event: Event) -> Never:
    code, message = refusal(event, otherwise="tts-refused")
    raise TtsFailed(code, message)


def _lost(uri: str, error: PeerError) -> TtsFailed:
    if isinstance(error, PeerTimeout):
        return TtsFailed("tts-timeout", f"{uri}: {error.message}; use a lighter voice or a faster box")
    return TtsFailed("tts-lost", f"{uri}: {error.message}; it is tried again next time")
