"""Our speech services, used by the real ``wyoming`` client on their own ports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.event import Event, Eventable
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice
from wyoming.wake import Detect, Detection, NotDetected

from hub.arbiter import Arbiter
from hub.asking import Asker
from hub.config import EndpointSection, ServicesSection
from hub.errors import SttFailed
from hub.links import offers
from hub.session import SessionParts
from hub.stages import NotUnderstood
from hub.trace import Trace
from tests.fakes_stages import (
    FakeInterpreter,
    FakeTranscriber,
    FakeVoice,
    FakeWake,
    fake_stages,
    in_this_thread,
    voice,
)
from tests.ports import free_port
from wire.connection import PeerSettings
from wire.pcm import Pcm


class Asks:
    """The hub's one method that the handle service needs."""

    def __init__(self, parts: SessionParts) -> None:
        self._asker = Asker(parts)

    async def ask_text(
        self,
        text: str,
        *,
        satellite: str | None,
        area: str | None,
        language: str | None,
        reply_audio: bool,
        via: str,
    ) -> tuple[Trace, Pcm | None]:
        return await self._asker.text(
            text, satellite=satellite or via, area=area, language=language, reply_audio=reply_audio, via=via
        )


@asynccontextmanager
async def service(name: str, **stages: object) -> AsyncIterator[AsyncTcpClient]:
    """One of our services on a free port, and the package's client connected to it."""

    async def forget(_: Trace) -> None:
        """Nothing keeps records here."""

    parts = SessionParts(
        fake_stages(**stages), EndpointSection(), "en", FakeVoice, FakeWake, in_this_thread, Arbiter(), forget
    )
    port = free_port()
    section = ServicesSection(**{f"{name}_port": port})
    async with offers.offered(section, PeerSettings(), parts, Asks(parts), words=["okay_nabu"]) as uris:
        assert len(uris) == 1, "the other ports are closed"
        async with AsyncTcpClient("127.0.0.1", port) as client:
            yield client


async def send(client: AsyncTcpClient, *events: Eventable) -> None:
    for event in events:
        await client.write_event(event.event())


async def receive(client: AsyncTcpClient) -> Event:
    event = await asyncio.wait_for(client.read_event(), 5)
    assert event is not None, "the service closed the connection"
    return event


def audio(*blocks: bytes, rate: int = 16_000, width: int = 2, channels: int = 1) -> list[Eventable]:
    chunks = [AudioChunk(rate, width, channels, block) for block in blocks]
    return [AudioStart(rate, width, channels), *chunks, AudioStop()]


@pytest.mark.parametrize("name", ["stt", "tts", "wake", "handle"])
async def test_each_service_says_what_it_is(name: str) -> None:
    async with service(name) as client:
        await send(client, Describe())
        info = Info.from_event(await receive(client))
        programs = {"stt": info.asr, "tts": info.tts, "wake": info.wake, "handle": info.handle}
        assert [bool(found) for found in programs.values()] == [kind == name for kind in programs]
        assert info.satellite is None, "Home Assistant loads no services beside a satellite"


async def test_speech_becomes_text_again_and_again() -> None:
    async with service("stt") as client:
        for _ in range(2):
            await send(client, Transcribe(language="en"), *audio(voice(500).data))
            assert Transcript.from_event(await receive(client)).text == "turn on the bed light"


async def test_any_taken_format_is_converted_and_others_are_refused_by_name() -> None:
    heard = FakeTranscriber()
    async with service("stt", transcriber=heard) as client:
        await send(client, Transcribe(), *audio(bytes(48_000 * 2 * 2), rate=48_000, channels=2))
        assert (await receive(client)).type == "transcript"
        assert 990 <= heard.heard_ms[0] <= 1010
        await send(client, Transcribe(), *audio(bytes(16_000), width=1))
        assert Error.from_event(await receive(client)).code == "audio-format"


async def test_a_failing_engine_costs_that_request_only() -> None:
    async with service("stt", transcriber=FakeTranscriber(error=SttFailed("stt-lost", "gone"))) as client:
        for _ in range(2):
            await send(client, Transcribe(), *audio(voice(500).data))
            assert Error.from_event(await receive(client)).code == "stt-lost"


async def test_text_becomes_speech() -> None:
    async with service("tts") as client:
        await send(client, Synthesize("one two three", voice=SynthesizeVoice(language="en")))
        events = []
        while not AudioStop.is_type((event := await receive(client)).type):
            events.append(event)
        assert AudioStart.is_type(events[0].type)
        chunks = [AudioChunk.from_event(event) for event in events[1:]]
        assert sum(len(chunk.audio) for chunk in chunks) == len(voice(300).data)
        assert max(len(chunk.audio) for chunk in chunks) <= 2048


@pytest.mark.parametrize(("names", "heard"), [(None, True), (["okay_nabu"], True), (["alexa"], False)])
async def test_wake_words_are_detected_or_not(names: list[str] | None, *, heard: bool) -> None:
    async with service("wake") as client:
        await send(client, Detect(names=names), *audio(bytes(2048), FakeWake.marker, bytes(2048)))
        event = await receive(client)
        assert event.type == ("detection" if heard else "not-detected")
        if heard:
            assert Detection.from_event(event).name == "okay_nabu"
        else:
            assert NotDetected.is_type(event.type)


async def test_the_house_answers_conversations() -> None:
    async with service("handle") as client:
        await send(client, Transcript("turn on the bed light", context={"conversation_id": "7"}))
        handled = Handled.from_event(await receive(client))
        assert (handled.text, handled.context) == ("reply: answered", {"conversation_id": "7"})
    async with service("handle", interpreter=FakeInterpreter(NotUnderstood)) as client:
        await send(client, Transcript("colourless green ideas"))
        assert NotHandled.is_type((await receive(client)).type)


@pytest.mark.parametrize("name", ["stt", "tts", "wake", "handle"])
async def test_unknown_events_are_ignored(name: str) -> None:
    async with service(name) as client:
        await client.write_event(Event("select-program", {"name": "x"}))
        await send(client, Describe())
        assert Info.is_type((await receive(client)).type)


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("stt", Event("transcribe", {"language": 5})),
        ("tts", Event("synthesize")),
        ("tts", Event("synthesize", {"text": "hello", "voice": "loud"})),
        ("wake", Event("detect", {"names": "okay_nabu"})),
        ("handle", Event("transcript")),
        ("handle", Event("transcript", {"text": "turn on the lamp", "language": {"a": 1}})),
        ("handle", Event("transcript", {"text": "lamp " * 1000})),
    ],
)
async def test_a_request_of_wrong_types_is_refused_by_name_and_the_peer_stays(name: str, event: Event) -> None:
    async with service(name) as client:
        for _ in range(2):
            await client.write_event(event)
            assert Error.from_event(await receive(client)).code == "frame-malformed"


async def test_audio_that_lies_about_itself_costs_that_request_only() -> None:
    async with service("stt") as client:
        for lie in ({"rate": "fast"}, {"rate": 1e300}, {"width": None}, {"channels": []}):
            chunk = Event("audio-chunk", {"rate": 16_000, "width": 2, "channels": 1, **lie}, bytes(640))
            await send(client, Transcribe(), AudioStart(16_000, 2, 1))
            await client.write_event(chunk)
            await send(client, AudioStop())
            assert Error.from_event(await receive(client)).code == "frame-malformed"
        await send(client, Transcribe(), *audio(voice(500).data))
        assert Transcript.is_type((await receive(client)).type)


async def test_a_bug_ends_that_request_and_not_the_hub(caplog: pytest.LogCaptureFixture) -> None:
    async with service("stt", transcriber=FakeTranscriber(error=ZeroDivisionError("a bug"))) as client:  # type: ignore[arg-type]
        for _ in range(2):
            await send(client, Transcribe(), *audio(voice(500).data))
            assert Error.from_event(await receive(client)).code == "internal-error"
    assert "ZeroDivisionError" in caplog.text, "never silently"
