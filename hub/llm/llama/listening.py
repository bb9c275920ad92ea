"""An aiohttp application at a URI: a Unix socket that only its owner may use, or a TCP port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from wire.address import TcpAddress, UnixAddress, parse_uri
from wire.errors import ConfigError
from wire.server import bound_socket

_SHUTDOWN_SECONDS = 1.0


@asynccontextmanager
async def listening(app: web.Application, uri: str) -> AsyncIterator[None]:
    """A request whose peer leaves is cancelled. Raises ConfigError (uri-invalid, port-in-use, listen-failed)."""
    address = parse_uri(uri)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_SECONDS, access_log=None)
    await runner.setup()
    try:
        if isinstance(address, TcpAddress):
            await web.TCPSite(runner, address.host, address.port).start()
        else:
            await web.SockSite(runner, await asyncio.to_thread(bound_socket, address)).start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError("listen-failed", f"cannot listen on {address}: {error}; set another address") from error
    try:
        yield
    finally:
        await runner.cleanup()
        if isinstance(address, UnixAddress):
            await asyncio.to_thread(address.path.unlink, missing_ok=True)
