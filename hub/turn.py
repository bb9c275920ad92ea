"""One turn: an utterance through the stages, one after another, until the answer has been spoken.

Knows only the stages, the trace and the errors. Cancelling a turn (barge-in) is safe at every await.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol

from hub.ahead import ahead
from hub.answer import Answer
from hub.dialogue import Dialogue
from hub.doing import Doing
from hub.errors import LlmFailed, StageFailed, TtsFailed
from hub.stages import (
    Actor,
    Interpreter,
    NotUnderstood,
    Partial,
    Question,
    Reasoner,
    Replier,
    Synthesizer,
    Transcriber,
    Transcript,
)
from hub.trace import EngineTimer, ErrorTrace, Stopwatch, SttTrace, Trace
from wire.pcm import Pcm
from wire.wake_words import LAG_MS, command_after

_log = logging.getLogger(__name__)

BLOCKS_AHEAD = 300  # of sound that is made before it is played: half a minute


@dataclass(frozen=True, slots=True)
class Stages:
    """What a turn goes through, wired once in the composition root."""

    transcriber: Transcriber
    interpreter: Interpreter
    actor: Actor
    replier: Replier
    synthesizer: Synthesizer
    reasoner: Reasoner | None = None
    dialogue: Dialogue = field(default_factory=Dialogue)


class Ended(Protocol):
    """How an utterance ended; see hub.vad.endpoint.SpeechEnded."""

    @property
    def reason(self) -> str: ...


class Spoken(Protocol):
    """One utterance while it is spoken; see hub.vad.utterance.Utterance."""

    @property
    def ended(self) -> Ended | None: ...

    @property
    def endpoint_ms(self) -> float: ...

    async def wait_started(self) -> bool: ...

    def speech(self) -> AsyncIterator[Pcm]: ...

    def heard_so_far(self, partial: Partial) -> None: ...


class Room(Protocol):
    """The satellite's side of a turn. wants_sound: False where the answer is only read."""

    @property
    def wants_sound(self) -> bool: ...

    async def heard(self, text: str) -> None:
        """The transcript: the satellite stops streaming."""

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
        """Play ``blocks``; returns when the room has heard them."""

    def written(self, text: str) -> None:
        """A piece of an answer that is only read (``wants_sound`` is False), as soon as it is there."""

    async def failed(self, code: str, message: str) -> None:
        """The turn ends without an answer; the satellite stops streaming."""


class Turn:
    """Runs one utterance; ``trace`` is filled as far as the turn came, whatever happens."""

    def __init__(self, stages: Stages, room: Room, trace: Trace, *, hears: str | None = None) -> None:
        """hears: language of what will be spoken, ``auto`` for any; None: the trace's."""
        self._stages, self._room, self._trace = stages, room, trace
        self._hears = hears or trace.language
        self._watch = Stopwatch(trace, 0.0)
        self.asks_back = False  # the answer was a question
        self.secret = False  # a PIN was said

    async def spoken(self, utterance: Spoken) -> None:
        """Hear, understand, act, answer. StageFailed becomes a spoken apology; silence ends the turn quietly."""
        try:
            if not await utterance.wait_started():
                await self._fail("no-speech", "nobody spoke after the wake word; say it again")
                self._trace.timings_ms.clear()  # they count from the end of speech, and there was none
                return
            transcript = await self._hear(utterance)
            if utterance.ended and utterance.ended.reason == "too-long":
                await self._apologise("speech-too-long", "speech did not end; say one sentence and pause")
            elif transcript.text:
                await self._room.heard(transcript.text)
                await self._answer(transcript.text, transcript.others)
            else:
                await self._apologise("speech-not-recognised", "the words were not understood; say it again")
        except StageFailed as error:
            await self._apologise(error.code, error.message)

    async def typed(self, text: str) -> None:
        """The same turn for written text: nothing to hear."""
        self._watch = Stopwatch(self._trace, 0.0)
        self._trace.transcript = text
        self._watch.stamp("transcript")
        try:
            await self._answer(text)
        except StageFailed as error:
            await self._apologise(error.code, error.message)

    async def _hear(self, utterance: Spoken) -> Transcript:
        timed = _EndAware(utterance, self._trace)
        transcript = await self._stages.transcriber.transcribe(
            timed.blocks(), language=self._hears, on_partial=utterance.heard_so_far
        )
        self._watch = timed.watch or Stopwatch(self._trace, utterance.endpoint_ms)
        self._watch.stamp("transcript")
        self._trace.engines_ms["stt"] = max(
            0.0, self._trace.timings_ms["transcript"] - self._trace.timings_ms["endpoint"]
        )
        # Whoever speaks into a browser or a recording may begin with one, too: habit.
        words = [self._trace.wake.word] if self._trace.wake else LAG_MS
        text, *others = (command_after(words, heard) for heard in (transcript.text, *transcript.others))
        transcript = replace(transcript, text=text, others=tuple(others))
        self._trace.transcript, self._trace.language = transcript.text, transcript.language
        self._trace.stt = SttTrace(transcript.engine, transcript.model, transcript.confidence)
        return transcript

    async def _answer(self, text: str, others: Sequence[str] = ()) -> None:
        """others: what may as well have been said; where it means something else, nothing is done."""
        trace, stages = self._trace, self._stages
        doing = Doing(
            stages.interpreter, stages.actor, stages.replier, dialogue=stages.dialogue, trace=trace, watch=self._watch
        )
        reading = await doing.read(text)
        understood = reading.understood
        is_open = isinstance(understood, NotUnderstood) and not understood.nearest_names  # else it asks which was meant
        if is_open and stages.reasoner:
            await self._reason(text, stages.reasoner)
            self.asks_back = stages.dialogue.awaits_answer(trace.satellite)
            return
        if reading.secret:
            self.secret, trace.transcript = True, ""
        trace.reply = await doing.reply(reading, others)
        if stages.reasoner and not reading.secret:
            stages.reasoner.note(trace.satellite, text, trace.reply)
        await self._say(trace.reply)
        self.asks_back = stages.dialogue.awaits_answer(trace.satellite)

    async def _reason(self, text: str, reasoner: Reasoner) -> None:
        """Say the first piece of an answer while the others are still being written."""
        trace, stages = self._trace, self._stages
        question = Question(text, trace.language, trace.area, trace.satellite)
        answer = Answer(reasoner, stages.actor, stages.replier, trace, self._watch, note=stages.dialogue.note)
        moment = stages.replier.moment(trace.language)
        try:
            if self._room.wants_sound:
                sound = answer.sound(question, stages.synthesizer)
                async with aclosing(ahead(sound, BLOCKS_AHEAD)) as blocks:
                    first = await anext(blocks, None)
                    if first is None:
                        raise LlmFailed("llm-empty", "the language model said nothing")
                    self._watch.stamp("first_audio")
                    await self._room.say(trace.reply or moment, _joined(first, blocks))
            else:
                async with aclosing(answer.pieces(question)) as pieces:
                    async for piece in pieces:
                        self._room.written(piece)
                await self._room.say(trace.reply, _nothing())
        except TtsFailed as error:
            await self._fail(error.code, error.message)
            return
        finally:
            reasoner.note(trace.satellite, text, trace.reply)
        self._watch.stamp("done")

    async def _apologise(self, code: str, message: str) -> None:
        _log.warning("turn %s: %s: %s", self._trace.turn, code, message)
        self._trace.error = ErrorTrace(code, message)
        self._trace.reply = self._stages.replier.apology(code, language=self._trace.language)
        if code.startswith("tts-"):
            await self._fail(code, message)
            return
        await self._room.heard(self._trace.transcript)
        await self._say(self._trace.reply)

    async def _say(self, text: str) -> None:
        try:
            await self._room.say(text, self._first_stamped(text))
        except TtsFailed as error:
            await self._fail(error.code, error.message)
            return
        self._watch.stamp("done")

    async def _fail(self, code: str, message: str) -> None:
        self._trace.error = ErrorTrace(code, message)
        await self._room.failed(code, message)
        self._watch.stamp("done")

    async def _first_stamped(self, text: str) -> AsyncIterator[Pcm]:
        blocks = self._stages.synthesizer.synthesize(text, language=self._trace.language)
        with EngineTimer(self._trace, "tts"):
            first = await anext(blocks, None)
        if first is None:
            raise TtsFailed("tts-empty", "the voice made no sound for this text; check the voice's language")
        self._watch.stamp("first_audio")
        yield first
        async for block in blocks:
            yield block


async def _joined(first: Pcm, others: AsyncIterator[Pcm]) -> AsyncIterator[Pcm]:
    yield first
    async for block in others:
        yield block


async def _nothing() -> AsyncIterator[Pcm]:
    return
    yield


class _EndAware:
    """Passes an utterance's blocks on and starts the stopwatch the moment it ends."""

    def __init__(self, utterance: Spoken, trace: Trace) -> None:
        self._utterance, self._trace = utterance, trace
        self.watch: Stopwatch | None = None

    async def blocks(self) -> AsyncIterator[Pcm]:
        async for block in self._utterance.speech():
            yield block
        self.watch = Stopwatch(self._trace, self._utterance.endpoint_ms)
