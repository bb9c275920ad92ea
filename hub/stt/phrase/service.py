"""The Wyoming side of the embedded recogniser: describe, and one utterance after another on each connection."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import Any

import msgspec
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Info

from hub.engines.program import IDLE_SECONDS
from hub.stt.phrase.grammar import GrammarBroken
from hub.stt.phrase.house import HouseRecogniser
from hub.stt.phrase.partials import Partials
from hub.stt.phrase.recogniser import Heard, Recogniser, TooLong
from hub.stt.requests import ANY_LANGUAGE, QUEUE_SECONDS, Refused, Request, check_format, primary, too_long
from hub.stt.serving import serve_requests
from models.errors import ModelInvalid
from wire.connection import Connection

ENGINE = "phrase"
MODEL = "earshot phones"
VERSION = "2"

_MAX_UTTERANCES = 4  # decoded at a time: rooms in which somebody speaks at once


class PhraseService:
    """Handler of the engine's server."""

    def __init__(self, house: HouseRecogniser) -> None:
        self._house = house
        self._places = asyncio.Semaphore(_MAX_UTTERANCES)

    async def __call__(self, peer: Connection) -> None:
        await serve_requests(peer, self._info, self._answer)

    async def _answer(self, peer: Connection, start: Event, request: Request) -> None:
        """From audio-start to the transcript or the error; what audio still comes after an error is ignored."""
        try:
            recogniser = self._recogniser(request.language or None)
            check_format(start)
            await self._take_place()
            try:
                partials = Partials(peer, recogniser.grammar.language) if request.wants_partials else None
                heard = await self._hear(peer, recogniser, partials)
            finally:
                self._places.release()
        except (Refused, GrammarBroken, ModelInvalid) as refused:
            await peer.send(Error(text=refused.message, code=refused.code).event())
            return
        context: dict[str, Any] = {"engine": ENGINE, "model": MODEL, "confidence": heard.confidence}
        if heard.others:
            context["others"] = [msgspec.to_builtins(other) for other in heard.others]
        if heard.guesses:
            context["guesses"] = [msgspec.to_builtins(guess) for guess in heard.guesses]
            context["needed"] = heard.needed
        text = unicodedata.normalize("NFC", heard.text)
        await peer.send(Transcript(text=text, language=recogniser.grammar.language, context=context).event())

    async def _hear(self, peer: Connection, recogniser: Recogniser, partials: Partials | None) -> Heard:
        utterance = await self._house.in_worker(recogniser.listen)
        try:
            while True:
                event = await peer.receive(IDLE_SECONDS)
                if AudioChunk.is_type(event.type):
                    audio = event.payload or b""
                    await self._house.in_worker(utterance.feed, audio)
                    if partials and partials.is_due(audio):
                        await partials.tell(await self._house.in_worker(utterance.so_far))
                elif AudioStop.is_type(event.type):
                    if partials:
                        await partials.end()
                    return await self._house.in_worker(utterance.finish)
        except TooLong as long:
            raise too_long() from long

    async def _take_place(self) -> None:
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                await self._places.acquire()
        except TimeoutError as late:
            raise Refused("stt-busy", f"{_MAX_UTTERANCES} people are being heard already; say it again") from late

    def _recogniser(self, language: str | None) -> Recogniser:
        recogniser = self._house.current
        if recogniser is None:
            raise self._house.problem
        known = recogniser.grammar.language
        if language is not None and primary(language) not in {known, ANY_LANGUAGE}:
            raise Refused("language-unknown", f"no {language[:16]!r} here, only {known}; use a Wyoming STT that has it")
        return recogniser

    def _info(self) -> Info:
        recogniser = self._house.current
        languages = [recogniser.grammar.language] if recogniser else []
        made_by = Attribution(name="Earshot", url="https://pypi.org/project/earshot/")
        about = "sentences of this house only"
        model = AsrModel(MODEL, made_by, installed=True, description=about, version=VERSION, languages=languages)
        program = AsrProgram(ENGINE, made_by, installed=True, description=about, version=VERSION, models=[model])
        return Info(asr=[program])
