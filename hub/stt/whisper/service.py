"""The Wyoming side of whisper.cpp: describe, and one utterance after another on each connection."""

from __future__ import annotations

import asyncio
import contextlib
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from wyoming.asr import Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Info

from hub.engines.program import IDLE_SECONDS
from hub.stt.requests import ANY_LANGUAGE, Refused, Request, check_format, primary
from hub.stt.serving import serve_requests
from hub.stt.whisper.belief import goes_on
from hub.stt.whisper.ear import Ear, Voice
from hub.stt.whisper.hearing import PAUSE_MS, Asked, Hearing
from hub.stt.whisper.house import HouseNames
from hub.stt.whisper.messages import Heard
from hub.stt.whisper.shared import HolderLost, SharedModel
from wire.connection import Connection
from wire.errors import PeerClosed
from wire.tasks import Tasks

ENGINE = "whisper"
_MAX_UTTERANCES = 8  # kept at a time, 1 MB each


class WhisperService:
    """Handler of the engine's server. new_voice: makes a stream of voice detection, from silence."""

    def __init__(
        self,
        model: SharedModel,
        name: str,
        new_voice: Callable[[], Voice],
        house: HouseNames | None = None,
        *,
        pause_ms: float = PAUSE_MS,
    ) -> None:
        self._model, self._name, self._new_voice, self._house = model, name, new_voice, house
        self._pause_ms = pause_ms
        self._places = asyncio.Semaphore(_MAX_UTTERANCES)

    async def __call__(self, peer: Connection) -> None:
        await serve_requests(peer, self._info, self._answer)

    async def _answer(self, peer: Connection, start: Event, request: Request) -> None:
        """From audio-start to the transcript or the error; what audio still comes after an error is ignored."""
        try:
            language = self._language(request.language)
            check_format(start)
            async with self._place():
                heard = await self._hear(peer, language, wants_partials=request.wants_partials)
        except (Refused, HolderLost) as refused:
            await peer.send(Error(text=refused.message, code=refused.code).event())
            return
        context: dict[str, Any] = {"engine": ENGINE, "model": self._name, "confidence": heard.confidence}
        if heard.guess and not heard.text:
            context["guesses"] = [{"text": heard.guess}]
        text = unicodedata.normalize("NFC", heard.text)
        await peer.send(Transcript(text=text, language=heard.language, context=context).event())

    async def _hear(self, peer: Connection, language: str, *, wants_partials: bool) -> Heard:
        partials = _Partials(peer) if wants_partials else None
        names = await self._house.names() if self._house else ()
        asked = Asked(language, names, partials.tell if partials else None)
        ear = Ear(self._new_voice())
        async with Hearing(ear, self._model, asked, pause_ms=self._pause_ms) as hearing, Tasks() as tasks:
            tasks.start(self._warm(), name="whisper.warm")
            while True:
                event = await peer.receive(IDLE_SECONDS)
                if AudioChunk.is_type(event.type):
                    hearing.feed(event.payload or b"")
                elif AudioStop.is_type(event.type):
                    if partials:
                        await partials.end()
                    return await _unless_left(peer, hearing)

    async def _warm(self) -> None:
        with suppress(HolderLost):  # whoever needs it is told
            await self._model.warm()

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._places.locked():
            raise Refused("stt-busy", f"{_MAX_UTTERANCES} people are being heard already; say it again")
        async with self._places:
            yield

    def _language(self, asked: str | None) -> str:
        """Raises Refused (language-unknown)."""
        known = self._model.languages
        language = primary(asked or ANY_LANGUAGE)
        if language == ANY_LANGUAGE:
            return ANY_LANGUAGE if len(known) > 1 else known[0]
        if language not in known:
            raise Refused(
                "language-unknown", f"{self._name} has no {language[:16]!r}; fetch a model without .en in its name"
            )
        return language

    def _info(self) -> Info:
        made_by = Attribution(name="whisper.cpp", url="https://github.com/ggml-org/whisper.cpp")
        languages = self._model.languages
        about = "open speech"
        model = AsrModel(self._name, made_by, installed=True, description=about, version=None, languages=languages)
        program = AsrProgram(ENGINE, made_by, installed=True, description=about, version=None, models=[model])
        return Info(asr=[program])


class _Partials:
    """Of one utterance: docs/engines.md, Partial results."""

    def __init__(self, peer: Connection) -> None:
        self._peer = peer
        self._started = False

    async def tell(self, heard: Heard) -> None:
        with suppress(PeerClosed):
            if not self._started:
                self._started = True
                await self._peer.send(TranscriptStart(language=heard.language).event())
            event = TranscriptChunk(text=unicodedata.normalize("NFC", heard.text)).event()
            is_begun = goes_on(heard.text, heard.language)
            event.data["context"] = {"complete": not is_begun, "goes_on": True, "confidence": heard.confidence}
            await self._peer.send(event)

    async def end(self) -> None:
        if self._started:
            self._started = False
            await self._peer.send(TranscriptStop().event())


async def _unless_left(peer: Connection, hearing: Hearing) -> Heard:
    """What was heard. Raises PeerClosed where the client leaves before: nobody wants it any more."""
    left = asyncio.ensure_future(peer.receive(IDLE_SECONDS))
    finished = asyncio.ensure_future(hearing.finish())
    try:
        await asyncio.wait((left, finished), return_when=asyncio.FIRST_COMPLETED)
        if left.done():
            left.result()
        return await finished
    finally:
        left.cancel()
        finished.cancel()
        await asyncio.wait((left, finished))
