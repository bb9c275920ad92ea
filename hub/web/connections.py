"""How many connections a listener takes, of all and of each address, and how long one may take to begin."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """of_all: connections at once; a client that never finishes its request must not use up the hub's files.

    of_address: the same from one address. head_seconds: until a request's head is whole, from the connection's begin
    or from the answer before it. handshake_seconds: for TLS.
    """

    of_all: int
    of_address: int
    head_seconds: float
    handshake_seconds: float = 10.0


CONTROL = Bounds(of_all=64, of_address=64, head_seconds=3600.0)  # whoever opens it may end the hub, too
PAGE = Bounds(of_all=192, of_address=64, head_seconds=10.0)  # twenty live pages of one browser, and their requests


async def accept(
    runner: web.AppRunner, listener: socket.socket, bounds: Bounds, *, tls: ssl.SSLContext | None = None, backlog: int
) -> asyncio.Server:
    """Serve ``runner`` on a bound socket, within ``bounds``."""
    server = runner.server
    assert server is not None, "set up"
    doors = _Doors(server, bounds)
    loop = asyncio.get_running_loop()
    if listener.family == socket.AF_UNIX:
        return await loop.create_unix_server(doors.door, sock=listener, backlog=backlog)
    handshake = bounds.handshake_seconds if tls else None
    return await loop.create_server(
        doors.door, sock=listener, backlog=backlog, ssl=tls, ssl_handshake_timeout=handshake
    )


class _Doors:
    """Counts who is inside, and who has not come through TLS yet."""

    def __init__(self, server: web.Server, bounds: Bounds) -> None:
        self._server, self._bounds = server, bounds
        self._waiting: dict[_Door, float] = {}

    def door(self) -> asyncio.Protocol:
        """Called for each connection, before anything is known of it."""
        now = asyncio.get_running_loop().time()
        while self._waiting and now - next(iter(self._waiting.values())) > self._bounds.handshake_seconds + 1:
            del self._waiting[next(iter(self._waiting))]  # it never came through, and is closed by now
        if len(self._server.connections) + len(self._waiting) >= self._bounds.of_all:
            return _Closed()
        door = _Door(self)
        self._waiting[door] = now
        return door

    def enter(self, door: _Door, transport: asyncio.Transport) -> None:
        self._waiting.pop(door, None)
        peer = _host(transport.get_extra_info("peername"))
        same = sum(_host(handler.peername) == peer for handler in self._server.connections)
        if peer and same >= self._bounds.of_address:
            transport.abort()
            return
        handler = self._server()
        transport.set_protocol(handler)
        handler.connection_made(transport)


class _Door(asyncio.Protocol):
    """A connection that has just begun; the one that speaks HTTP takes its place."""

    def __init__(self, doors: _Doors) -> None:
        self._doors = doors

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._doors.enter(self, transport)


class _Closed(asyncio.Protocol):
    """A connection too many: closed without a word."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


def _host(peer: object) -> str:
    """Of a socket's address; empty on a Unix socket, and once it is gone."""
    return str(peer[0]) if isinstance(peer, tuple) and peer else ""
