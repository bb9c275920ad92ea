"""Chat completions from our own server over a Unix socket, or from llama-server, vLLM or Ollama by URL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
from aiohttp.http_exceptions import HttpProcessingError

from hub.errors import LlmFailed
from hub.llm.messages import LISTED, Called, Function, Message, Tool, ToolCall
from hub.llm.written import Written
from wire.errors import PeerRefused

_OWN = "unix://"
_SILENT_SECONDS = 1.5  # our own server says something twice a second
_CONNECT_SECONDS = 2.0
_MAX_ANSWER = 64_000  # characters; no answer that is spoken is a tenth of it
_LINE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Server:
    """url: ``unix:///path`` of our own, or ``http://host:port/v1``. model: as that server names it. key: secret."""

    url: str
    model: str = ""
    key: str = field(default="", repr=False)

    @property
    def is_own(self) -> bool:
        return self.url.startswith(_OWN)


class ChatClient:
    """Async context manager. on_silent: is told the URL of our own server when it hangs."""

    def __init__(
        self, server: Server, *, silent_seconds: float, on_silent: Callable[[str], None] = lambda _: None
    ) -> None:
        """silent_seconds: of a server that is not ours, between two parts of an answer."""
        self.server = server
        self._silent_seconds = _SILENT_SECONDS if server.is_own else silent_seconds
        self._on_silent = on_silent
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        own = self.server.is_own
        connector = aiohttp.UnixConnector(self.server.url.removeprefix(_OWN)) if own else aiohttp.TCPConnector()
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=self._silent_seconds)
        headers = {"Authorization": f"Bearer {self.server.key}"} if self.server.key else {}
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=headers, read_bufsize=_LINE_BYTES, trust_env=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def complete(
        self, messages: Sequence[Message], tools: Sequence[Tool], *, max_tokens: int, **more: Any
    ) -> AsyncGenerator[str | ToolCall]:
        """Text and calls as they come. Closing it early ends the server's work.

        more: of the request, as ``tool_choice``. Raises LlmFailed (llm-lost, llm-timeout, llm-refused).
        """
        body = msgspec.json.encode(
            {
                "model": self.server.model or "default",
                "messages": [_sent(message) for message in messages],
                "max_tokens": max_tokens,
                "stream": True,
                **({"tools": tools if self.server.is_own else [_unlisted(tool) for tool in tools]} if tools else {}),
                **more,
            }
        )
        try:
            async with aclosing(self._told(body)) as told:
                async for part in told:
                    yield part
        except aiohttp.ServerTimeoutError as error:
            if self.server.is_own:
                self._on_silent(self.server.url)
            raise LlmFailed(
                "llm-timeout", f"{self.server.url} said nothing; a smaller model or a faster box"
            ) from error
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            raise LlmFailed(
                "llm-lost", f"{self.server.url}: {error or type(error).__name__}; is it running?"
            ) from error

    async def _told(self, body: bytes) -> AsyncGenerator[str | ToolCall]:
        assert self._session is not None, "use as an async context manager"
        base = "http://llm/v1" if self.server.is_own else self.server.url.rstrip("/")
        headers = {"Content-Type": "application/json"}
        async with self._session.post(f"{base}/chat/completions", data=body, headers=headers) as response:
            if response.status != 200:
                raise _refused(self.server.url, response.status, await response.content.read(2000))
            written, calls, size = Written(), _Calls(), 0
            async for line in response.content:
                event = line.strip()
                if not event.startswith(b"data:") or event == b"data: [DONE]":
                    continue
                delta = _delta(self.server.url, event[5:])
                size += len(delta.content or "")
                if size > _MAX_ANSWER:
                    raise LlmFailed("llm-refused", f"{self.server.url} sent more than anybody would listen to")
                for part in written.feed((delta.content or "").encode()):
                    yield part
                calls.add(delta.tool_calls)
            for text in written.end():
                yield text
            for call in calls.whole():
                yield call

    async def check(self) -> None:
        """Raises LlmFailed when the server is not well."""
        assert self._session is not None, "use as an async context manager"
        base = "http://llm" if self.server.is_own else self.server.url.rstrip("/")
        path = "health" if self.server.is_own else "models"
        try:
            async with asyncio.timeout(_CONNECT_SECONDS), self._session.get(f"{base}/{path}") as response:
                if response.status != 200:
                    raise _refused(self.server.url, response.status, await response.content.read(2000))
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is one
            raise LlmFailed("llm-lost", f"{self.server.url}: {error or 'no answer'}; is it running?") from error


async def check_llm(url: str) -> None:
    """Ask our own server how it is. Raises PeerRefused."""
    try:
        async with ChatClient(Server(url), silent_seconds=_CONNECT_SECONDS) as client:
            await client.check()
    except LlmFailed as failed:
        raise PeerRefused(failed.code, failed.message) from failed


class _CalledPart(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _CallPart(msgspec.Struct):
    """Of a call that comes in pieces; ``index`` says of which."""

    index: int = 0
    id: str | None = None
    function: _CalledPart = msgspec.field(default_factory=_CalledPart)


class _Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_CallPart] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = msgspec.field(default_factory=list)
    error: Mapping[str, Any] | str | None = None


class _Calls:
    """Puts calls together."""

    def __init__(self) -> None:
        self._calls: dict[int, ToolCall] = {}

    def add(self, parts: Sequence[_CallPart] | None) -> None:
        for part in parts or ():
            call = self._calls.setdefault(part.index, ToolCall(Called("", "")))
            call.id = part.id or call.id
            call.function.name += part.function.name or ""
            call.function.arguments += part.function.arguments or ""
            if len(call.function.arguments) > _MAX_ANSWER or len(self._calls) > 16:
                raise LlmFailed("llm-refused", "the server sent a call larger than any of ours")

    def whole(self) -> Sequence[ToolCall]:
        return [call for _, call in sorted(self._calls.items()) if call.function.name]


def _delta(url: str, data: bytes) -> _Delta:
    try:
        chunk = msgspec.json.decode(data, type=_Chunk)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise LlmFailed(
            "llm-refused", f"{url} sent what is no part of a chat completion; is it OpenAI's API?"
        ) from error
    if chunk.error:
        raise LlmFailed(*_told_error(url, chunk.error))
    return chunk.choices[0].delta if chunk.choices else _Delta()


def _refused(url: str, status: int, body: bytes) -> LlmFailed:
    try:
        error = msgspec.json.decode(body, type=_Chunk).error
    except (msgspec.MsgspecError, RecursionError):
        error = None
    return LlmFailed(*_told_error(url, error or f"status {status}"))


def _told_error(url: str, error: Mapping[str, Any] | str) -> tuple[str, str]:
    """Our own server's codes are ours; others' are in the message."""
    if isinstance(error, str):
        return "llm-refused", f"{url}: {error:.200}"
    code, message = str(error.get("code", "")), str(error.get("message", "refused"))
    is_ours = error.get("type") == "earshot" and code.startswith("llm-")
    return (code if is_ours else "llm-refused"), f"{url}: {message:.300}"


def _unlisted(tool: Tool) -> Tool:
    """Without the names of the house: other servers would write them into every prompt."""
    parameters = tool.function.parameters
    told = {
        key: {"type": "string"} if value.get(LISTED) else value
        for key, value in parameters.get("properties", {}).items()
    }
    return Tool(Function(tool.function.name, tool.function.description, {**parameters, "properties": told}))


def _sent(message: Message) -> dict[str, Any]:
    """Content is there always: some servers want it."""
    plain: dict[str, Any] = msgspec.to_builtins(message)
    return {**plain, "content": message.content or ""}
