"""The stages of a turn with somebody beside them: each passes on what it is asked, and says what came of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Literal, Protocol

from hub.errors import SttFailed
from hub.stages import (
    Act,
    Actor,
    Exchange,
    Granted,
    Intent,
    Interpreter,
    NotUnderstood,
    Partial,
    Question,
    Reasoner,
    Result,
    Several,
    Synthesizer,
    TakePartial,
    Transcriber,
    Transcript,
)
from hub.turn import Stages
from wire.pcm import Pcm

StageNow = Literal["listening", "hearing", "transcribing", "understanding", "thinking", "acting", "answering", "done"]


class Beside(Protocol):
    """Who is told; see hub.witness.Witness. Its methods are quick and never raise."""

    def reached(self, stage: StageNow) -> None: ...

    def partial(self, partial: Partial) -> None: ...

    def heard(self, transcript: Transcript) -> None: ...

    def not_heard(self, error: SttFailed) -> None: ...

    def read(self, text: str, understood: Intent | Several | NotUnderstood) -> None: ...

    def asked_model(self, exchange: Exchange) -> None: ...


def witnessed(stages: Stages, beside: Beside) -> Stages:
    return replace(
        stages,
        transcriber=_Transcriber(stages.transcriber, beside),
        interpreter=_Interpreter(stages.interpreter, beside),
        actor=_Actor(stages.actor, beside),
        synthesizer=_Synthesizer(stages.synthesizer, beside),
        reasoner=_Reasoner(stages.reasoner, beside) if stages.reasoner else None,
    )


class _Transcriber:
    def __init__(self, inner: Transcriber, beside: Beside) -> None:
        self._inner, self._beside = inner, beside

    async def transcribe(
        self, speech: AsyncIterator[Pcm], *, language: str, on_partial: TakePartial | None = None
    ) -> Transcript:
        def take(partial: Partial) -> None:
            self._beside.partial(partial)
            if on_partial:
                on_partial(partial)

        try:
            transcript = await self._inner.transcribe(self._until_spoken(speech), language=language, on_partial=take)
        except SttFailed as failed:
            self._beside.not_heard(failed)
            raise
        self._beside.heard(transcript)
        return transcript

    async def _until_spoken(self, speech: AsyncIterator[Pcm]) -> AsyncIterator[Pcm]:
        self._beside.reached("hearing")
        async for block in speech:
            yield block
        self._beside.reached("transcribing")


class _Interpreter:
    def __init__(self, inner: Interpreter, beside: Beside) -> None:
        self._inner, self._beside = inner, beside

    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | Several | NotUnderstood:
        self._beside.reached("understanding")
        understood = await self._inner.interpret(text, language=language, area=area)
        self._beside.read(text, understood)
        return understood


class _Actor:
    def __init__(self, inner: Actor, beside: Beside) -> None:
        self._inner, self._beside = inner, beside

    async def carry_out(
        self, intent: Intent, *, area: str | None, satellite: str = "", granted: Granted = ""
    ) -> Result:
        self._beside.reached("acting")
        return await self._inner.carry_out(intent, area=area, satellite=satellite, granted=granted)


class _Synthesizer:
    def __init__(self, inner: Synthesizer, beside: Beside) -> None:
        self._inner, self._beside = inner, beside

    def synthesize(self, text: str, *, language: str) -> AsyncIterator[Pcm]:
        self._beside.reached("answering")
        return self._inner.synthesize(text, language=language)


class _Reasoner:
    def __init__(self, inner: Reasoner, beside: Beside) -> None:
        self._inner, self._beside = inner, beside

    def answer(self, question: Question, act: Act) -> AsyncGenerator[str]:
        self._beside.reached("thinking")
        return self._inner.answer(replace(question, told=self._beside.asked_model), act)

    def prepare(self, room: str) -> None:
        self._inner.prepare(room)

    def note(self, room: str, said: str, answered: str) -> None:
        self._inner.note(room, said, answered)
