"""Listens for Wyoming peers on TCP or a Unix socket and runs one handler for each."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from wyoming.error import Error

from wire.address import TcpAddress, UnixAddress, parse_uri
from wire.connection import Connection, Ear, PeerSettings
from wire.errors import ConfigError, PeerError
from wire.frame import encode
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

Handler = Callable[[Connection], Awaitable[None]]


@contextlib.asynccontextmanager
async def serve(uri: str, handler: Handler, settings: PeerSettings, *, max_peers: int = 16) -> AsyncIterator[str]:
    """Listen while the block runs; gives the URI with the port that was really bound (``tcp://…:0`` picks one).

    handler: runs once for each peer, its connection closes when it returns. A PeerError that it raises ends that peer
    only; any other exception is a bug and ends the block. Leaving stops listening, then cancels and awaits handlers.
    One peer more than ``max_peers`` is told ``too-many-peers`` and closed.
    Raises ConfigError: uri-invalid, port-in-use, listen-failed.
    """
    address = parse_uri(uri)
    async with Tasks() as tasks:
        peers = _Peers(str(address), handler, settings, max_peers, tasks)
        server = await _listen(address, peers.protocol)
        try:
            yield _bound_uri(address, server)
        finally:
            peers.open = False
            server.close()
            if isinstance(address, UnixAddress):
                await asyncio.to_thread(address.path.unlink, missing_ok=True)


async def _listen(address: TcpAddress | UnixAddress, protocol: Callable[[], asyncio.BaseProtocol]) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    try:
        if isinstance(address, TcpAddress):
            return await loop.create_server(protocol, address.host, address.port)
        return await loop.create_unix_server(protocol, sock=await asyncio.to_thread(bound_socket, address))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise _in_use(address) from error
        raise ConfigError("listen-failed", f"cannot listen on {address}: {error}; set another address") from error


def _bound_uri(address: TcpAddress | UnixAddress, server: asyncio.Server) -> str:
    if isinstance(address, UnixAddress):
        return str(address)
    return str(TcpAddress(address.host, server.sockets[0].getsockname()[1]))


def bound_socket(address: UnixAddress) -> socket.socket:
    """A socket file of our own (mode 0600, new folders 0700); a file that a dead process left behind is replaced."""
    address.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _is_alive(address.path):
        raise _in_use(address)
    address.path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(address.path))
        address.path.chmod(0o600)  # before listen(): until then nobody can connect
    except OSError:
        listener.close()
        raise
    return listener


def _is_alive(path: Path) -> bool:
    """Does somebody listen there? Raises OSError for a file that is no socket: that one is not ours to remove."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            if path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            return False
        except BlockingIOError:  # its queue of callers is full
            return True
        return True


def _in_use(address: TcpAddress | UnixAddress) -> ConfigError:
    what = f"port {address.port}" if isinstance(address, TcpAddress) else str(address.path)
    return ConfigError("port-in-use", f"{what} is in use: a program listens on {address}; stop it or set another one")


class _Peers:
    """Makes what asyncio needs for each accepted socket, and starts its handler."""

    def __init__(self, uri: str, handler: Handler, settings: PeerSettings, max_peers: int, tasks: Tasks) -> None:
        self._uri = uri
        self._handler, self._settings, self._max_peers, self._tasks = handler, settings, max_peers, tasks
        self._count = 0
        self.open = True

    def protocol(self) -> asyncio.StreamReaderProtocol:
        ear = Ear(self._settings)
        return asyncio.StreamReaderProtocol(ear, lambda _, writer: self._accept(ear, writer))

    def _accept(self, ear: Ear, writer: asyncio.StreamWriter) -> None:
        if not self.open:  # accepted in the moment of leaving
            writer.transport.abort()
            return
        self._count += 1
        peer = writer.get_extra_info("peername")
        name = f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else f"{self._uri} #{self._count}"
        if len(self._tasks) >= self._max_peers:
            _log.info("%s turned away: %s peers are connected already", name, self._max_peers)
            text = f"{self._max_peers} peers are connected already; close one"
            writer.write(encode(Error(text=text, code="too-many-peers").event()))
            writer.close()
            return
        connection = Connection(name, self._settings, ear, writer)
        task = self._tasks.start(self._serve(connection), name=f"wire.serve[{name}]")
        task.add_done_callback(lambda _: writer.close())  # a task that is cancelled before it ran closes nothing itself

    async def _serve(self, connection: Connection) -> None:
        async with connection:
            try:
                await self._handler(connection)
            except PeerError as error:
                _log.info("%s: %s", connection.name, error)
