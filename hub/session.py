"""One satellite's session: IDLE → LISTENING → THINKING → SPEAKING, with barge-in by the wake word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum

from hub.arbiter import Arbiter
from hub.config import EndpointSection
from hub.errors import WakeFailed
from hub.evidence import WakeScores
from hub.links.link import AudioArrived, AudioEnded, Link, ListenRequested, Muted, ScoresHeard, WakeHeard
from hub.overheard import Overheard
from hub.stages import ANY_LANGUAGE, Synthesizer, VoiceDetector, Wake, WakeDetector
from hub.trace import ErrorTrace, Trace, WakeTrace, new_trace
from hub.turn import Stages, Turn
from hub.vad.utterance import Utterance
from hub.witness import Witness
from hub.worker import RunInWorker
from wire.errors import PeerError
from wire.pcm import Pcm, speech
from wire.ring import AudioRing
from wire.wake_words import WORD_MS

_log = logging.getLogger(__name__)


KeepSpeech = Callable[[Trace, bytes, bytes], None]  # the record, what was said, what was heard as a wake word

RECENT_MS = 3000  # a whole wake word and the latest that one is noticed after it


class State(Enum):
    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What every session of a hub shares, or makes for itself by calling.

    new_wake: for a satellite by its name. on_trace: takes every finished turn's record. on_scores: takes what wake
    words score that a satellite hears itself: its name, score by word, the word that counted. keep_speech: takes what
    a finished turn's utterance sounded like, and its wake word; None where nobody switched that on. new_witness: stands
    beside a turn. scores_until: the latest wake scores of a room, the newest at these milliseconds of sound. voiced:
    what speaks, with another of its voices.
    """

    stages: Stages
    endpoint: EndpointSection
    language: str
    new_voice: Callable[[], VoiceDetector]
    new_wake: Callable[[str], WakeDetector]
    run_in_worker: RunInWorker
    arbiter: Arbiter
    on_trace: Callable[[Trace], Awaitable[None]]
    on_scores: Callable[[str, Mapping[str, float], str | None], None] = lambda _room, _words, _heard: None
    keep_speech: KeepSpeech | None = None
    new_witness: Callable[[Trace], Witness] = Witness
    scores_until: Callable[[str, float], WakeScores | None] = lambda _room, _at_ms: None
    hears: str | None = None
    voiced: Callable[[str], Synthesizer] | None = None

    def speaking(self, language: str | None, voice: str | None = None) -> SessionParts:
        """For a room with another language (ANY_LANGUAGE: each turn in its own) or another voice. None: the hub's."""
        parts = self
        if voice and self.voiced:
            parts = replace(parts, stages=replace(parts.stages, synthesizer=self.voiced(voice)))
        if language == ANY_LANGUAGE:
            return replace(parts, hears=ANY_LANGUAGE)
        return replace(parts, language=language) if language else parts


class Session:
    """Owns the link's reading side and at most one running turn. ``run()`` ends with the link's PeerError."""

    def __init__(self, link: Link, parts: SessionParts) -> None:
        self._link, self._parts = link, parts
        self._utterance: Utterance | None = None
        self._turn: asyncio.Task[None] | None = None  # or an announcement
        self._announcing = asyncio.Lock()
        self._wake_detector: WakeDetector | None = None
        self._heard_wake: Wake | None = None
        self._recent = AudioRing(RECENT_MS)
        self._tasks: asyncio.TaskGroup | None = None
        self._voice: VoiceDetector | None = None
        self._voice_told = False
        self._duplicate = False
        self.state = State.IDLE
        self.muted = False

    def listen_by(self, endpoint: EndpointSection, keep_speech: KeepSpeech | None) -> None:
        """From the next utterance on."""
        self._parts = replace(self._parts, endpoint=endpoint, keep_speech=keep_speech)

    async def run(self) -> None:
        """Serve this satellite until its link is over. Raises PeerError."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                while True:
                    await self._take(await self._link.next_event())
        except* PeerError as errors:
            raise _first(errors) from None
        finally:
            self.state = State.IDLE
            if self._wake_detector:
                self._wake_detector.close()

    @property
    def spots_wake(self) -> bool:
        """The hub listens for wake words in what this satellite streams."""
        return self._wake_detector is not None

    async def say(
        self,
        text: str,
        language: str | None = None,
        *,
        before: Callable[[int], Pcm] | None = None,
        by: Synthesizer | None = None,
    ) -> bool:
        """Announce ``text`` in this room, after a turn that runs; False where a wake word ended it.

        before: makes a sound for a rate in Hz, played first. by: another voice. Raises TtsFailed, PeerError.
        """
        async with self._announcing:
            while self._turn and not self._turn.done():
                await asyncio.wait([self._turn])  # nobody's command is cut off by an announcement
            speaker = by or self._parts.stages.synthesizer
            spoken = speaker.synthesize(text, language=language or self._parts.language)
            sound = _after(before, spoken) if before else spoken
            self._turn = announcing = asyncio.ensure_future(self._link.say(text, sound))
            self.state = State.SPEAKING
            try:
                await asyncio.wait([announcing])
            finally:
                was_heard = announcing.done() and not announcing.cancelled()
                announcing.cancel()
                await asyncio.wait([announcing])
                if self._turn is announcing:
                    self._turn, self.state = None, State.IDLE
            if was_heard:
                announcing.result()
            return was_heard

    async def _take(self, event: object) -> None:
        match event:
            case AudioArrived(pcm):
                await self._audio(pcm)
            case WakeHeard(wake):
                await self._woken(wake)
            case ListenRequested("asr"):
                if self._duplicate:
                    self._duplicate = False  # it asked before it could read that another satellite answers
                else:
                    await self._begin_turn()
            case ListenRequested("wake"):
                await self._listen_for_wake()
            case AudioEnded():
                if self._utterance:
                    self._utterance.end()
            case Muted(muted):
                self.muted = muted
            case ScoresHeard(words):
                self._parts.on_scores(self._link.name, words, None)

    async def _audio(self, pcm: Pcm) -> None:
        utterance = self._utterance
        if self.state is State.LISTENING and utterance:
            await utterance.feed(pcm)  # meanwhile the turn may have failed and ended
            if utterance is self._utterance:
                await self._note_voice(utterance)
        elif self._wake_detector:
            await self._spot(pcm, self._wake_detector)
        elif self.state is State.IDLE and self._heard_wake:
            await self._begin_turn()  # a satellite that streams without asking: be as lenient as others
            await self._audio(pcm)

    async def _spot(self, pcm: Pcm, detector: WakeDetector) -> None:
        self._recent.push(pcm.data)
        try:
            wake = await detector.process(pcm.data)
        except WakeFailed as error:
            await self._link.failed(error.code, error.message)
            return
        if wake is None:
            return
        if not self._parts.arbiter.claim(self._link.name):
            _log.info("%s: also heard %s; another satellite answers", self._link.name, wake.word)
            return
        kept = speech(self._recent.drain(WORD_MS + wake.late_ms))
        self._heard_wake = replace(wake, word_ends_ms=max(0.0, kept.duration_ms - wake.late_ms))
        await self._link.detected(wake)
        await self._begin_turn(pre_roll=kept)

    async def _woken(self, wake: Wake) -> None:
        self._parts.on_scores(self._link.name, {}, wake.word)
        await self._stop_turn()
        self._duplicate = not self._parts.arbiter.claim(self._link.name)
        self._heard_wake = None if self._duplicate else wake
        if self._duplicate:
            await self._link.failed("duplicate_wake_up_detected", "another satellite heard it first and answers")

    async def _listen_for_wake(self) -> None:
        if self._wake_detector is None:
            self._wake_detector = self._parts.new_wake(self._link.name)
        self._wake_detector.reset()
        self._recent.drain()

    async def _begin_turn(self, pre_roll: Pcm | None = None) -> None:
        await self._stop_turn()
        if self._voice is None:
            self._voice = await self._parts.run_in_worker(self._parts.new_voice)
        self._voice.reset()
        trace = new_trace(self._link.name, self._link.area, self._parts.language)
        trace.via = "voice"
        witness = self._parts.new_witness(trace)
        word_ends_ms = self._heard_wake.word_ends_ms if self._heard_wake else None
        utterance = Utterance(
            self._voice,
            self._parts.endpoint,
            self._parts.run_in_worker,
            word_ends_ms=word_ends_ms,
            on_window=witness.window,
        )
        witness.listens_to(utterance, threshold=self._parts.endpoint.speech_threshold, word_ends_ms=word_ends_ms)
        if pre_roll:
            witness.woken(self._parts.scores_until(self._link.name, pre_roll.duration_ms))
        self._utterance, self._voice_told = utterance, False
        if self._heard_wake:
            trace.wake = WakeTrace(self._heard_wake.word, self._heard_wake.score)
            self._heard_wake = None
        self.state = State.LISTENING
        if reasoner := self._parts.stages.reasoner:
            reasoner.prepare(self._link.name)
        await self._link.listening(self._parts.language)
        assert self._tasks is not None
        self._turn = self._tasks.create_task(self._run_turn(utterance, trace, witness), name=f"turn[{trace.turn}]")
        if pre_roll:
            await utterance.feed(pre_roll)

    async def _run_turn(self, utterance: Utterance, trace: Trace, witness: Witness) -> None:
        keep = self._parts.keep_speech
        overheard = Overheard(utterance) if keep else None
        turn = Turn(witness.stages(self._parts.stages), _SessionRoom(self, self._link), trace, hears=self._parts.hears)
        try:
            await turn.spoken(overheard or utterance)
        except PeerError as error:
            _log.info("turn %s: the satellite is gone: %s", trace.turn, error)
        except asyncio.CancelledError:
            trace.error = ErrorTrace("turn-interrupted", "a new wake word or the end of the link stopped this turn")
            raise
        except Exception:  # noqa: BLE001 session boundary: a bug ends this turn with a traceback, the satellite goes on
            _log.exception("turn %s ended by a bug", trace.turn)
            with suppress(PeerError):
                await self._link.failed("internal-error", "a bug ended this turn; it is in the hub's log")
        finally:
            if self._utterance is utterance:
                self.state, self._utterance = State.IDLE, None
            if self._wake_detector:
                self._wake_detector.reset()
            witness.over(secret=turn.secret)
            if keep and overheard and not witness.secret:
                keep(trace, bytes(overheard.data), bytes(witness.wake_sound))
            await self._parts.on_trace(trace)
        if turn.asks_back:
            with suppress(PeerError):
                await self._link.listen_again()

    async def _note_voice(self, utterance: Utterance) -> None:
        if utterance.started and not self._voice_told:
            self._voice_told = True
            await self._link.voice_started(utterance.started.at_ms)
        if utterance.ended and self.state is State.LISTENING:
            self.state = State.THINKING
            if utterance.started:
                await self._link.voice_stopped(utterance.ended.last_voiced_ms)

    async def _stop_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is None or turn.done():
            return
        was_speaking = self.state is State.SPEAKING
        turn.cancel()
        await asyncio.wait([turn])
        self.state = State.IDLE
        if was_speaking:
            await self._link.stop_playback()

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """The room hears the answer within this block."""
        self.state = State.SPEAKING
        yield


class _SessionRoom:
    """The turn's view of the room: the link, and the session's state kept right."""

    wants_sound = True

    def __init__(self, session: Session, link: Link) -> None:
        self._session, self._link = session, link

    async def heard(self, text: str) -> None:
        await self._link.heard(text)

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
        with self._session.speaking():
            await self._link.say(text, blocks)

    def written(self, text: str) -> None:
        """It is heard, not read."""

    async def failed(self, code: str, message: str) -> None:
        await self._link.failed(code, message)


async def _after(before: Callable[[int], Pcm], spoken: AsyncIterator[Pcm]) -> AsyncIterator[Pcm]:
    first = await anext(spoken, None)
    if first is not None:
        yield before(first.rate_hz)
        yield first
    async for block in spoken:
        yield block


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
