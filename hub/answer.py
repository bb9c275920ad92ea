"""What a Reasoner says, spoken piece by piece: the first is heard while the last is not written yet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from hub.errors import StageFailed, TtsFailed
from hub.problems import problem
from hub.stages import Actor, Intent, Question, Reasoner, Replier, Result, Synthesizer
from hub.trace import EngineTimer, ErrorTrace, Stopwatch, Trace, UnderstoodTrace
from wire.pcm import Pcm

PATIENCE_SECONDS = 3.0  # of silence; then it is said that somebody is thinking


class Answer:
    """One question's. ``trace`` is filled as it goes: understood, actions, reply, error."""

    def __init__(
        self,
        reasoner: Reasoner,
        actor: Actor,
        replier: Replier,
        trace: Trace,
        watch: Stopwatch,
        *,
        note: Callable[[str, Intent, Result], None],
    ) -> None:
        """note: takes the room and every outcome, for what is said next there."""
        self._reasoner, self._actor, self._replier = reasoner, actor, replier
        self._trace, self._watch, self._note = trace, watch, note
        self._acting_ms = 0.0

    async def pieces(self, question: Question) -> AsyncGenerator[str]:
        """Raises StageFailed where nothing could be said; after a piece, an apology is the last."""
        try:
            async with aclosing(self._reasoner.answer(question, self._act)) as answer:
                while (piece := await self._next(answer)) is not None:
                    self._begun()
                    self._said(piece)
                    yield piece
        except StageFailed as error:
            if not self._trace.reply:
                raise
            self._trace.error = ErrorTrace(error.code, error.message)
            apology = self._replier.apology(error.code, language=question.language)
            self._said(apology)
            yield apology

    async def sound(self, question: Question, voice: Synthesizer) -> AsyncGenerator[Pcm]:
        """The pieces, spoken; a word before them where they take long. Raises StageFailed."""
        pieces = self.pieces(question)
        first = asyncio.ensure_future(anext(pieces, None))
        try:
            if not (await asyncio.wait([first], timeout=PATIENCE_SECONDS))[0]:
                async for block in voice.synthesize(
                    self._replier.moment(question.language), language=question.language
                ):
                    yield block
            piece = await first
            while piece is not None:
                async for block in self._voiced(piece, question.language, voice):
                    yield block
                piece = await anext(pieces, None)
        finally:
            first.cancel()
            await asyncio.wait([first])
            await pieces.aclose()

    async def _voiced(self, piece: str, language: str, voice: Synthesizer) -> AsyncGenerator[Pcm]:
        blocks = voice.synthesize(piece, language=language)
        block = await self._first(blocks)
        if block is None:
            raise TtsFailed("tts-empty", "the voice made no sound for this text; check the voice's language")
        yield block
        async for block in blocks:
            yield block

    async def _first(self, blocks: AsyncIterator[Pcm]) -> Pcm | None:
        """Only the first piece's first sound is waited for."""
        if "tts" in self._trace.engines_ms:
            return await anext(blocks, None)
        with EngineTimer(self._trace, "tts"):
            return await anext(blocks, None)

    async def _next(self, answer: AsyncIterator[str]) -> str | None:
        """The time to the first piece is the model's, but for what devices took of it."""
        began = time.monotonic()
        try:
            return await anext(answer, None)
        finally:
            spent_ms = (time.monotonic() - began) * 1000 - self._acting_ms
            self._trace.engines_ms.setdefault("llm", round(spent_ms, 1))

    async def _act(self, intent: Intent, result: Result | None) -> str:
        """The reply is made of what devices showed, and never by the model."""
        self._begun(intent)
        began = time.monotonic()
        if result is None:
            with EngineTimer(self._trace, "house"):
                result = await self._actor.carry_out(intent, area=self._trace.area, satellite=self._trace.satellite)
            self._watch.stamp("acted")
        self._note(self._trace.satellite, intent, result)
        self._acting_ms += (time.monotonic() - began) * 1000
        self._trace.actions += result.actions
        self._trace.error = problem(intent, result) or self._trace.error
        return self._replier.reply(intent, result, language=self._trace.language)

    def _begun(self, intent: Intent | None = None) -> None:
        """The first thing that it does or says is what it understood."""
        self._watch.stamp("understood")
        if self._trace.understood.by != "llm":
            self._trace.understood = UnderstoodTrace("llm")
        if intent and not self._trace.understood.intent:
            self._trace.understood = UnderstoodTrace("llm", intent.name, dict(intent.slots))

    def _said(self, piece: str) -> None:
        self._trace.reply = f"{self._trace.reply} {piece}".strip()
