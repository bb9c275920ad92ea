"""The client of chat completions, against servers that speak, break off, hang and talk nonsense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from hub.errors import LlmFailed
from hub.llm.client import ChatClient, Server, check_llm
from hub.llm.messages import LISTED, Function, Message, Tool, ToolCall
from tests.chat_server import chat_server, serving
from wire.errors import PeerRefused

ASKED = [Message("user", "hello")]


@asynccontextmanager
async def client_of(url: str, *, silent_seconds: float = 5.0, **more: Any) -> AsyncIterator[ChatClient]:
    async with ChatClient(Server(url, **more), silent_seconds=silent_seconds) as client:
        yield client


async def all_of(client: ChatClient, *tools: Tool) -> list[str | ToolCall]:
    async with aclosing(client.complete(ASKED, tools, max_tokens=10)) as told:
        return [part async for part in told]


async def failure(handler: Callable[[web.Request], Any], *, silent_seconds: float = 5.0) -> LlmFailed:
    async with serving(handler) as url, client_of(url, silent_seconds=silent_seconds) as client:
        with pytest.raises(LlmFailed) as failed:
            await all_of(client)
    return failed.value


async def streamed(http: web.Request, *lines: str) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(http)
    for line in lines:
        await response.write(f"{line}\n\n".encode())
    return response


async def test_text_comes_as_it_is_written() -> None:
    shown = asyncio.Event()
    async with (
        chat_server(["Hello ", shown.wait, "there."]) as server,
        client_of(server.url) as client,
        aclosing(client.complete(ASKED, [], max_tokens=10)) as told,
    ):
        assert await anext(told) == "Hello "
        shown.set()
        assert [part async for part in told] == ["there."]


async def test_a_call_that_comes_in_pieces_is_put_together() -> None:
    pieces: list[Any] = [
        {"index": 0, "name": "turn_on", "arguments": '{"na'},
        {"index": 1, "name": "lock", "arguments": "{}"},
        {"index": 0, "name": "", "arguments": 'me": "Bed Light"}'},
    ]
    async with chat_server(pieces) as server, client_of(server.url) as client:
        one, other = await all_of(client)
    assert isinstance(one, ToolCall)
    assert isinstance(other, ToolCall)
    assert (one.function.name, json.loads(one.function.arguments)) == ("turn_on", {"name": "Bed Light"})
    assert other.function.name == "lock"


async def test_a_call_written_as_text_is_a_call() -> None:
    said = ["Well. <tool", '_call>{"name": "turn_on", "arguments": {"name": "Bed Light"}}</tool_', "call>"]
    async with chat_server(said) as server, client_of(server.url) as client:
        told = await all_of(client)
    assert told[0] == "Well. "
    assert isinstance(told[1], ToolCall)
    assert len(told) == 2


async def test_the_key_is_sent_and_shown_nowhere() -> None:
    async with chat_server(["hi"]) as server, client_of(server.url, key="s3cret", model="qwen") as client:
        await all_of(client)
        assert server.headers[0]["Authorization"] == "Bearer s3cret"
        assert server.requests[0]["model"] == "qwen"
        assert "s3cret" not in repr(client.server)


async def test_names_are_not_sent_to_other_servers_with_every_tool() -> None:
    names = {"type": "string", "enum": ["Bed Light"], LISTED: True}
    kinds = {"type": "string", "enum": ["light"]}
    tool = Tool(Function("turn_on", "", {"type": "object", "properties": {"name": names, "kind": kinds}}))
    async with chat_server(["hi"]) as server, client_of(server.url) as client:
        await all_of(client, tool)
        sent = server.requests[0]["tools"][0]["function"]["parameters"]["properties"]
    assert sent == {"name": {"type": "string"}, "kind": kinds}


async def test_leaving_ends_the_servers_work() -> None:
    async with chat_server(["one ", asyncio.Event().wait, "two"]) as server, client_of(server.url) as client:
        async with aclosing(client.complete(ASKED, [], max_tokens=10)) as told:
            await anext(told)
        await asyncio.sleep(0.1)
        assert server.ended == [False]


async def test_nobody_there_is_named() -> None:
    async with client_of("http://127.0.0.1:1/v1") as client:
        with pytest.raises(LlmFailed, match="llm-lost") as failed:
            await all_of(client)
    assert "127.0.0.1:1" in failed.value.message


async def test_a_server_that_breaks_off_is_lost() -> None:
    async def breaks(http: web.Request) -> web.StreamResponse:
        response = await streamed(http, 'data: {"choices": [{"delta": {"content": "one"}}]}')
        assert http.transport is not None
        http.transport.abort()
        return response

    assert (await failure(breaks)).code == "llm-lost"


async def test_a_server_that_says_nothing_is_too_slow() -> None:
    async def hangs(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    assert (await failure(hangs, silent_seconds=0.1)).code == "llm-timeout"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"error": {"message": "no such model", "type": "invalid_request_error"}}', "no such model"),
        ('{"error": "model is loading"}', "model is loading"),
        ("<html>", "status 404"),
        ("", "status 404"),
    ],
)
async def test_what_a_server_refuses_with_is_told(body: str, said: str) -> None:
    async def refuses(_: web.Request) -> web.Response:
        return web.Response(status=404, text=body)

    refused = await failure(refuses)
    assert refused.code == "llm-refused"
    assert said in refused.message


@pytest.mark.parametrize(
    "line",
    [
        "data: garbage",
        "data: []",
        'data: {"choices": [{"delta": {"content": 7}}]}',
        'data: {"error": {"message": "context full"}}',
        f"data: {'[' * 5000}",
        f'data: {{"choices": [{{"delta": {{"content": "{"a" * 70_000}"}}}}]}}',
    ],
)
async def test_nonsense_is_refused(line: str) -> None:
    async def talks(http: web.Request) -> web.StreamResponse:
        return await streamed(http, line)

    assert (await failure(talks)).code == "llm-refused"


async def test_a_line_without_end_is_not_read_for_ever() -> None:
    async def floods(http: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(http)
        for _ in range(64):
            await response.write(b"x" * 65_536)
        return response

    assert (await failure(floods)).code == "llm-lost"


async def test_our_own_servers_code_stays() -> None:
    async def refuses(_: web.Request) -> web.Response:
        error = {"code": "llm-prompt-too-long", "message": "too long", "type": "earshot"}
        return web.json_response({"error": error}, status=400)

    assert (await failure(refuses)).code == "llm-prompt-too-long"


async def test_the_health_question_knows_who_is_not_there(home: Any) -> None:
    with pytest.raises(PeerRefused, match="llm-lost"):
        await check_llm(f"unix://{home}/nobody.sock")
