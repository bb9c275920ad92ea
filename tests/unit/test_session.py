"""A session: wake, listen, think, speak, and being interrupted at any point."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from hub.arbiter import Arbiter
from hub.config import EndpointSection
from hub.dialogue import Dialogue, NoAnswers, Shown
from hub.errors import SttFailed
from hub.links.link import AudioArrived, AudioEnded, LinkEvent, ListenRequested, Muted, WakeHeard
from hub.session import Session, SessionParts, State
from hub.stages import Intent, Partial, Result, Transcript, Wake
from hub.trace import Trace
from hub.worker import RunInWorker, T
from tests.fakes_stages import (
    FakeActor,
    FakeSynthesizer,
    FakeTranscriber,
    FakeVoice,
    FakeWake,
    fake_stages,
    in_this_thread,
    voice,
)
from wire.errors import PeerClosed
from wire.pcm import Pcm, silence, speech


@dataclass
class FakeLink:
    """A satellite whose every event is put in by the test; plays at once."""

    name: str = "kitchen"
    area: str | None = "Kitchen"
    events: asyncio.Queue[LinkEvent | None] = field(default_factory=lambda: asyncio.Queue(maxsize=1000))
    told: list[str] = field(default_factory=list)
    said_ms: float = 0
    hold: asyncio.Event | None = None

    async def next_event(self) -> LinkEvent:
        event = await self.events.get()
        self.events.task_done()
        if event is None:
            raise PeerClosed("peer-closed", "the satellite went away")
        return event

    async def detected(self, wake: Wake) -> None:
        self.told.append(f"detected {wake.word}")

    async def listening(self, language: str) -> None:
        self.told.append("listening")

    async def voice_started(self, at_ms: float) -> None:
        self.told.append("voice started")

    async def voice_stopped(self, at_ms: float) -> None:
        self.told.append("voice stopped")

    async def heard(self, text: str) -> None:
        self.told.append(f"heard {text}")

    async def failed(self, code: str, message: str) -> None:
        self.told.append(f"failed {code}")

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
        self.told.append(f"say {text}")
        if self.hold:
            await self.hold.wait()
        async for block in blocks:
            self.said_ms += block.duration_ms

    async def listen_again(self) -> None:
        self.told.append("listen again")

    async def stop_playback(self) -> None:
        self.told.append("stop playback")


@dataclass
class Room:
    link: FakeLink
    session: Session
    traces: asyncio.Queue[Trace]

    async def send(self, *events: LinkEvent) -> None:
        """Put events in and wait until the session has taken them."""
        for event in events:
            self.link.events.put_nowait(event)
        await self.link.events.join()
        for _ in range(20):
            await asyncio.sleep(0)

    async def trace(self) -> Trace:
        return await asyncio.wait_for(self.traces.get(), 5)


COMMANDED = Intent("HassTurnOff", {"name": "Front Door"}, "lock", "en", "unlock the front door")


class _AnyPin(NoAnswers):
    def pin(self, text: str, satellite: str) -> Shown:
        return Shown("right")


COMMAND = (AudioArrived(voice(640)), AudioArrived(silence(1000)))


@asynccontextmanager
async def room_of(
    arbiter: Arbiter | None = None,
    name: str = "kitchen",
    run_in_worker: RunInWorker = in_this_thread,
    link: FakeLink | None = None,
    keep_speech: Callable[[Trace, bytes, bytes], None] | None = None,
    **stages: object,
) -> AsyncIterator[Room]:
    traces: asyncio.Queue[Trace] = asyncio.Queue(maxsize=100)
    link = link or FakeLink(name=name)
    parts = SessionParts(
        stages=fake_stages(**stages),
        endpoint=EndpointSection(),
        language="en",
        new_voice=FakeVoice,
        new_wake=FakeWake,
        run_in_worker=run_in_worker,
        arbiter=arbiter or Arbiter(),
        on_trace=traces.put,
        keep_speech=keep_speech,
    )
    session = Session(link, parts)
    task = asyncio.create_task(session.run())
    try:
        yield Room(link, session, traces)
    finally:
        link.events.put_nowait(None)
        with pytest.raises(PeerClosed):
            await asyncio.wait_for(task, 5)


async def test_a_satellite_with_its_own_wake_word() -> None:
    async with room_of() as room:
        await room.send(WakeHeard(Wake("alexa", None)), ListenRequested("asr"), *COMMAND)
        trace = await room.trace()
        assert trace.wake
        assert (trace.wake.word, trace.satellite, trace.area) == ("alexa", "kitchen", "Kitchen")
        assert room.link.told == [
            "listening",
            "voice started",
            "voice stopped",
            "heard turn on the bed light",
            "say reply: answered",
        ]
        assert room.session.state is State.IDLE


async def test_speech_is_kept_with_its_turn_where_somebody_wants_that() -> None:
    kept: list[tuple[str, bytes]] = []
    async with room_of(keep_speech=lambda trace, data, _: kept.append((trace.transcript, data))) as room:
        await room.send(WakeHeard(Wake("alexa", None)), ListenRequested("asr"), *COMMAND)
        await room.trace()
    ((text, data),) = kept
    assert text == "turn on the bed light"
    assert voice(640).data in data


async def test_the_hub_hears_the_wake_word_in_a_stream() -> None:
    async with room_of() as room:
        await room.send(ListenRequested("wake"), AudioArrived(silence(1000)))
        assert room.session.state is State.IDLE
        await room.send(AudioArrived(speech(FakeWake.marker)), AudioArrived(silence(300)), *COMMAND)
        trace = await room.trace()
        assert trace.wake
        assert trace.wake.score == 0.9
        assert room.link.told[:2] == ["detected okay_nabu", "listening"]


async def test_a_command_said_before_its_wake_word_was_noticed_is_heard_from_its_beginning() -> None:
    """Without a pause: half of the command is there before the word counts."""
    transcriber = FakeTranscriber()
    async with room_of(transcriber=transcriber) as room:
        noticed = AudioArrived(speech(FakeWake.marker))
        await room.send(
            ListenRequested("wake"), AudioArrived(silence(1000)), AudioArrived(voice(320)), noticed, *COMMAND
        )
        await room.trace()
    assert transcriber.heard_ms[0] >= 320 + 640


async def test_audio_that_nobody_asked_for_is_ignored() -> None:
    async with room_of() as room:
        await room.send(*COMMAND, AudioEnded())
        assert room.link.told == []


async def test_a_satellite_that_streams_without_asking_is_served() -> None:
    """Home Assistant starts a pipeline when audio follows a detection; satellites rely on it (INTEROP 2a)."""
    async with room_of() as room:
        await room.send(WakeHeard(Wake("alexa", None)), *COMMAND)
        assert (await room.trace()).wake


async def test_a_wake_word_interrupts_the_answer() -> None:
    never = asyncio.get_running_loop().create_future
    async with room_of(synthesizer=FakeSynthesizer(pace=never)) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        assert room.session.state is State.SPEAKING
        await room.send(WakeHeard(Wake("alexa", None)))
        interrupted = await room.trace()
        assert interrupted.error
        assert interrupted.error.code == "turn-interrupted"
        assert room.link.told[-1] == "stop playback"
        await room.send(ListenRequested("asr"), *COMMAND)
        assert room.session.state is State.SPEAKING


async def test_the_hub_hears_a_wake_word_over_its_own_answer() -> None:
    never = asyncio.get_running_loop().create_future
    async with room_of(synthesizer=FakeSynthesizer(pace=never)) as room:
        await room.send(ListenRequested("wake"), AudioArrived(speech(FakeWake.marker)), AudioArrived(silence(300)))
        await room.send(*COMMAND)
        assert room.session.state is State.SPEAKING
        await room.send(AudioArrived(speech(FakeWake.marker)))
        assert room.session.state is State.LISTENING
        assert "stop playback" in room.link.told


async def test_two_satellites_hear_one_word_and_one_answers() -> None:
    arbiter = Arbiter(clock=lambda: 0.0)
    async with room_of(arbiter) as kitchen, room_of(arbiter, name="hall") as hall:
        await kitchen.send(WakeHeard(Wake("alexa", None)), ListenRequested("asr"))
        await hall.send(WakeHeard(Wake("alexa", None)), ListenRequested("asr"), *COMMAND)
        assert hall.link.told == ["failed duplicate_wake_up_detected"]
        assert kitchen.link.told == ["listening"]


async def test_a_bug_in_a_stage_ends_that_turn_only(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeTranscriber):
        async def transcribe(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise ZeroDivisionError

    async with room_of(transcriber=Broken()) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        assert room.link.told[-1] == "failed internal-error"
        assert "ended by a bug" in caplog.text
        assert room.session.state is State.IDLE


async def test_a_transcriber_that_fails_at_once_leaves_the_session_alive() -> None:
    """An engine that is gone fails the turn while its audio still arrives (found by killing engines)."""

    async def later(work: Callable[[], T]) -> T:
        for _ in range(10):
            await asyncio.sleep(0)
        return work()

    class Gone(FakeTranscriber):
        async def transcribe(self, speech: AsyncIterator[Pcm], *, language: str, **_: object) -> Transcript:
            await anext(speech)
            raise SttFailed("stt-lost", "gone")

    async with room_of(run_in_worker=later, transcriber=Gone()) as room:
        await room.send(ListenRequested("asr"), *(AudioArrived(voice(64)) for _ in range(20)))
        trace = await room.trace()
        assert trace.error
        assert trace.error.code == "stt-lost"
        await room.send(ListenRequested("asr"))
        assert room.session.state is State.LISTENING


async def test_an_announcement_interrupts_and_is_played() -> None:
    async with room_of() as room:
        await room.session.say("dinner is ready")
        assert room.link.told == ["say dinner is ready"]
        assert room.link.said_ms == 300


async def test_an_announcement_that_a_wake_word_ends_was_not_heard() -> None:
    async with room_of(link=FakeLink(hold=asyncio.Event())) as room:
        saying = asyncio.create_task(room.session.say("Dinner is ready"))
        await asyncio.sleep(0)
        await room.send(WakeHeard(Wake("alexa", None)))
        assert await saying is False


async def test_a_chime_comes_before_an_announcement_in_its_format() -> None:
    async with room_of() as room:
        assert await room.session.say("Dinner is ready", before=lambda rate: Pcm(rate, 2, 1, bytes(2 * rate)))
        assert room.link.said_ms == 1300


async def test_an_announcement_waits_for_a_command_that_runs() -> None:
    hold = asyncio.Event()
    async with room_of(transcriber=FakeTranscriber(hold=hold)) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        announcing = asyncio.create_task(room.session.say("dinner is ready"))
        await room.send()
        assert "say dinner is ready" not in room.link.told
        hold.set()
        await announcing
        assert room.link.told[-2:] == ["say reply: answered", "say dinner is ready"]


async def test_the_session_knows_whether_its_room_is_muted() -> None:
    async with room_of() as room:
        await room.send(Muted(muted=True))
        assert room.session.muted


async def test_two_rooms_stream_one_word_and_one_answers() -> None:
    """As when satellites wake by themselves: the hub heard it in both streams."""
    arbiter = Arbiter(clock=lambda: 0.0)
    woken = (ListenRequested("wake"), AudioArrived(speech(FakeWake.marker)))
    async with room_of(arbiter) as kitchen, room_of(arbiter, name="hall") as hall:
        await kitchen.send(*woken)
        await hall.send(*woken)
        assert (kitchen.session.state, hall.session.state) == (State.LISTENING, State.IDLE)
        assert hall.link.told == []


async def test_a_room_that_goes_while_it_is_answered_ends_that_turn_only() -> None:
    class Gone(FakeLink):
        async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
            raise PeerClosed("peer-closed", "gone")

    async with room_of(link=Gone()) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        assert (await room.trace()).transcript
        assert room.session.state is State.IDLE


async def test_a_lost_link_cancels_its_turn() -> None:
    hold = asyncio.Event()
    async with room_of(transcriber=FakeTranscriber(hold=hold)) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        assert room.session.state is State.THINKING
        room.link.events.put_nowait(None)
        trace = await room.trace()
        assert trace.error
        assert trace.error.code == "turn-interrupted"


def test_the_arbiter_forgets() -> None:
    now = [0.0]
    arbiter = Arbiter(suppress_seconds=0.7, clock=lambda: now[0])
    assert arbiter.claim("kitchen")
    assert arbiter.claim("kitchen")
    assert not arbiter.claim("hall")
    now[0] = 0.8
    assert arbiter.claim("hall")


WHOLE = Partial("turn on the bed light", complete=True, goes_on=False, confidence=0.95)


@pytest.mark.parametrize(
    ("partial", "endpoint_ms"),
    [(None, 704), (WHOLE, 320), (replace(WHOLE, goes_on=True), 704), (replace(WHOLE, complete=False), 928)],
    ids=["a transcriber that says nothing", "a whole sentence", "one that may go on", "one that is begun"],
)
async def test_what_was_heard_so_far_decides_how_long_a_pause_is_the_end(
    partial: Partial | None, endpoint_ms: float
) -> None:
    """All the way: from the transcriber through the turn to the endpointer, block by block as a satellite sends."""
    async with room_of(transcriber=FakeTranscriber(partial=partial)) as room:
        await room.send(ListenRequested("asr"))
        for _ in range(20):
            await room.send(AudioArrived(voice(32)))
        for _ in range(60):
            await room.send(AudioArrived(silence(32)))
        assert (await room.trace()).timings_ms["endpoint"] == endpoint_ms


async def test_a_room_may_speak_another_language() -> None:
    async with room_of() as room:
        parts = room.session._parts
        assert parts.speaking(None) is parts
        assert (parts.speaking("de").language, parts.speaking("de").hears) == ("de", None)
        assert (parts.speaking("auto").language, parts.speaking("auto").hears) == ("en", "auto")


async def test_a_room_may_answer_in_another_voice() -> None:
    async with room_of() as room:
        low = FakeSynthesizer()
        parts = replace(room.session._parts, voiced=lambda voice: {"low": low}[voice])
        assert parts.speaking(None, "low").stages.synthesizer is low
        assert parts.speaking("de", "low").language == "de"
        assert parts.speaking("de").stages is parts.stages


async def test_a_question_opens_the_microphone_for_its_answer_once() -> None:
    asks = FakeActor(Result("unconfirmed", choices=("Front Door",), problem="needs-yes"))
    async with room_of(actor=asks) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        await room.trace()
        await room.send()
        assert room.link.told.count("listen again") == 1
        await room.send(ListenRequested("asr"), AudioArrived(silence(8000)))  # and nobody answers
        await room.trace()
        await room.send()
        assert room.link.told.count("listen again") == 1


async def test_a_pin_is_neither_in_the_record_nor_kept_as_sound() -> None:
    kept: list[Trace] = []
    dialogue = Dialogue(_AnyPin())
    dialogue.note("kitchen", COMMANDED, Result("unconfirmed", choices=("Front Door",), problem="needs-pin"))
    pin = FakeTranscriber(text="one two three four")
    async with room_of(
        transcriber=pin, dialogue=dialogue, keep_speech=lambda trace, _data, _wake: kept.append(trace)
    ) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        trace = await room.trace()
    assert b"one two" not in trace.json()
    assert trace.understood.intent == COMMANDED.name
    assert kept == []


@pytest.mark.parametrize("late", [ZeroDivisionError, asyncio.CancelledError])
async def test_a_pin_is_in_no_record_of_a_turn_that_ended_while_it_was_read(late: type[BaseException]) -> None:
    class Broken(NoAnswers):
        def pin(self, text: str, satellite: str) -> Shown:
            raise late(text)

    dialogue = Dialogue(Broken())
    dialogue.note("kitchen", COMMANDED, Result("unconfirmed", choices=("Front Door",), problem="needs-pin"))
    async with room_of(transcriber=FakeTranscriber(text="one two three four"), dialogue=dialogue) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        trace = await room.trace()
    assert b"one two" not in trace.json()
    assert trace.stt is not None  # it was heard


async def test_a_pin_that_was_misheard_is_not_kept_as_sound_either() -> None:
    """Nobody can tell then that it was one."""
    kept: list[Trace] = []
    dialogue = Dialogue(NoAnswers())
    dialogue.note("kitchen", COMMANDED, Result("unconfirmed", choices=("Front Door",), problem="needs-pin"))
    async with room_of(dialogue=dialogue, keep_speech=lambda trace, _data, _wake: kept.append(trace)) as room:
        await room.send(ListenRequested("asr"), *COMMAND)
        await room.trace()
    assert kept == []


async def test_what_was_heard_as_a_wake_word_is_kept_beside_the_command() -> None:
    kept: list[bytes] = []
    async with room_of(keep_speech=lambda _trace, _data, wake: kept.append(wake)) as room:
        heard = Wake("alexa", None, word_ends_ms=320.0)
        await room.send(WakeHeard(heard), ListenRequested("asr"), AudioArrived(silence(320)), *COMMAND)
        await room.trace()
        await room.send(ListenRequested("asr"), *COMMAND)
        await room.trace()
    with_word, without = kept
    assert 560 <= len(with_word) / 32 <= 624
    assert without == b""
