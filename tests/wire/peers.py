"""Peers for tests of the wire: bare sockets that send what no program of ours would, and a server that echoes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from wyoming.event import Event

from wire.address import TcpAddress, parse_uri
from wire.connection import Connection, PeerSettings, connect
from wire.frame import Limits, encode, read_event
from wire.server import Handler, serve

ANY_PORT = "tcp://127.0.0.1:0"


@dataclass
class BarePeer:
    """A socket that speaks only when told to."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes | Event) -> None:
        self.writer.write(encode(data) if isinstance(data, Event) else data)
        await self.writer.drain()

    async def receive(self) -> Event:
        return await read_event(self.reader, Limits())

    def close(self) -> None:
        self.writer.close()


@contextlib.asynccontextmanager
async def bare_client(uri: str) -> AsyncIterator[BarePeer]:
    """A bare socket connected to ``uri``."""
    address = parse_uri(uri)
    assert isinstance(address, TcpAddress)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield BarePeer(reader, writer)
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def linked(settings: PeerSettings | None = None) -> AsyncIterator[tuple[Connection, BarePeer]]:
    """Our connection as client, and the bare socket that it is connected to."""
    peers: asyncio.Queue[BarePeer] = asyncio.Queue()
    server = await asyncio.start_server(
        lambda reader, writer: peers.put_nowait(BarePeer(reader, writer)), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    peer = None
    try:
        async with await connect(f"tcp://127.0.0.1:{port}", settings or PeerSettings(), name="peer") as connection:
            peer = await peers.get()
            yield connection, peer
    finally:
        server.close()
        if peer is not None:
            peer.writer.transport.abort()
            with contextlib.suppress(OSError):
                await peer.writer.wait_closed()


@contextlib.asynccontextmanager
async def serving(handler: Handler, settings: PeerSettings | None = None, **more: int) -> AsyncIterator[str]:
    async with serve(ANY_PORT, handler, settings or PeerSettings(), **more) as uri:
        yield uri


async def echo(connection: Connection) -> None:
    while True:
        await connection.send(await connection.receive())
