"""A turn that was, once more: as it would go now, or by another transcriber; nothing is done unless that is asked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

from hub.arbiter import Arbiter
from hub.asking import Asker
from hub.dialogue import Dialogue
from hub.evidence import TurnEvidence
from hub.session import SessionParts
from hub.stages import Act, Granted, Intent, Question, Reasoner, Result, Transcriber
from hub.trace import Trace
from hub.turn import Stages
from hub.witness import Witness
from wire.pcm import Pcm, silence

_NAME = "again"  # of the room that nothing is played in
_SOUND_MS = 20


class Rerun:
    """parts: of the hub's sessions."""

    def __init__(self, parts: SessionParts) -> None:
        self._parts = parts

    async def acting(self, turn: Trace, pcm: Pcm | None) -> tuple[Trace, TurnEvidence | None]:
        """A new turn of the same room, recorded as any other. pcm: its sound; None: its words count."""
        return await self._asked(Asker(self._parts), turn, pcm, turn.satellite), None

    async def dry(self, turn: Trace, pcm: Pcm | None, hearer: Transcriber | None) -> tuple[Trace, TurnEvidence | None]:
        """How it would go now: understood, but nothing is done, said, noted or kept. hearer: instead of the usual."""
        made: list[Witness] = []

        def witness(trace: Trace) -> Witness:
            made.append(Witness(trace))
            return made[-1]

        parts = replace(
            self._parts,
            stages=_dry(self._parts.stages, hearer),
            arbiter=Arbiter(),
            on_trace=_nowhere,
            on_scores=lambda _room, _words, _heard: None,
            keep_speech=None,
            new_witness=witness,
        )
        trace = await self._asked(Asker(parts), turn, pcm, _NAME)
        return trace, made[-1].evidence() if made else None

    async def _asked(self, asker: Asker, turn: Trace, pcm: Pcm | None, satellite: str) -> Trace:
        area, language = turn.area, turn.language
        if pcm is None:
            text = turn.transcript
            trace, _ = await asker.text(text, satellite=satellite, area=area, language=language, reply_audio=False)
        else:
            trace, _ = await asker.audio(pcm, satellite=satellite, area=area, language=language, wake=False)
        return trace


def _dry(stages: Stages, hearer: Transcriber | None) -> Stages:
    return replace(
        stages,
        transcriber=hearer or stages.transcriber,
        actor=_Idle(),
        synthesizer=_Mute(),
        reasoner=_DryReasoner(stages.reasoner) if stages.reasoner else None,
        dialogue=Dialogue(),
    )


async def _nowhere(_: Trace) -> None:
    """Nobody is told of a turn that does not count."""


class _Idle:
    """An Actor that does nothing."""

    async def carry_out(
        self,
        intent: Intent,  # noqa: ARG002 Actor's signature
        *,
        area: str | None,  # noqa: ARG002
        satellite: str = "",  # noqa: ARG002
        granted: Granted = "",  # noqa: ARG002
    ) -> Result:
        return Result("answered")


class _Mute:
    """A Synthesizer whose voice is a moment of silence."""

    async def synthesize(self, text: str, *, language: str) -> AsyncIterator[Pcm]:  # noqa: ARG002 Synthesizer's
        yield silence(_SOUND_MS)


class _DryReasoner:
    """The model is asked, and remembers nothing of it."""

    def __init__(self, inner: Reasoner) -> None:
        self._inner = inner

    def answer(self, question: Question, act: Act) -> AsyncGenerator[str]:
        return self._inner.answer(question, act)

    def prepare(self, room: str) -> None:
        """Not before somebody asks."""

    def note(self, room: str, said: str, answered: str) -> None:
        """It never happened."""
