"""A server with OpenAI's chat completions that says what a test tells it to, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

Part = str | dict[str, Any] | Callable[[], Any]


def call(name: str, /, **arguments: object) -> dict[str, Any]:
    """A call as a server sends it whole."""
    return {"name": name, "arguments": json.dumps(arguments)}


@dataclass
class ChatServer:
    """answers: for one request after another, the last again and again. A part: text, a call, or something to await."""

    answers: Sequence[Sequence[Part]]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    ended: list[bool] = field(default_factory=list)  # for each request: it was answered to its end
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def complete(self, http: web.Request) -> web.StreamResponse:
        self.headers.append(dict(http.headers))
        self.requests.append(await http.json())
        self.ended.append(False)
        number = len(self.requests) - 1
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(http)
        for part in self.answers[min(number, len(self.answers) - 1)]:
            if callable(part):
                self.reached.set()
                await part()
                continue
            delta = {"content": part} if isinstance(part, str) else {"tool_calls": [_whole(part)]}
            await response.write(f"data: {json.dumps({'choices': [{'delta': delta}]})}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        self.ended[number] = True
        return response


def _whole(part: dict[str, Any]) -> dict[str, Any]:
    return {"index": part.pop("index", 0), "id": "c1", "type": "function", "function": part}


@asynccontextmanager
async def chat_server(*answers: Sequence[Part]) -> AsyncIterator[ChatServer]:
    server = ChatServer(answers)
    async with serving(server.complete) as server.url:
        yield server


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Any], path: Path | None = None) -> AsyncIterator[str]:
    """Run one handler for chat completions, on loopback or a Unix socket; gives the URL."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await (web.UnixSite(runner, str(path)) if path else web.TCPSite(runner, "127.0.0.1", 0)).start()
        yield f"unix://{path}" if path else f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()
