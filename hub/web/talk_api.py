"""The WebSocket over which a page listens and speaks: frames in and out, nothing about turns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from hub.links.browser import BrowserHello, BrowserSocket
from hub.web.exchange import query_as
from hub.web.refusal import RequestRefused
from hub.web.routes import Route
from wire.errors import EarshotError

MOST_PAGES = 8  # that listen at once: each costs what a satellite costs
FRAME_BYTES = 32 << 10  # 170 ms of 96 kHz: a page sends 20 to 100 ms at a time
HEARTBEAT_SECONDS = 10.0

Serve = Callable[[BrowserSocket, BrowserHello], Awaitable[None]]


class TalkApi:
    """serve: runs one session over a page's socket, until the page is gone (PeerError)."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._names: set[str] = set()

    def routes(self) -> Iterable[Route]:
        return [
            Route(
                method="GET",
                path="/talk",
                handler=self._talk,
                summary="WebSocket: microphone and speaker of a browser (docs/talk.md)",
                scope="act",
                query=BrowserHello,
                status=101,
            )
        ]

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        hello = query_as(request, BrowserHello)
        if hello.name in self._names:
            raise RequestRefused("talk-taken", "this page talks already in another tab; close that one", status=409)
        if len(self._names) >= MOST_PAGES:
            raise RequestRefused("talk-full", f"{MOST_PAGES} pages talk already; close one", status=429)
        self._names.add(hello.name)
        try:
            socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=FRAME_BYTES, compress=False)
            await socket.prepare(request)
            await self._hold(socket, hello)
        finally:
            self._names.discard(hello.name)
        return socket

    async def _hold(self, socket: web.WebSocketResponse, hello: BrowserHello) -> None:
        try:
            await self._serve(_Socket(socket), hello)
        except EarshotError as error:
            refused = {"type": "failed", "code": error.code, "message": error.message}
            if not socket.closed:
                await socket.send_str(msgspec.json.encode(refused).decode())
                await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=error.code.encode()[:100])


class _Socket:
    """Implements BrowserSocket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def receive(self) -> bytes | str | None:
        message = await self._socket.receive()
        if message.type in {WSMsgType.BINARY, WSMsgType.TEXT}:
            data: bytes | str = message.data
            return data
        return None

    async def send(self, message: bytes | str) -> None:
        if isinstance(message, bytes):
            await self._socket.send_bytes(message)
        else:
            await self._socket.send_str(message)
