"""The HTTP side: health, models, and chat completions, streamed or whole; one answer at a time.

Who leaves before the end stops the computation. While a long prompt is read, a comment line says so twice a second:
silence means that this process hangs.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from typing import Any

import msgspec
from aiohttp import web

from hub.llm.llama.chat import Chat, Told, Usage
from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.library import Llama, Stopped
from hub.llm.llama.requests import MAX_BYTES, Request, read
from hub.llm.messages import ToolCall

_log = logging.getLogger(__name__)

ALIVE_SECONDS = 0.5
_WAITING = 8  # requests at a time; more are refused
_STATUS = {"llm-busy": 503, "llm-failed": 500, "llm-memory": 500}  # others are the request's own fault
_END = object()


class ChatService:
    """worker: the one thread that may touch ``llama`` and ``chat``."""

    def __init__(self, name: str, llama: Llama, chat: Chat, worker: ThreadPoolExecutor) -> None:
        self._name, self._llama, self._chat, self._worker = name, llama, chat, worker
        self._turn = asyncio.Lock()
        self._asked = 0
        self._read = (0, 0)  # tokens of the prompt, of how many

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BYTES)
        app.router.add_get("/health", self._health)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._completions)
        return app

    async def _health(self, _: web.Request) -> web.Response:
        return _json({"status": "ok", "model": self._name, "context_tokens": self._llama.context_tokens})

    async def _models(self, _: web.Request) -> web.Response:
        return _json({"object": "list", "data": [{"id": self._name, "object": "model", "owned_by": "earshot"}]})

    async def _completions(self, http: web.Request) -> web.StreamResponse:
        try:
            request = read(await http.read())
            with self._waiting():
                return await (self._streamed(http, request) if request.stream else self._whole(request))
        except LlamaFailed as failed:
            return _json(_refusal(failed), _STATUS.get(failed.code, 400))

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        if self._asked >= _WAITING:
            raise LlamaFailed("llm-busy", f"{_WAITING} requests wait already; ask again later")
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1

    async def _whole(self, request: Request) -> web.Response:
        text, calls, usage = "", [], Usage()
        async with aclosing(self._answer(request)) as answer:
            async for told in answer:
                match told:
                    case str():
                        text += told
                    case ToolCall():
                        calls.append(told)
                    case Usage():
                        usage = told
        message: dict[str, Any] = {"role": "assistant", "content": text or None}
        if calls:
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "finish_reason": usage.ended}
        return _json(self._frame("chat.completion", choices=[choice], **_usage(usage)))

    async def _streamed(self, http: web.Request, request: Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(http)
        try:
            async with aclosing(self._answer(request)) as answer:
                calls = 0
                async for told in answer:
                    if told is None:
                        await response.write(b": read %d of %d tokens\n\n" % self._read)
                        continue
                    for frame in self._frames(told, calls):
                        await response.write(b"data: " + msgspec.json.encode(frame) + b"\n\n")
                    calls += isinstance(told, ToolCall)
        except LlamaFailed as failed:  # too late for a status
            await response.write(b"data: " + msgspec.json.encode(_refusal(failed)) + b"\n\n")
        await response.write(b"data: [DONE]\n\n")
        return response

    def _frames(self, told: Told, calls: int) -> list[dict[str, Any]]:
        match told:
            case str():
                delta: dict[str, Any] = {"content": told}
            case ToolCall():
                delta = {"tool_calls": [{"index": calls, **msgspec.to_builtins(told)}]}
            case Usage():
                end = {"index": 0, "delta": {}, "finish_reason": told.ended}
                return [self._frame("chat.completion.chunk", choices=[end], **_usage(told))]
        return [self._frame("chat.completion.chunk", choices=[{"index": 0, "delta": delta, "finish_reason": None}])]

    async def _answer(self, request: Request) -> AsyncGenerator[Told | None]:
        """What is told, as it comes; None twice a second: waiting for others, or reading. Closing it ends the work."""
        waiting = asyncio.ensure_future(self._turn.acquire())
        try:
            while not (await asyncio.wait([waiting], timeout=ALIVE_SECONDS))[0]:
                yield None
            async with aclosing(self._computed(request)) as computed:
                async for told in computed:
                    yield told
        finally:
            waiting.cancel()
            await asyncio.wait([waiting])
            if not waiting.cancelled():
                self._turn.release()

    async def _computed(self, request: Request) -> AsyncGenerator[Told | None]:
        """With the worker's time to itself."""
        queue: asyncio.Queue[Any] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        self._llama.go()
        work = loop.run_in_executor(self._worker, self._work, request, loop, queue)
        try:
            async for told in _taken(queue):
                yield told
        finally:
            if not work.done():
                self._llama.stop()
            await asyncio.wait([work])
            self._llama.go()

    def _work(self, request: Request, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[Any]) -> None:
        """In the worker."""

        def tell(what: object) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, what)

        try:
            for told in self._chat.answer(request, self._note_read):
                tell(told)
        except Stopped:
            _log.info("an answer was stopped")
        except LlamaFailed as failed:
            tell(failed)
        except Exception as error:  # noqa: BLE001 process boundary: a bug costs this answer
            _log.exception("an answer ended by a bug")
            tell(LlamaFailed("llm-failed", f"{type(error).__name__}; see the log"))
        finally:
            tell(_END)

    def _note_read(self, done: int, of_all: int) -> None:
        """In the worker."""
        self._read = (done, of_all)

    def _frame(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"id": "chatcmpl", "object": kind, "created": int(time.time()), "model": self._name, **more}


async def _taken(queue: asyncio.Queue[Any]) -> AsyncIterator[Told | None]:
    while True:
        try:
            async with asyncio.timeout(ALIVE_SECONDS):
                told = await queue.get()
        except TimeoutError:
            yield None
            continue
        if told is _END:
            return
        if isinstance(told, LlamaFailed):
            raise told
        yield told


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "usage": {
            "prompt_tokens": usage.prompt,
            "completion_tokens": usage.completion,
            "total_tokens": usage.prompt + usage.completion,
            "prompt_tokens_details": {"cached_tokens": usage.cached},
        },
        "timings": {"first_token_ms": usage.first_token_ms, "total_ms": usage.total_ms},
    }


def _refusal(failed: LlamaFailed) -> dict[str, Any]:
    return {"error": {"code": failed.code, "message": failed.message, "type": "earshot"}}


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
