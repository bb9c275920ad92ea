"""``earshot bench llm``: how soon an answer begins, what a change of the house costs, and what the grammar costs.

The model is of Qwen2.5-0.5B's size (hub.bench.llm_shape): it costs what a real one costs, and always says the same.
Prompts, tools and grammar are those that a hub would send for a house of some sixty devices.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import msgspec

from hub.bench.engine import running_engine
from hub.bench.llm_shape import SHAPES, write_shape
from hub.bench.processes import rss_mb
from hub.bench.report import Report, goal, spread, this_machine, versions
from hub.engines.supervisor import EngineProcess
from hub.llm.client import check_llm
from hub.llm.messages import Message
from hub.llm.prompt import KEPT_MESSAGES, Prompts
from hub.stages import Area, Entity, Question
from wire.errors import ConfigError, EarshotError

SHAPE, KIND = "qwen2.5-0.5b", "q4_0"
PROMPT_TOKENS = 2000
_CONTEXT_TOKENS = 4096
_SPOKEN = (
    "Glaciers are rivers of ice, made of snow that fell long ago. They move a little every day and carve deep "
    "valleys between high mountains, where later whole lakes gather behind walls of stones."
)
_CALLS = "\n".join(
    f'<tool_call>\n{{"name": "{name}", "arguments": {arguments}}}\n</tool_call>'
    for name, arguments in (
        ("set_brightness", '{"brightness": 45, "name": "Kitchen Light 1"}'),
        ("close", '{"area": "Bedroom", "kind": "blind"}'),
    )
)
_BEFORE = "House {}. "
_ROOMS = ("Kitchen", "Bedroom", "Hall", "Office", "Bathroom", "Garage", "Attic", "Cellar")

Progress = Callable[[str], None]


@dataclass
class BenchHouse:
    """A House; states change when they are told to."""

    entities_: list[Entity] = field(default_factory=list)
    names_version: int = 1

    @classmethod
    def of(cls, devices: int) -> BenchHouse:
        kinds = (("light", "Light", "off"), ("switch", "Socket", "on"), ("cover", "Blind", "closed"))
        entities = []
        for number in range(devices):
            domain, word, state = kinds[number % 3]
            room = _ROOMS[number // 3 % len(_ROOMS)]
            name = f"{room} {word} {number // 24 + 1}"
            entities.append(Entity(f"{domain}.d{number}", domain, name, room, state=state))
        return cls(entities)

    def areas(self) -> Sequence[Area]:
        return [Area(room) for room in _ROOMS]

    def entities(self) -> Sequence[Entity]:
        return self.entities_

    def change(self, number: int) -> None:
        """One light is switched."""
        at = number * 3 % len(self.entities_)
        one = self.entities_[at]
        self.entities_[at] = replace(one, state="on" if one.state == "off" else "off")


@dataclass(frozen=True, slots=True)
class Answered:
    """first_ms: to the first word, at the client. usage, timings: as the server tells them."""

    first_ms: float
    whole_ms: float
    usage: dict[str, Any]
    timings: dict[str, float]

    @property
    def tokens_per_second(self) -> float:
        writing_ms = self.timings["total_ms"] - self.timings["first_token_ms"]
        return (float(self.usage["completion_tokens"]) - 1) / writing_ms * 1000


class Asker:
    """Asks the engine as the hub does, with ``house``'s prompt."""

    def __init__(self, session: aiohttp.ClientSession, house: BenchHouse) -> None:
        self._session = session
        self.house = house
        self._prompts = Prompts(house, lambda: datetime(2026, 11, 22, 18, 2, tzinfo=UTC))
        self._asked = 0

    async def ask(self, before: str = "", **more: Any) -> Answered:
        """before: what the system message begins with, which makes it another one."""
        self._asked += 1
        question = Question(f"Tell me about glaciers, chapter {self._asked}", "en", "Kitchen", "kitchen")
        messages = self._prompts.messages(question)
        messages[0] = Message("system", before + (messages[0].content or ""))
        body = {
            "messages": messages,
            "tools": self._prompts.tools(),
            "max_tokens": 160,
            "stream": True,
            "kept_messages": KEPT_MESSAGES,
            **more,
        }
        return await _answered(self._session, body)


async def measure(rounds: int, threads: int, progress: Progress) -> Report:
    """Raises ConfigError where llama.cpp is missing, EarshotError where the engine does not start."""
    need_llama()
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        path = Path(folder) / "model.gguf"
        progress(f"a model of the size of {SHAPE}, in {KIND}")
        says = f"{_SPOKEN}\n{_CALLS}"
        await asyncio.to_thread(
            partial(write_shape, path, SHAPES[SHAPE], says=says, text=prompt_text(), kind=KIND, merges=1500)
        )
        async with chat_engine(path, threads) as (process, session):
            house = await _house(session)
            first = await _rounds(Asker(session, house), session, rounds, progress)
            assert process.health.pid
            memory_mb = rss_mb(process.health.pid)
        progress("the first answer after a restart")
        async with chat_engine(path, threads) as (_, session):
            restarted = await Asker(session, house).ask(_BEFORE.format(rounds - 1))
        return _report(first, restarted, memory_mb, path, rounds)


def prompt_text() -> str:
    """What a vocabulary is learnt from, so that a prompt has about as many tokens as with a real one."""
    prompts = Prompts(BenchHouse.of(72), lambda: datetime.now(UTC))
    text = "\n".join(message.content or "" for message in prompts.beginning(""))
    return f"{text}\n{msgspec.json.encode(prompts.tools()).decode()}"


async def _house(session: aiohttp.ClientSession) -> BenchHouse:
    """As large as makes a prompt of PROMPT_TOKENS: each device is a line of about the same length."""
    few, more = 12, 36
    counted = [
        (await Asker(session, BenchHouse.of(devices)).ask(max_tokens=0, stream=False)).usage["prompt_tokens"]
        for devices in (few, more)
    ]
    each = (counted[1] - counted[0]) / (more - few)
    return BenchHouse.of(few + round((PROMPT_TOKENS - counted[0]) / each))


@dataclass
class Figures:
    cold: list[Answered] = field(default_factory=list)
    warm: list[Answered] = field(default_factory=list)
    changed: list[Answered] = field(default_factory=list)
    free: list[Answered] = field(default_factory=list)
    stopped_ms: list[float] = field(default_factory=list)


async def _rounds(asker: Asker, session: aiohttp.ClientSession, rounds: int, progress: Progress) -> Figures:
    figures = Figures()
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        before = _BEFORE.format(number)
        figures.cold.append(await asker.ask(before))
        figures.warm.append(await asker.ask(before))
        figures.free.append(await asker.ask(before, grammar=False))
        asker.house.change(number)
        figures.changed.append(await asker.ask(before))
        figures.stopped_ms.append(await _stopped(asker, session, f"Another house {number}. "))
    return figures


async def _stopped(asker: Asker, session: aiohttp.ClientSession, before: str) -> float:
    """From leaving in the middle of reading a prompt until the engine has answered something tiny, less that."""
    reading = asyncio.ensure_future(asker.ask(before))
    await asyncio.sleep(1.0)
    reading.cancel()
    began = time.perf_counter()
    await asyncio.wait([reading])
    body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1, "stream": True}
    with_stop = await _answered(session, body)
    until_ms = (time.perf_counter() - began) * 1000
    return max(0.0, until_ms - with_stop.timings["total_ms"])


async def _answered(session: aiohttp.ClientSession, body: dict[str, Any]) -> Answered:
    began = time.perf_counter()
    first_ms, last = 0.0, b""
    async with session.post("http://llm/v1/chat/completions", data=msgspec.json.encode(body)) as response:
        if response.status != 200:
            raise EarshotError("bench-engine-refused", (await response.text())[:300])
        if not body["stream"]:
            told = msgspec.json.decode(await response.read())
            return Answered(0.0, 0.0, told["usage"], told["timings"])
        async for line in response.content:
            if b'"content"' in line or b'"tool_calls"' in line:
                first_ms = first_ms or (time.perf_counter() - began) * 1000
            last = line if b'"usage"' in line else last
    told = msgspec.json.decode(last.removeprefix(b"data: "))
    return Answered(first_ms, (time.perf_counter() - began) * 1000, told["usage"], told["timings"])


@contextlib.asynccontextmanager
async def chat_engine(path: Path, threads: int) -> AsyncIterator[tuple[EngineProcess, aiohttp.ClientSession]]:
    """llama.cpp with that model, and a session that reaches it."""
    uri = f"unix://{path.parent}/llm.sock"
    options = {
        "--model": path,
        "--context-tokens": _CONTEXT_TOKENS,
        "--threads": threads,
        "--cache": path.parent / "cache",
        "--memory-mb": 8192,
    }
    timeout = aiohttp.ClientTimeout(total=600)
    async with running_engine("hub.llm.llama", uri, options, partial(check_llm, uri)) as process:
        connector = aiohttp.UnixConnector(uri.removeprefix("unix://"))
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            yield process, session


def has_llama() -> bool:
    return find_spec("llama_cpp") is not None


def need_llama() -> None:
    """Raises ConfigError (llm-missing)."""
    if not has_llama():
        raise ConfigError("llm-missing", "llama.cpp is not here; `scripts/setup --llm` compiles it")


def _report(figures: Figures, restarted: Answered, memory_mb: float, path: Path, rounds: int) -> Report:
    cold, warm, changed = (
        median(one.first_ms for one in some) for some in (figures.cold, figures.warm, figures.changed)
    )
    free, held = (median(one.tokens_per_second for one in some) for some in (figures.free, figures.warm))
    one = figures.cold[0]
    results = {
        "first_token_ms": {
            "cold": round(cold),
            "warm": round(warm),
            "one device changed": round(changed),
            "after a restart": round(restarted.first_ms),
        },
        "tokens": {
            "prompt": one.usage["prompt_tokens"],
            "answer": one.usage["completion_tokens"],
            "kept after a restart": restarted.usage["prompt_tokens_details"]["cached_tokens"],
        },
        "tokens_per_second": {
            "reading": round(one.usage["prompt_tokens"] / one.timings["first_token_ms"] * 1000, 1),
            "writing": round(free, 2),
            "writing, held to the grammar": round(held, 2),
        },
        "stopped_ms": spread(figures.stopped_ms),
        "whole_answer_ms": round(median(each.whole_ms for each in figures.warm)),
        "resident_mb": round(memory_mb),
        "file_mb": round(path.stat().st_size / 1e6),
        "rounds": rounds,
    }
    goals = [
        goal("first token, prompt read before, of not", warm / cold, "<=", 0.08),
        goal("first token after one device changed, of not read", changed / cold, "<=", 0.15),
        goal("grammar, share of tokens per second", 1 - held / free, "<=", 0.10),
        goal("stopped while it reads, longest ms", max(figures.stopped_ms), "<=", 200),
    ]
    return Report("llm", this_machine(), versions("llama-cpp-python"), results, goals)
