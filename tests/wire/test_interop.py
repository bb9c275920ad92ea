"""The real ``wyoming`` package talks with us over real sockets, both ways, newest and 1.4.1 (wyoming-satellite 1.0)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.event import Event, async_read_event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.server import AsyncEventHandler, AsyncTcpServer
from wyoming.wake import Detection

from tests.wire.peers import echo, serving
from wire.connection import Connection, PeerSettings, connect
from wire.errors import PeerClosed

ROOT = Path(__file__).resolve().parents[2]
PEER = Path(__file__).with_name("wyoming_peer.py")
OLD = ROOT / ".interop" / "wyoming-1.4.1" / "bin" / "python"

EVENTS = [
    AudioStart(16000, 2, 1, timestamp=5).event(),
    AudioChunk(16000, 2, 1, bytes(range(256)) * 8).event(),
    AudioStop().event(),
    Transcript("Schalte das Küchenlicht ein").event(),
    RunPipeline(PipelineStage.ASR, PipelineStage.TTS).event(),
    Detection("okay_nabu", 12).event(),
    Event("not-invented-yet", {"new": {"field": [1, None, 0.5, "\u2028"]}}, b"\n\x00"),
    Event("no-data"),
    Event("long", {"text": "ü" * 100_000}, bytes(300_000)),
]


class Echo(AsyncEventHandler):
    async def handle_event(self, event: Event) -> bool:
        await self.write_event(event)
        return True


@contextlib.asynccontextmanager
async def their_server() -> AsyncIterator[str]:
    server = AsyncTcpServer("127.0.0.1", 0)
    await server.start(Echo)
    assert server._server is not None
    try:
        yield f"tcp://127.0.0.1:{server._server.sockets[0].getsockname()[1]}"
    finally:
        await server.stop()
        await asyncio.sleep(0.05)  # their stop() does not await its handlers


async def test_their_newest_client_talks_with_our_server() -> None:
    async with serving(echo) as uri, AsyncTcpClient("127.0.0.1", int(uri.rpartition(":")[2])) as client:
        for event in EVENTS:
            await client.write_event(event)
            assert await client.read_event() == event
        await client.write_event(Ping("x").event())
        assert await client.read_event() == Pong("x").event()


async def test_our_client_talks_with_their_newest_server() -> None:
    async with their_server() as uri, await connect(uri, PeerSettings()) as connection:
        for event in EVENTS:
            await connection.send(event)
            assert await connection.receive(5) == event
        await connection.send(Ping("x").event())  # echoed: their ping, so that we answer it, and they echo the pong
        await connection.send(EVENTS[0])
        assert await connection.receive(5) == EVENTS[0]


async def test_their_client_sees_the_error_and_the_end_when_it_is_malformed() -> None:
    async with serving(echo) as uri:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(uri.rpartition(":")[2]))
        writer.write(b"not wyoming\n")
        told = await async_read_event(reader)
        assert told is not None
        assert told.data["code"] == "frame-malformed"
        assert await async_read_event(reader) is None
        writer.close()
        await writer.wait_closed()


# other versions run in a process of their own


@pytest.fixture(params=[pytest.param(sys.executable, id="newest"), pytest.param(str(OLD), id="1.4.1")])
def python(request: pytest.FixtureRequest) -> str:
    if not Path(request.param).exists():
        pytest.skip(f"{request.param} is missing: scripts/setup makes it")
    return str(request.param)


@contextlib.asynccontextmanager
async def running(python: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The peer script; it ends when its stdin is closed."""
    pipe = asyncio.subprocess.PIPE
    limit = 1 << 22
    process = await asyncio.create_subprocess_exec(python, str(PEER), *arguments, stdin=pipe, stdout=pipe, limit=limit)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(10):
            assert await process.wait() == 0


async def test_their_server_in_its_own_process_talks_with_our_client(python: str) -> None:
    async with running(python, "serve") as process:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        async with await connect(f"tcp://127.0.0.1:{port}", PeerSettings()) as connection:
            await connection.send(Describe().event())
            info = Info.from_event(await connection.receive(5))
            assert info.satellite is not None
            assert info.satellite.name == "Küche"
            for event in EVENTS:
                await connection.send(event)
                assert await connection.receive(5) == event


async def test_a_server_that_knows_no_pings_is_not_dropped_for_it(python: str) -> None:
    """Wyoming 1.4.1 has no such event; wyoming-satellite 1.0, which is made with it, must still be usable."""
    async with running(python, "serve") as process:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        settings = PeerSettings(ping_seconds=0.05, silent_seconds=0.5)
        async with await connect(f"tcp://127.0.0.1:{port}", settings) as connection:
            await connection.send(Describe().event())
            await connection.receive(5)
            await asyncio.sleep(1)
            await connection.send(EVENTS[0])
            assert await connection.receive(5) == EVENTS[0]


async def test_their_client_in_its_own_process_talks_with_our_server(python: str) -> None:
    received: list[Event] = []

    async def handler(connection: Connection) -> None:
        with contextlib.suppress(PeerClosed):
            while True:
                received.append(await connection.receive())
                await connection.send(received[-1])

    async with serving(handler) as uri, running(python, "call", uri.rpartition(":")[2]) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for event in EVENTS:
            payload = base64.b64encode(event.payload or b"").decode()
            line = json.dumps({"type": event.type, "data": event.data, "payload": payload})
            process.stdin.write(line.encode() + b"\n")
            back = json.loads(await process.stdout.readline())
            assert (back["type"], back["data"], back["payload"]) == (event.type, event.data, payload)
    assert received == EVENTS
