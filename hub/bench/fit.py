"""``earshot bench fit``: which models this box can run, by what it does with networks of the same layers.

Nothing is fetched: the networks are made here, with random weights. What is not measured is estimated, and said to be.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import msgspec
import numpy as np

from hub.bench.fitting import BUDGET_MS, HEADROOM, HUB_MB, Candidate, Speed, candidates, recommended
from hub.bench.llm import chat_engine, has_llama
from hub.bench.llm_shape import Shape, write_shape
from hub.bench.quantized import KINDS
from hub.bench.report import Report, goal, this_machine, versions
from hub.bench.whisper_shape import SHAPES
from hub.bench.whisper_shape import write_shape as write_whisper
from hub.machine import memory_bytes
from hub.stt.whisper.shared import Place, SharedModel
from models.store.catalogue import Catalogue

_THREADS = 4
_ROUNDS = 3
_SPEECH_SECONDS = 3
_LAYERS = Shape(896, 14, 2, 6, 4864, 8192)  # a quarter of Qwen2.5-0.5B: as its layers are
_KIND = "q4_0"
_PROMPT = "The kitchen light is on and the blinds in the bedroom are closed. " * 40
# A voice's first piece, of whisper base's three seconds: as both were measured on x86 (docs/benchmarks.md).
_VOICE_OF_WHISPER = 0.2

Progress = Callable[[str], None]


async def measure(language: str, progress: Progress) -> Report:
    """Raises EarshotError where an engine does not start."""
    threads = min(_THREADS, len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        progress("hearing: a network like whisper base")
        whisper_ms = await _whisper_ms(Path(folder) / "whisper.bin", threads)
        speed = Speed(whisper_ms, whisper_ms * _VOICE_OF_WHISPER)
        if has_llama():
            progress("thinking: layers like those of Qwen2.5-0.5B")
            work, read_bytes = await _llm(Path(folder) / "llm.gguf", threads)
            speed = replace(speed, llm_work=work, llm_bytes=read_bytes)
    some = candidates(Catalogue.load().some(None, language), speed)
    return _report(some, speed, language)


async def _whisper_ms(path: Path, threads: int) -> float:
    await asyncio.to_thread(write_whisper, path, SHAPES["base.en"])
    noise = np.random.default_rng(0).normal(0, 1000, 16_000 * _SPEECH_SECONDS).astype("<i2").tobytes()
    spent = []
    async with SharedModel(path, threads, idle_seconds=0) as model:
        for _ in range(_ROUNDS + 1):
            began = time.perf_counter()
            await model.hear(noise, "en", "", Place(urgent=True))
            spent.append((time.perf_counter() - began) * 1000)
    return median(spent[1:])  # the first one loads it


async def _llm(path: Path, threads: int) -> tuple[float, float]:
    """Multiplications a second while it reads, bytes of weights a second while it writes."""
    says = " ".join(f"word{number}" for number in range(48))
    await asyncio.to_thread(partial(write_shape, path, _LAYERS, says=says, text=_PROMPT, kind=_KIND, merges=300))
    async with chat_engine(path, threads) as (_, session):
        answers = [await _asked(session, number) for number in range(_ROUNDS)]
    multiplied = _LAYERS.layer_weights
    read_bytes = KINDS[_KIND].bytes_of((multiplied + _LAYERS.vocabulary * _LAYERS.width,))  # and which word is next
    reading = median(
        multiplied * one["usage"]["prompt_tokens"] / (one["timings"]["first_token_ms"] / 1000) for one in answers
    )
    writing = median(
        read_bytes * (one["usage"]["completion_tokens"] - 1) / (_writing_ms(one) / 1000) for one in answers
    )
    return reading, writing


def _writing_ms(answer: dict[str, Any]) -> float:
    timings: dict[str, float] = answer["timings"]
    return timings["total_ms"] - timings["first_token_ms"]


async def _asked(session: aiohttp.ClientSession, number: int) -> dict[str, Any]:
    """Each time another prompt, of which nothing was read before."""
    body = {"messages": [{"role": "user", "content": f"{number}. {_PROMPT}"}], "max_tokens": 40}
    async with session.post("http://llm/v1/chat/completions", data=msgspec.json.encode(body)) as response:
        answer: dict[str, Any] = msgspec.json.decode(await response.read())
        return answer


def _report(some: list[Candidate], speed: Speed, language: str) -> Report:
    memory_mb = memory_bytes() >> 20
    chosen = recommended(some, memory_mb)
    told = [_told(one) for one in some]
    results = {
        "language": language,
        "memory_mb": {"all": memory_mb, "for models": round(memory_mb * HEADROOM - HUB_MB)},
        "measured": _measured(speed),
        "estimated": {"a voice's first piece, ms": round(speed.voice_ms)},
        "candidates": told,
        "recommended": {one.model.stage: f"earshot models pull {one.model.name}" for one in chosen},
        **({} if speed.llm_work else {"not judged": "language models: `scripts/setup --llm` compiles llama.cpp"}),
    }
    goals = [goal(f"{one.model.name}, ms", one.ms, "<=", BUDGET_MS[one.model.stage]) for one in chosen]
    return Report("fit", this_machine(), versions("pywhispercpp", "llama-cpp-python"), results, goals)


def _measured(speed: Speed) -> dict[str, float]:
    heard: dict[str, float] = {"whisper base, 3 s of speech, ms": round(speed.whisper_base_ms)}
    if not speed.llm_work:
        return heard
    return heard | {
        "reading, billion multiplications a second": round(speed.llm_work / 1e9, 1),
        "writing, MB of weights a second": round(speed.llm_bytes / 1e6),
    }


def _told(one: Candidate) -> dict[str, object]:
    return {
        "model": one.model.name,
        "stage": one.model.stage,
        "ms": round(one.ms),
        "ram_mb": one.model.ram_mb,
        "in_budget": one.in_budget,
    }
