"""The two listeners: the control socket, for whoever may use the hub's files, and the page for browsers."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

from aiohttp import web

from hub.config import WebSection
from hub.web import page
from hub.web.access.origins import OwnNames
from hub.web.access.tls import Tls
from hub.web.connections import CONTROL, PAGE, Bounds, accept
from hub.web.openapi import openapi_route
from hub.web.plain import certificate_route, leading_to
from hub.web.refusal import MAX_BODY_BYTES, refusals
from hub.web.routes import PROBES, Access, Route, served
from wire.errors import ConfigError

SHUTDOWN_SECONDS = 2.0  # for requests in flight at the end; then they are cancelled
LINGER_SECONDS = 2.0  # a body that was refused is read on for as long, so that its sender sees the answer
BACKLOG = 128  # a caller of a Unix socket beyond it is refused at once, and twenty may call together
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
        async with _serving(app, listener, CONTROL):
            yield
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


@asynccontextmanager
async def page_server(
    routes: Sequence[Route],
    section: WebSection,
    *,
    version: str,
    access: Access,
    names: OwnNames | None = None,
    tls: Tls | None = None,
    bounds: Bounds = PAGE,
) -> AsyncIterator[int]:
    """Serve the page and its API; yields the port (``section.port``, or a free one for 0).

    tls: the page is HTTPS on ``section.https_port``, which is yielded then; the other port leads there.
    Raises ConfigError: port-in-use, bind-refused.
    """
    files = await asyncio.to_thread(page.load)
    guard = page.guard(OwnNames(section.names) if names is None else names)
    app = web.Application(middlewares=[guard, refusals], client_max_size=MAX_BODY_BYTES)
    app.add_routes([*served([*routes, openapi_route(routes, version)], access=access), *page.routes(files)])
    app.add_routes(served([route for route in routes if route.path in PROBES], prefix="", access=access))
    listener = _bind_tcp(section.bind, section.https_port if tls else section.port)
    port: int = listener.getsockname()[1]
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)  # until it is served
        if tls:
            app.add_routes([certificate_route(tls.authority)])
            plain = web.Application(middlewares=[guard, refusals])
            plain.add_routes([*leading_to(port), certificate_route(tls.authority), *page.looks(files)])
            await stack.enter_async_context(_serving(plain, _bind_tcp(section.bind, section.port), bounds))
        await stack.enter_async_context(_serving(app, listener, bounds, tls.context if tls else None))
        yield port


@asynccontextmanager
async def _serving(
    app: web.Application, listener: socket.socket, bounds: Bounds, tls: ssl.SSLContext | None = None
) -> AsyncIterator[None]:
    """Accept on ``listener`` and close it. A client that hangs up cancels what it asked for."""
    with closing(listener):
        runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=SHUTDOWN_SECONDS,
            lingering_time=LINGER_SECONDS,
            keepalive_timeout=bounds.head_seconds,  # aiohttp's timer also ends a head that comes byte by byte
        )
        await runner.setup()
        try:
            async with await accept(runner, listener, bounds, tls=tls, backlog=BACKLOG):
                yield
        finally:
            await runner.cleanup()


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
    """bind: ``::`` is both families, where this machine has both."""
    host = "127.0.0.1" if bind == "localhost" else bind  # no resolver decides whom we listen to
    both = host == "::" and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} on {host} is taken by another program; stop it, or set another [web] port"
            raise ConfigError("port-in-use", message) from error
        message = f"cannot listen on {host} port {port} ({error.strerror}); set another [web] bind or port"
        raise ConfigError("bind-refused", message) from error
