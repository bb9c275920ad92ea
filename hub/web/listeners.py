"""The two listeners: the control socket, for whoever may use the hub's files, and the page for browsers."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path

from aiohttp import web

from hub.config import WebSection
from hub.web import page
from hub.web.access.origins import OwnNames
from hub.web.openapi import openapi_route
from hub.web.refusal import MAX_BODY_BYTES, refusals
from hub.web.routes import Access, Route, served
from wire.errors import ConfigError

SHUTDOWN_SECONDS = 2.0  # for requests in flight at the end; then they are cancelled
BACKLOG = 128  # a caller of a Unix socket beyond it is refused at once, and twenty may call together
MAX_CONNECTIONS = 64  # of each listener; a client that never finishes its request must not use up the hub's files
SOCKET_PATH_BYTES = 107  # sun_path, less its closing zero


@asynccontextmanager
async def control_socket(routes: Sequence[Route], path: Path) -> AsyncIterator[None]:
    """Serve the command line on a Unix socket that only our own user can open (0600).

    Raises ConfigError: hub-running, socket-path-too-long, socket-unusable.
    """
    app = web.Application(middlewares=[refusals], client_max_size=MAX_BODY_BYTES)
    app.add_routes(served(routes, prefix=""))
    listener = await asyncio.to_thread(_bind_unix, path)
    try:
        async with _serving(app, listener):
            yield
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


@asynccontextmanager
async def page_server(
    routes: Sequence[Route], section: WebSection, *, version: str, access: Access
) -> AsyncIterator[int]:
    """Serve the page and its API; yields the port (``section.port``, or a free one for 0).

    Raises ConfigError: port-in-use, bind-refused.
    """
    files = await asyncio.to_thread(page.load)
    listener = _bind_tcp(section.bind, section.port)
    port: int = listener.getsockname()[1]
    guard = page.guard(OwnNames(section.names))
    app = web.Application(middlewares=[guard, refusals], client_max_size=MAX_BODY_BYTES)
    app.add_routes([*served([*routes, openapi_route(routes, version)], access=access), *page.routes(files)])
    async with _serving(app, listener):
        yield port


@asynccontextmanager
async def _serving(app: web.Application, listener: socket.socket) -> AsyncIterator[None]:
    """Accept on ``listener`` and close it. A client that hangs up cancels what it asked for."""
    with closing(listener):
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            async with await _accepting(runner, listener):
                yield
        finally:
            await runner.cleanup()


async def _accepting(runner: web.AppRunner, listener: socket.socket) -> asyncio.Server:
    server = runner.server
    assert server is not None, "set up"

    def protocol() -> asyncio.BaseProtocol:
        return server() if len(server.connections) < MAX_CONNECTIONS else _TurnedAway()

    loop = asyncio.get_running_loop()
    if listener.family == socket.AF_UNIX:
        return await loop.create_unix_server(protocol, sock=listener, backlog=BACKLOG)
    return await loop.create_server(protocol, sock=listener, backlog=BACKLOG)


class _TurnedAway(asyncio.Protocol):
    """A connection too many: closed without a word."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


def _bind_unix(path: Path) -> socket.socket:
    if len(bytes(path)) > SOCKET_PATH_BYTES:
        raise ConfigError("socket-path-too-long", f"{path} is over {SOCKET_PATH_BYTES} bytes; choose a shorter folder")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear(path)
        listener.bind(str(path))
        path.chmod(0o600)  # before anybody can connect: that takes the listen() to come
    except OSError as error:
        listener.close()
        raise ConfigError("socket-unusable", f"{path}: {error}; make its folder writable for the hub") from error
    except ConfigError:
        listener.close()
        raise
    return listener


def _clear(path: Path) -> None:
    """Remove the socket of a hub that died; one that still answers is another hub."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise ConfigError("hub-running", f"another hub answers on {path}; stop it, or give this one its own EARSHOT_HOME")


def _bind_tcp(bind: str, port: int) -> socket.socket:
    host = "127.0.0.1" if bind == "localhost" else bind  # no resolver decides whom we listen to
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} on {host} is taken by another program; stop it, or set another [web] port"
            raise ConfigError("port-in-use", message) from error
        message = f"cannot listen on {host} port {port} ({error.strerror}); set another [web] bind or port"
        raise ConfigError("bind-refused", message) from error
