"""Our language model's process: it answers, stops, remembers, refuses and survives. Networks say one thing."""

from __future__ import annotations

import pytest

pytest.importorskip("llama_cpp")

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp

from hub.bench.engine import running_engine
from hub.bench.llm_shape import SHAPES, Shape, write_shape
from hub.engines.supervisor import EngineProcess
from hub.errors import LlmFailed
from hub.llm.client import ChatClient, Server, check_llm
from hub.llm.messages import Function, Message, Tool, ToolCall

pytestmark = pytest.mark.timeout(120)

TEXT = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SAID = "The highest mountain of the Alps is Mont Blanc. It stands in France, and has much snow."
NAMES = {"type": "string", "enum": ["Bed Light", "Hall Light"]}
TOOLS = [Tool(Function("turn_on", "", {"type": "object", "properties": {"name": NAMES}, "required": ["name"]}))]
ASKED = [Message("system", "You are a voice. " * 20), Message("user", "What is the highest mountain?")]
SLOW = Shape(512, 8, 8, 8, 1536, 2048)  # reads some hundred tokens a second


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llm")
    write_shape(folder / "text.gguf", SHAPES["tiny"], says=SAID, text=TEXT, merges=300)
    write_shape(folder / "slow.gguf", SLOW, says=SAID, text=TEXT, merges=300)
    call = '<tool_call>\n{"name": "turn_on", "arguments": {"name": "Bed Light"}}\n</tool_call>'
    write_shape(folder / "call.gguf", SHAPES["tiny"], says=call, text=TEXT, merges=300)
    return folder


@asynccontextmanager
async def engine(model: Path, home: Path, **options: object) -> AsyncIterator[tuple[EngineProcess, ChatClient]]:
    uri = f"unix://{home}/llm.sock"
    words = {f"--{name.replace('_', '-')}": value for name, value in options.items()}
    arguments = {"--model": model, "--context-tokens": 4096, "--threads": 1, **words}
    async with (
        running_engine("hub.llm.llama", uri, arguments, partial(check_llm, uri)) as process,
        ChatClient(Server(uri), silent_seconds=5) as client,
    ):
        yield process, client


async def answer(client: ChatClient, asked: list[Message] = ASKED, *tools: Tool, **more: object) -> str:
    async with aclosing(client.complete(asked, tools, max_tokens=60, **more)) as told:
        return "".join([part async for part in told if isinstance(part, str)])


async def usage(home: Path, messages: list[Message] = ASKED) -> dict[str, int]:
    """Of one more answer."""
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(f"{home}/llm.sock")) as session:
        body = {"messages": [{"role": one.role, "content": one.content} for one in messages], "max_tokens": 30}
        async with session.post("http://llm/v1/chat/completions", json=body) as response:
            told = await response.json()
            return {**told["usage"], "cached": told["usage"]["prompt_tokens_details"]["cached_tokens"]}


async def test_it_answers_with_and_without_tools(networks: Path, home: Path) -> None:
    async with engine(networks / "text.gguf", home) as (_, client):
        assert await answer(client) == SAID
        assert await answer(client, ASKED, *TOOLS) == SAID


async def test_it_calls(networks: Path, home: Path) -> None:
    async with engine(networks / "call.gguf", home) as (_, client):
        async with aclosing(client.complete(ASKED, TOOLS, max_tokens=60)) as told:
            (call,) = [part async for part in told]
        assert isinstance(call, ToolCall)
        assert (call.function.name, call.function.arguments) == ("turn_on", '{"name":"Bed Light"}')


async def test_it_cannot_call_what_is_not_allowed(networks: Path, home: Path) -> None:
    nothing = {"type": "allowed_tools", "mode": "auto", "tools": []}
    async with (
        engine(networks / "call.gguf", home) as (_, client),
        aclosing(client.complete(ASKED, TOOLS, max_tokens=20, tool_choice=nothing)) as told,
    ):
        parts = [part async for part in told]
    assert not any(isinstance(part, ToolCall) or "{" in part for part in parts)


async def test_text_comes_word_by_word(networks: Path, home: Path) -> None:
    async with (
        engine(networks / "text.gguf", home) as (_, client),
        aclosing(client.complete(ASKED, (), max_tokens=60)) as told,
    ):
        assert len([part async for part in told]) > 10


async def test_what_prompts_have_in_common_is_read_once(networks: Path, home: Path) -> None:
    async with engine(networks / "text.gguf", home):
        first = await usage(home)
        other = await usage(home, [ASKED[0], Message("user", "And the longest river?")])
    assert first["cached"] == 0
    assert other["cached"] > 0.7 * other["prompt_tokens"]


async def test_it_remembers_over_a_restart(networks: Path, home: Path) -> None:
    for is_first in (True, False):
        async with engine(networks / "text.gguf", home, cache=home / "cache") as (_, client):
            used = await usage(home)
            assert (used["cached"] == 0) is is_first
            assert await answer(client) == SAID
    assert (home / "cache" / "prefix.state").stat().st_mode & 0o777 == 0o600


async def test_it_remembers_over_a_crash(networks: Path, home: Path) -> None:
    async with engine(networks / "text.gguf", home, cache=home / "cache") as (process, client):
        await answer(client)
        before = process.health.pid
        assert before
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(30):
            while process.health.pid == before or process.health.state != "ready":
                await asyncio.sleep(0.02)
        assert (await usage(home))["cached"] > 0


async def test_who_leaves_stops_it_also_while_it_reads(networks: Path, home: Path) -> None:
    """A prompt of 3,000 tokens takes it seconds: whoever asks the same next finds it read in part."""
    async with engine(networks / "slow.gguf", home) as (_, client):
        for number in range(3):
            long = [Message("system", f"House {number}: {TEXT[:8000]}"), Message("user", "hello")]
            reading = asyncio.ensure_future(answer(client, long))
            await asyncio.sleep(0.3)
            assert not reading.done()
            reading.cancel()
            await asyncio.wait([reading])
            found = await usage(home, long)
            assert 0 < found["cached"] < found["prompt_tokens"] - 200
            assert await answer(client, [Message("user", "hi")]) == SAID


async def test_questions_wait_for_each_other_and_too_many_are_refused(networks: Path, home: Path) -> None:
    async with engine(networks / "text.gguf", home) as (_, client):
        answers = await asyncio.gather(*(answer(client) for _ in range(8)))
        assert answers == [SAID] * 8
        crowd = await asyncio.gather(*(answer(client) for _ in range(40)), return_exceptions=True)
    refused = [one.code for one in crowd if isinstance(one, LlmFailed)]
    assert set(refused) == {"llm-busy"}
    assert all(one == SAID for one in crowd if isinstance(one, str))


async def test_who_waits_for_another_is_not_left_in_silence(networks: Path, home: Path) -> None:
    """A client of ours takes 1.5 s of silence for a hang."""
    long = [Message("system", "The house: " + TEXT[:8000]), Message("user", "hello")]
    async with engine(networks / "slow.gguf", home) as (_, client):
        reading = asyncio.ensure_future(answer(client, long))
        await asyncio.sleep(0.2)
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(f"{home}/llm.sock")) as session:
            body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 5, "stream": True}
            async with session.post("http://llm/v1/chat/completions", json=body) as response:
                first = await response.content.readline()
                assert not reading.done()
                assert re.fullmatch(rb": read \d+ of \d+ tokens\n", first)
        await reading


async def test_a_prompt_too_long_is_refused_and_the_next_is_answered(networks: Path, home: Path) -> None:
    async with engine(networks / "text.gguf", home, context_tokens=512) as (_, client):
        with pytest.raises(LlmFailed, match="llm-prompt-too-long"):
            await answer(client, [Message("user", "so much " * 2000)])
        assert await answer(client, [Message("user", "hi")]) == SAID


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "object", "properties": {"x": {"type": "whatever"}}},
        {"type": "object", "properties": {"x": {"enum": []}}},
        {"type": "object", "properties": {"x": {"type": "integer", "minimum": 0, "maximum": 10**9}}},
    ],
)
async def test_a_schema_that_it_does_not_know_is_refused(networks: Path, home: Path, tool: dict[str, object]) -> None:
    async with engine(networks / "text.gguf", home) as (_, client):
        with pytest.raises(LlmFailed, match="llm-grammar"):
            await answer(client, ASKED, Tool(Function("f", "", tool)))
        assert await answer(client) == SAID


@pytest.mark.parametrize("content", [b"", b"GGUF", b"GGUF" + b"\0" * 400, b"\x93" * 4096], ids=len)
async def test_a_file_that_is_no_model_ends_it_with_the_reason(home: Path, content: bytes) -> None:
    bad = home / "bad.gguf"
    await asyncio.to_thread(bad.write_bytes, content)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.llm.llama", "--uri", f"unix://{home}/llm.sock", "--model", str(bad)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 78, errors
    assert b"llm-model-invalid" in errors


async def test_the_socket_is_its_owners_alone(networks: Path, home: Path) -> None:
    async with engine(networks / "text.gguf", home):
        assert (home / "llm.sock").stat().st_mode & 0o777 == 0o600
