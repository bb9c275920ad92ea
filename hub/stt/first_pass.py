"""The Transcriber that knows this house first, and another one for what it does not know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from hub.errors import SttFailed
from hub.stages import Partial, TakePartial, Transcriber, Transcript
from hub.stt.speech import KeptSpeech
from wire.pcm import Pcm
from wire.tasks import Tasks


class FirstPass:
    """Implements Transcriber: what ``first`` hears is the answer at once; where it hears nothing or fails, ``other``'s.

    Both get the speech while it is spoken. ``other`` is told that it ended only when it is needed: most servers begin
    their work then, and cannot be stopped.
    """

    def __init__(self, first: Transcriber, other: Transcriber) -> None:
        self._first, self._other = first, other

    async def transcribe(
        self, speech: AsyncIterator[Pcm], *, language: str, on_partial: TakePartial | None = None
    ) -> Transcript:
        """Raises SttFailed: of ``other``, where ``first`` heard nothing."""
        is_needed = asyncio.Event()
        async with KeptSpeech(speech) as kept, Tasks() as tasks:
            told = _Partials(on_partial) if on_partial else None
            other = self._ask_other(_held_open(kept, is_needed), language, told.of_other if told else None)
            asking = tasks.start(other, name="stt.other")
            heard = await self._ask_first(kept, language, told.of_first if told else None)
            if isinstance(heard, Transcript) and heard.text:
                return heard
            is_needed.set()
            answer: Transcript | SttFailed = await asking
        if isinstance(answer, SttFailed):
            raise answer
        return replace(answer, before=heard)

    async def _ask_first(self, kept: KeptSpeech, language: str, on_partial: TakePartial | None) -> Transcript | str:
        """The code of its error: it does not know the language, say, or is being started again."""
        try:
            return await self._first.transcribe(kept.blocks(), language=language, on_partial=on_partial)
        except SttFailed as failed:
            return failed.code

    async def _ask_other(
        self, speech: AsyncIterator[Pcm], language: str, on_partial: TakePartial | None
    ) -> Transcript | SttFailed:
        try:
            return await self._other.transcribe(speech, language=language, on_partial=on_partial)
        except SttFailed as failed:
            return failed


class _Partials:
    """What is heard meanwhile: what the first one makes of it; where it makes nothing, what the other one does."""

    def __init__(self, tell: TakePartial) -> None:
        self._tell = tell
        self._first_knows = False

    def of_first(self, partial: Partial) -> None:
        self._first_knows = bool(partial.text)
        self._tell(partial)

    def of_other(self, partial: Partial) -> None:
        if not self._first_knows:
            self._tell(partial)


async def _held_open(kept: KeptSpeech, is_needed: asyncio.Event) -> AsyncIterator[Pcm]:
    """Its end waits until somebody needs to know it."""
    async for block in kept.blocks():
        yield block
    await is_needed.wait()
