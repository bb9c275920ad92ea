"""What every speech to text server promises the turn: held by a fake on a real socket and by the embedded engine."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from wyoming.asr import TranscriptStart
from wyoming.event import Event

from hub.engines.supervisor import EngineProcess
from hub.errors import SttFailed
from hub.stages import Partial
from hub.stt.wyoming_client import WyomingTranscriber
from models.recogniser.installed import languages
from tests.fakes_engines import (
    RECORDINGS,
    SETTINGS,
    FakeStt,
    blocks_of,
    die,
    engine,
    garbage,
    listening,
    recording,
    refuse,
    stall,
    then_wait,
    write_grammar,
)
from wire.pcm import Pcm, silence, speech

needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings in {RECORDINGS}")

needs_recogniser = pytest.mark.skipif("en" not in languages(), reason="no English recogniser in this installation")

LAMP = "turn_on_the_living_room_lamp"


@dataclass
class Server:
    """A server under test. kill: end it as kill -9 does; resolves when it can be asked again."""

    uri: str
    kill: Callable[[], object]
    back: Callable[[], Awaitable[None]]

    def transcriber(self, deadline_seconds: float = 20.0) -> WyomingTranscriber:
        return WyomingTranscriber([self.uri], SETTINGS, deadline_seconds)


def recogniser(home: Path, grammar: Path) -> AbstractAsyncContextManager[tuple[EngineProcess, str]]:
    return engine("stt", "hub.stt.phrase", home, "--grammar", str(grammar))


@pytest.fixture(params=["fake", pytest.param("real", marks=needs_recogniser)])
async def server(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:
        if request.param == "fake":
            fake = FakeStt("turn on the Living Room Lamp")
            yield Server(await stack.enter_async_context(listening(fake)), *_killable_fake(fake))
            return
        grammar = write_grammar(home / "grammar.json")
        process, uri = await stack.enter_async_context(recogniser(home, grammar))
        lives: list[int] = []

        def kill() -> None:
            assert process.health.pid
            lives.append(process.health.restarts)
            os.kill(process.health.pid, signal.SIGKILL)

        async def back() -> None:
            async with asyncio.timeout(20):
                while process.health.state != "ready" or process.health.restarts == lives[-1]:
                    await asyncio.sleep(0.02)

        yield Server(uri, kill, back)


def _killable_fake(fake: FakeStt) -> tuple[Callable[[], object], Callable[[], Awaitable[None]]]:
    async def back() -> None:
        fake.troubles.clear()

    return lambda: fake.troubles.extend([die, die]), back


async def hear(server: Server, pcm: Pcm) -> str:
    return (await server.transcriber().transcribe(blocks_of(pcm), language="en")).text


@needs_recordings
async def test_hears_a_command(server: Server) -> None:
    """Names come back as people wrote them."""
    transcript = await server.transcriber().transcribe(blocks_of(recording(LAMP)), language="en")
    assert transcript.text == "turn on the Living Room Lamp" or transcript.text == "turn on Living Room Lamp"
    assert transcript.language == "en"
    assert transcript.engine


@needs_recordings
async def test_several_rooms_at_once(server: Server) -> None:
    async with asyncio.TaskGroup() as group:
        heard = [group.create_task(hear(server, recording(LAMP))) for _ in range(3)]
    assert [task.result().endswith("Living Room Lamp") for task in heard] == [True] * 3


@needs_recordings
async def test_a_cancelled_utterance_leaves_the_engine_usable(server: Server) -> None:
    """Barge-in: the next utterance is heard, from its own beginning."""
    transcriber = server.transcriber()
    never = asyncio.Event()
    for _ in range(5):
        task = asyncio.create_task(_drop(transcriber, then_wait(recording("lock_the_front_door"), never)))
        await asyncio.sleep(0)
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (await hear(server, recording(LAMP))).endswith("Living Room Lamp")


async def _drop(transcriber: WyomingTranscriber, blocks: AsyncIterator[Pcm]) -> None:
    await transcriber.transcribe(blocks, language="en")


@needs_recordings
async def test_killed_while_somebody_speaks(server: Server) -> None:
    """kill -9 in mid-utterance: that turn ends with stt-lost, and the next one works."""
    released, spoken = asyncio.Event(), asyncio.Event()
    lamp = recording(LAMP)

    async def interrupted() -> AsyncIterator[Pcm]:
        async for block in blocks_of(lamp):
            if not spoken.is_set():
                spoken.set()
                server.kill()
                await asyncio.sleep(0.05)
            yield block
        await released.wait()

    with pytest.raises(SttFailed) as failed:
        await server.transcriber().transcribe(interrupted(), language="en")
    assert failed.value.code == "stt-lost"
    await server.back()
    assert (await hear(server, lamp)).endswith("Living Room Lamp")


@needs_recogniser
class TestRealEngine:
    """What only a real recogniser can be asked."""

    @pytest.fixture
    async def transcriber(self, home: Path) -> AsyncIterator[tuple[WyomingTranscriber, Path]]:
        grammar = write_grammar(home / "grammar.json")
        async with recogniser(home, grammar) as (_, uri):
            yield WyomingTranscriber([uri], SETTINGS, 20), grammar

    @pytest.mark.parametrize("pcm", [speech(b""), silence(50), silence(3000)], ids=["none", "50 ms", "3 s"])
    async def test_silence_is_an_empty_transcript(self, transcriber: tuple[WyomingTranscriber, Path], pcm: Pcm) -> None:
        heard = await transcriber[0].transcribe(blocks_of(pcm), language="en")
        assert (heard.text, heard.confidence) == ("", 0.0)

    async def test_a_minute_of_speech_is_refused(self, transcriber: tuple[WyomingTranscriber, Path]) -> None:
        loud = speech(b"\x00\x20\x00\xe0" * 16_000 * 30)
        with pytest.raises(SttFailed) as failed:
            await transcriber[0].transcribe(blocks_of(loud, 32_000), language="en")
        assert failed.value.code == "stt-too-long"

    async def test_an_unknown_language_is_refused_by_name(self, transcriber: tuple[WyomingTranscriber, Path]) -> None:
        with pytest.raises(SttFailed) as failed:
            await transcriber[0].transcribe(blocks_of(silence(500)), language="de")
        assert failed.value.code == "language-unknown"
        assert "'de'" in failed.value.message

    @needs_recordings
    async def test_a_new_name_can_be_said_and_a_broken_grammar_changes_nothing(
        self, transcriber: tuple[WyomingTranscriber, Path]
    ) -> None:
        """The file is read again when it changes; what does not compile is not used."""
        stt, path = transcriber
        other = {
            "version": 1,
            "language": "en",
            "jsgf": "#JSGF V1.0;\ngrammar house;\npublic <command> = timer status | xqzzy kallax;\n",
            "names": {},
        }
        write_grammar(path, other)
        assert await _until_heard(stt, "timer_status", "timer status")
        path.write_text(
            '{"version": 1, "language": "en", "jsgf": "#JSGF V1.0; grammar x; public <a> = (", "names": {}}'
        )
        await asyncio.sleep(1.5)  # longer than the engine takes to look
        assert await _until_heard(stt, "timer_status", "timer status")

    async def test_no_grammar_yet_is_named(self, home: Path) -> None:
        async with recogniser(home, home / "none.json") as (_, uri):
            with pytest.raises(SttFailed) as failed:
                await WyomingTranscriber([uri], SETTINGS, 5).transcribe(blocks_of(silence(500)), language="en")
        assert failed.value.code == "grammar-missing"


async def _until_heard(stt: WyomingTranscriber, name: str, text: str) -> bool:
    async with asyncio.timeout(30):
        while (await stt.transcribe(blocks_of(recording(name)), language="en")).text != text:
            await asyncio.sleep(0.1)
    return True


class TestClient:
    """What the client makes of servers that misbehave."""

    async def test_what_our_engine_adds_is_kept(self) -> None:
        fake = FakeStt(" turn  on\n", context={"confidence": 0.9, "model": "m", "engine": "e"})
        async with listening(fake) as uri:
            heard = await WyomingTranscriber([uri], SETTINGS, 5).transcribe(blocks_of(silence(100)), language="de")
        assert (heard.text, heard.confidence, heard.model, heard.engine) == ("turn on", 0.9, "m", "e")
        assert fake.languages == ["de"]
        assert fake.heard_bytes == [3200]

    @pytest.mark.parametrize("context", [{"confidence": "high"}, ["x"], {"confidence": 7}])
    async def test_a_strange_context_does_no_harm(self, context: object) -> None:
        async with listening(FakeStt(context=context)) as uri:  # type: ignore[arg-type]
            heard = await WyomingTranscriber([uri], SETTINGS, 5).transcribe(blocks_of(silence(100)), language="en")
        assert heard.text == "turn on the bed light"
        assert heard.confidence in {None, 1.0}

    async def test_an_early_transcript_ends_the_upload(self) -> None:
        """The server may find the end of speech by itself."""
        async with listening(FakeStt(early=True)) as uri:
            heard = await WyomingTranscriber([uri], SETTINGS, 5).transcribe(
                then_wait(silence(200), asyncio.Event()), language="en"
            )
        assert heard.text == "turn on the bed light"

    @pytest.mark.parametrize("trouble", [die, garbage])
    async def test_a_lost_server_costs_one_retry_with_all_that_was_said(self, trouble: object) -> None:
        broken, well = FakeStt(troubles=[trouble]), FakeStt()  # type: ignore[list-item]
        async with listening(broken) as first, listening(well) as second:
            heard = await WyomingTranscriber([first, second], SETTINGS, 5).transcribe(
                blocks_of(silence(500)), language="en"
            )
        assert heard.text == "turn on the bed light"
        assert well.heard_bytes == [16_000]

    async def test_a_server_that_failed_rests(self) -> None:
        broken, well = FakeStt(troubles=[die]), FakeStt()
        async with listening(broken) as first, listening(well) as second:
            transcriber = WyomingTranscriber([first, second], SETTINGS, 5)
            for _ in range(3):
                await transcriber.transcribe(blocks_of(silence(100)), language="en")
        assert (broken.requests, well.requests) == (1, 3)

    async def test_only_wrong_answers(self) -> None:
        async with listening(FakeStt(troubles=[garbage, garbage])) as uri:
            with pytest.raises(SttFailed) as failed:
                await WyomingTranscriber([uri], SETTINGS, 5).transcribe(blocks_of(silence(50)), language="en")
        assert failed.value.code == "stt-lost"

    async def test_nobody_there(self, home: Path) -> None:
        with pytest.raises(SttFailed) as failed:
            await WyomingTranscriber([f"unix://{home}/none"], SETTINGS, 5).transcribe(
                then_wait(silence(100), asyncio.Event()), language="en"
            )
        assert failed.value.code == "stt-lost"

    async def test_a_hanging_server_has_a_deadline(self) -> None:
        async with listening(FakeStt(troubles=[stall])) as uri:
            with pytest.raises(SttFailed) as failed:
                await WyomingTranscriber([uri], SETTINGS, 0.05).transcribe(blocks_of(silence(100)), language="en")
        assert failed.value.code == "stt-timeout"

    @pytest.mark.parametrize(("code", "expected"), [("language-unknown", "language-unknown"), ("oops", "stt-refused")])
    async def test_a_refusal_is_not_retried(self, code: str, expected: str) -> None:
        fake = FakeStt(troubles=[refuse(code)])
        async with listening(fake) as uri:
            with pytest.raises(SttFailed) as failed:
                await WyomingTranscriber([uri], SETTINGS, 5).transcribe(blocks_of(silence(100)), language="en")
        assert failed.value.code == expected
        assert fake.requests == 1

    async def test_endless_speech_is_cut_off(self) -> None:
        async def endless() -> AsyncIterator[Pcm]:
            while True:
                yield silence(1000)

        async with listening(FakeStt()) as uri:
            with pytest.raises(SttFailed) as failed:
                await WyomingTranscriber([uri], SETTINGS, 5).transcribe(endless(), language="en")
        assert failed.value.code == "stt-too-long"

    async def test_an_error_of_the_speech_comes_out_as_it_is(self) -> None:
        async def broken() -> AsyncIterator[Pcm]:
            yield silence(100)
            raise SttFailed("test", "the room is gone")

        async with listening(FakeStt()) as uri:
            with pytest.raises(SttFailed, match="the room is gone"):
                await WyomingTranscriber([uri], SETTINGS, 5).transcribe(broken(), language="en")

    async def test_what_was_heard_so_far_is_passed_on_to_who_wants_it(self) -> None:
        """Chunks of servers that say no more than a text are left alone."""
        about = {"complete": True, "goes_on": False, "confidence": 0.9}
        ours = Event("transcript-chunk", {"text": " turn  on the TV", "context": about})
        others = Event("transcript-chunk", {"text": "turn", "context": {"session": 1}})
        heard: list[Partial] = []
        async with listening(FakeStt(chunks=[TranscriptStart().event(), others, ours])) as uri:
            stt = WyomingTranscriber([uri], SETTINGS, 5)
            await stt.transcribe(blocks_of(silence(100)), language="en")
            assert heard == []
            await stt.transcribe(blocks_of(silence(100)), language="en", on_partial=heard.append)
        assert heard == [Partial("turn on the TV", complete=True, goes_on=False, confidence=0.9)]

    async def test_what_else_may_have_been_said_is_passed_on(self) -> None:
        fake = FakeStt("turn on the Bed Light", context={"others": [{"text": "turn on the Red Light", "margin": 0.1}]})
        async with listening(fake) as uri:
            heard = await WyomingTranscriber([uri], SETTINGS, 5).transcribe(blocks_of(silence(100)), language="en")
        assert heard.others == ("turn on the Red Light",)
