"""Satellites over real sockets: found, served, lost, back; and what a bad one costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from wyoming.audio import AudioChunk
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Attribution, Info, Satellite
from wyoming.ping import Pong
from wyoming.server import AsyncEventHandler, AsyncServer

from hub.arbiter import Arbiter
from hub.bench.stand_in import StandIn, stand_in
from hub.config import EndpointSection, LinksSection, SatelliteSection
from hub.links.introductions import tts_info
from hub.links.satellites import Satellites
from hub.session import SessionParts
from hub.trace import Trace
from hub.volumes import Volumes
from tests.fakes_stages import FakeVoice, FakeWake, NoWakes, fake_stages, in_this_thread, voice
from tests.ports import free_port
from tests.sockets import raw_server
from wire.connection import Connection, PeerSettings
from wire.errors import EarshotError
from wire.frame import encode
from wire.server import serve

PEER = PeerSettings(ping_seconds=0.2, silent_seconds=1.0, connect_seconds=1.0)
LINKS = LinksSection(retry_min_seconds=0.05, retry_max_seconds=0.2)


@asynccontextmanager
async def hub_with(
    *sections: SatelliteSection, **stages: object
) -> AsyncIterator[tuple[Satellites, asyncio.Queue[Trace]]]:
    traces: asyncio.Queue[Trace] = asyncio.Queue(maxsize=100)
    parts = SessionParts(
        fake_stages(**stages),
        EndpointSection(silence_ms=320),
        "en",
        FakeVoice,
        FakeWake,
        in_this_thread,
        Arbiter(),
        traces.put,
    )
    async with Satellites(parts, LINKS, PEER, sections, Volumes(None), wakes=NoWakes()) as satellites:
        yield satellites, traces


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that another task or process brings about."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


def at(room: StandIn, name: str = "kitchen") -> SatelliteSection:
    return SatelliteSection(name=name, address=room.uri, area="Kitchen")


async def test_a_turn_over_tcp() -> None:
    async with stand_in("kitchen") as room, hub_with(at(room)) as (satellites, traces):
        heard = await room.turn(voice(400))
        trace = await asyncio.wait_for(traces.get(), 5)
        assert heard.error is None
        assert heard.first_audio_at is not None
        assert (trace.satellite, trace.area, trace.transcript) == ("kitchen", "Kitchen", "turn on the bed light")
        assert trace.wake
        assert [status.state for status in satellites.statuses()] == ["idle"]
        assert satellites.area_of("kitchen") == "Kitchen"


async def test_a_satellite_that_died_is_served_again() -> None:
    async with AsyncExitStack() as stack:
        life = await stack.enter_async_context(AsyncExitStack())
        first = await life.enter_async_context(stand_in("kitchen"))
        satellites, traces = await stack.enter_async_context(hub_with(at(first)))
        await first.turn(voice(400))
        await life.aclose()
        await until(lambda: satellites.statuses()[0].state == "lost")
        async with stand_in("kitchen", first.uri) as second:
            await second.turn(voice(400))
            await until(lambda: traces.qsize() == 2)


async def test_a_satellite_that_goes_silent_is_given_up_and_tried_again() -> None:
    """A half-open link must not leave a room deaf (FIELD A4): no answer to pings ends it."""
    connections = 0
    satellite = Satellite("mute", Attribution("", ""), installed=True, description="", version="1")

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readline()
        writer.write(encode(Info(satellite=satellite).event()))
        while (line := await reader.readline()) and b"ping" not in line:
            pass
        writer.write(encode(Pong().event()))
        await reader.read(-1)

    async with raw_server(mute) as port:
        section = SatelliteSection(name="mute", address=f"tcp://127.0.0.1:{port}")
        async with hub_with(section) as (satellites, _):
            await until(lambda: connections >= 2)
            assert satellites.statuses()[0].name == "mute"


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.0\r\n\r\n", b"\xff\xfe\x00" * 40_000, b'{"type":"info","data_length":100000000000}\n', b"[]\n"],
)
async def test_garbage_costs_only_that_peer(garbage: bytes) -> None:
    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(garbage)
        await writer.drain()
        await asyncio.sleep(0.05)

    async with raw_server(rude) as port, stand_in("kitchen") as room:
        rude_section = SatelliteSection(name="rude", address=f"tcp://127.0.0.1:{port}")
        async with hub_with(rude_section, at(room)) as (satellites, _):
            assert (await room.turn(voice(400))).error is None
            rude_status = next(status for status in satellites.statuses() if status.name == "rude")
            assert rude_status.state == "lost"


async def test_what_zeroconf_finds_is_asked_what_it_is() -> None:
    """Speech services announce themselves as satellites do: they are left alone."""

    async def service(connection: Connection) -> None:
        while True:
            await connection.receive()
            await connection.send(tts_info(["en"]).event())

    async with serve("tcp://127.0.0.1:0", service, PeerSettings()) as uri, stand_in("hall") as room:
        named = SatelliteSection(name="hall", area="Hall")
        async with hub_with(named) as (satellites, _):
            satellites.keeper.found("piper", uri)
            satellites.keeper.found("hall", room.uri)
            satellites.keeper.found("hall", room.uri)
            await room.turn(voice(400))
            await until(lambda: len(satellites.statuses()) == 1)
            assert (satellites.statuses()[0].name, satellites.statuses()[0].area) == ("hall", "Hall")


@pytest.mark.parametrize(("width", "code"), [(1, "audio-format")])
async def test_8_bit_audio_is_refused_by_name_and_the_link_stays(width: int, code: str) -> None:
    async with stand_in("kitchen") as room, hub_with(at(room)):
        await room.owned()
        await room.send(Event("run-pipeline", {"start_stage": "asr", "end_stage": "tts"}))
        await room.send(AudioChunk(16_000, width, 1, bytes(2048)).event())
        error = await room.expect("error")
        assert error.data["code"] == code
        assert (await room.turn(voice(400))).error is None


@pytest.mark.parametrize(
    "event",
    [
        Event("user-event", {"name": "muted", "data": 5}),
        Event("user-event", {"name": "wake-scores", "data": {"words": {"alexa": 2}}}),
        Event("error", {"text": {"a": 1}, "code": []}),
        Event("detection", {"name": 7}),
        Event("detection", {"name": "alexa", "word_ends_ms": -5}),
        Event("run-pipeline", {"start_stage": None}),
        Event("audio-chunk", {"rate": 10**300, "width": 2, "channels": 1}, b"\0\0"),
        Event("info", {"satellite": "yes"}),
    ],
)
async def test_a_satellite_that_mistypes_its_data_is_told_and_tried_again(event: Event) -> None:
    async with stand_in("kitchen") as room, hub_with(at(room)) as (satellites, _):
        await room.send(event)
        error = await room.expect("error")
        assert error.data["code"] in {"frame-malformed", "link-lost"}
        await until(lambda: satellites.statuses()[0].state == "idle")
        assert (await room.turn(voice(400))).error in {None, "link-lost"}


async def test_48_khz_stereo_is_converted() -> None:
    async with stand_in("kitchen") as room, hub_with(at(room)) as (_, traces):
        await room.owned()
        await room.send(Event("run-pipeline", {"start_stage": "asr", "end_stage": "tts"}))
        for _unused in range(20):
            await room.send(AudioChunk(48_000, 2, 2, b"\x01\x10" * 6144).event())
        await room.send(Event("audio-stop"))
        trace = await asyncio.wait_for(traces.get(), 5)
        assert trace.transcript


async def test_an_announcement_is_played_on_all_or_refused_by_name() -> None:
    async with stand_in("kitchen") as room, hub_with(at(room)) as (satellites, _):
        with pytest.raises(EarshotError, match="satellite-unknown"):
            await satellites.say("hello", satellite="attic", language=None)
        await room.owned()
        saying = asyncio.create_task(satellites.say("dinner is ready", satellite=None, language=None))
        await room.expect("audio-stop")
        await room.send(Event("played"))
        assert await saying == ["kitchen"]
    async with hub_with() as (satellites, _):
        with pytest.raises(EarshotError, match="satellite-none"):
            await satellites.say("hello", satellite=None, language=None)


async def test_a_real_wyoming_server_is_driven() -> None:
    """The package's own server class at the other end, with its own frames."""
    received: list[str] = []

    class Handler(AsyncEventHandler):
        async def handle_event(self, event: Event) -> bool:
            received.append(event.type)
            if event.type == "describe":
                satellite = Satellite("stock", Attribution("", ""), True, "", "1", area="Attic")
                await self.write_event(Info(satellite=satellite).event())
                await self.write_event(Event("detection", {"name": "hey_jarvis"}))
                await self.write_event(Event("run-pipeline", {"start_stage": "asr", "end_stage": "tts", "name": "x"}))
                for block in (voice(500).data, bytes(16_000)):
                    await self.write_event(AudioChunk(16_000, 2, 1, block).event())
            if event.type == "audio-stop":
                await self.write_event(Event("played"))
            return True

    port = free_port()
    server = AsyncServer.from_uri(f"tcp://127.0.0.1:{port}")
    await server.start(Handler)
    section = SatelliteSection(name="stock", address=f"tcp://127.0.0.1:{port}")
    async with hub_with(section) as (_, traces):
        trace = await asyncio.wait_for(traces.get(), 10)
    assert trace.area == "Attic"
    for expected in ("run-satellite", "transcribe", "voice-started", "voice-stopped", "transcript", "audio-start"):
        assert expected in received
    await server.stop()


async def test_connecting_needs_no_name_resolution() -> None:
    """Guard of the test itself: the real client class reaches our stand-in."""
    async with stand_in("kitchen") as room:
        host, _, port = room.uri.removeprefix("tcp://").rpartition(":")
        async with AsyncTcpClient(host, int(port)) as client:
            await client.write_event(Event("describe"))
            event = await asyncio.wait_for(client.read_event(), 5)
            assert event is not None
            assert event.type == "info"


async def test_other_settings_reach_only_the_satellite_that_they_are_about() -> None:
    async with stand_in("kitchen") as kitchen, stand_in("hall") as hall, hub_with(at(kitchen)) as (satellites, traces):
        satellites.keeper.found("hall", hall.uri)
        await until(
            lambda: {one.state for one in satellites.statuses()} == {"idle"} and len(satellites.statuses()) == 2
        )
        before = {link.name: link for link in satellites.keeper.connected()}
        await satellites.configure([at(kitchen), SatelliteSection(name="hall", area="Attic")])
        await until(lambda: satellites.area_of("hall") == "Attic")
        after = {link.name: link for link in satellites.keeper.connected()}
        assert after["kitchen"] is before["kitchen"]
        assert after["hall"] is not before["hall"]
        await hall.expect("error")  # the stand-in's own word for the link that went
        await hall.turn(voice(400))
        assert (await asyncio.wait_for(traces.get(), 5)).area == "Attic"

        await satellites.configure([])
        await until(lambda: [one.name for one in satellites.statuses()] == ["hall"])
        await until(lambda: satellites.area_of("hall") is None and satellites.statuses()[0].state == "idle")
        await satellites.configure([at(kitchen, "cook")])
        await until(lambda: satellites.area_of("cook") == "Kitchen")


async def test_an_utterance_ends_by_the_newest_setting() -> None:
    async with stand_in("kitchen") as room, hub_with(at(room)) as (satellites, traces):
        await room.turn(voice(400))
        await asyncio.wait_for(traces.get(), 5)
        satellites.listen_by(EndpointSection(silence_ms=320, max_seconds=0.3), None)
        await room.turn(voice(2000))
        trace = await asyncio.wait_for(traces.get(), 5)
        assert trace.timings_ms["endpoint"] < 320
