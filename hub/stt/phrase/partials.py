"""Tells who asked for it what was heard so far, while somebody still speaks (docs/engines.md, Partial results)."""

from __future__ import annotations

import unicodedata

from wyoming.asr import TranscriptChunk, TranscriptStart, TranscriptStop

from hub.stt.phrase.recogniser import Heard
from hub.stt.requests import RATE_HZ, WIDTH_BYTES
from wire.connection import Connection

_EVERY_BYTES = RATE_HZ * WIDTH_BYTES * 8 // 100  # 80 ms: so often the network says something new


class Partials:
    """Of one utterance."""

    def __init__(self, peer: Connection, language: str) -> None:
        self._peer, self._language = peer, language
        self._new_bytes = 0
        self._started = False
        self._told = Heard("", 0.0)

    def is_due(self, audio: bytes) -> bool:
        """More was heard, ``audio``: whether it is worth a look."""
        self._new_bytes += len(audio)
        if self._new_bytes < _EVERY_BYTES:
            return False
        self._new_bytes = 0
        return True

    async def tell(self, heard: Heard) -> None:
        """Only what is new; an empty text takes back what was told before."""
        if (heard.text, heard.complete, heard.goes_on) == (self._told.text, self._told.complete, self._told.goes_on):
            return
        self._told = heard
        if not self._started:
            self._started = True
            await self._peer.send(TranscriptStart(language=self._language).event())
        event = TranscriptChunk(text=unicodedata.normalize("NFC", heard.text)).event()
        about = {"complete": heard.complete, "goes_on": heard.goes_on, "confidence": heard.confidence}
        event.data["context"] = about
        await self._peer.send(event)

    async def end(self) -> None:
        if self._started:
            await self._peer.send(TranscriptStop().event())
