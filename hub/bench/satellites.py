"""``bench satellites``: many rooms stream to one hub over loopback, and each wants a wake score every 80 ms."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
from wyoming.audio import AudioChunk
from wyoming.pipeline import PipelineStage, RunPipeline

from hub.bench.processes import cpu_seconds, program, rss_mb
from hub.bench.report import Report, goal, spread, this_machine, versions
from hub.bench.stand_in import StandIn, stand_in
from hub.control import control_path
from hub.web.client import ControlClient
from wire.connection import Connection
from wire.places import Places, places

STEP_MS, STEP_BYTES = 80, 2560
WARM_SECONDS = 5.0  # of streaming before anything counts: networks are loaded, buffers grow
SAMPLED_SECONDS = 5.0
LATENCY_GOAL_MS, GROWTH_GOAL_MB = 100.0, 3.0


class _Rooms:
    """What every room sent, and when each of its scores came back; on the monotonic clock."""

    def __init__(self) -> None:
        self.spoken_at: dict[str, list[float]] = defaultdict(list)
        self.scored_at: dict[str, list[float]] = defaultdict(list)

    def latencies_ms(self, after: float) -> list[float]:
        return [
            (scored - spoken) * 1000
            for room, times in self.spoken_at.items()
            for spoken, scored in zip(times, self.scored_at[room], strict=False)
            if spoken >= after
        ]

    def missing(self) -> int:
        return sum(abs(len(times) - len(self.scored_at[room])) for room, times in self.spoken_at.items())


async def measure(rooms: int, seconds: float) -> Report:
    """A hub process of its own, ``rooms`` stand-in satellites in this one."""
    seen, memory_mb = _Rooms(), []
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        async with AsyncExitStack() as stack:
            made = [await stack.enter_async_context(stand_in(f"room {number}")) for number in range(rooms)]
            await asyncio.to_thread(_configure, Path(folder), made)
            environ = {**os.environ, "EARSHOT_HOME": folder, "EARSHOT_CACHE": str(places().cache)}
            hub, _ = await stack.enter_async_context(program(environ, "hub", "hub"))
            client = await stack.enter_async_context(ControlClient(control_path(_places(folder))))
            began, apart = time.monotonic() + 0.5, STEP_MS / 1000 / rooms  # spread over one step, as in a house
            counted_from = began + WARM_SECONDS
            cpu_before = await asyncio.to_thread(cpu_seconds, hub.pid)
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(_watch(client, seen), name="bench.scores")
                streams = [
                    tasks.create_task(_stream(room, seen, seed=number, began=began + number * apart, seconds=seconds))
                    for number, room in enumerate(made)
                ]
                while not all(stream.done() for stream in streams):
                    await asyncio.sleep(min(SAMPLED_SECONDS, seconds / 4))
                    memory_mb.append(await asyncio.to_thread(rss_mb, hub.pid))
                    print(f"{time.monotonic() - began:.0f} of {seconds:.0f} s", end="\r", file=sys.stderr)  # noqa: T201
                await asyncio.sleep(1)
                watching.cancel()
            cpu_after = await asyncio.to_thread(cpu_seconds, hub.pid)
            cpu = (cpu_after - cpu_before) / (time.monotonic() - began) * 100
    about = {"rooms": rooms, "seconds": seconds, "hub_cpu_percent": round(cpu, 1)}
    return _report(about, seen.latencies_ms(counted_from), seen.missing(), memory_mb)


def _report(about: dict[str, float], latencies_ms: list[float], missing: int, memory_mb: list[float]) -> Report:
    p99 = float(np.percentile(latencies_ms, 99))
    early, late = memory_mb[len(memory_mb) // 4], memory_mb[-1]
    return Report(
        "satellites",
        this_machine(),
        versions("onnxruntime", "numpy"),
        {
            **about,
            "score_after_last_sample_ms": {**spread(latencies_ms), "p99": round(p99, 1)},
            "steps_without_a_score": missing,
            "hub_rss_mb": {"early": round(early, 1), "late": round(late, 1), "max": round(max(memory_mb), 1)},
        },
        [
            goal("steps without a score", missing, "<=", 0),
            goal("score after the last sample, p99 ms", p99, "<=", LATENCY_GOAL_MS),
            goal("memory that grew, MB", late - early, "<=", GROWTH_GOAL_MB),
        ],
    )


def _configure(root: Path, rooms: list[StandIn]) -> None:
    """No page, no zeroconf; a threshold that noise never reaches, so that nobody is woken."""
    satellites = "".join(f'[[satellite]]\nname = "{room.name}"\naddress = "{room.uri}"\n' for room in rooms)
    (root / "etc").mkdir()
    (root / "etc" / "hub.toml").write_text(
        f"[web]\nport = 0\n[links]\ndiscover = false\n[wake]\nthreshold = 0.999\n{satellites}"
    )


def _places(folder: str) -> Places:
    root = Path(folder)
    return Places(etc=root / "etc", var=root / "var", run=root / "run", cache=places().cache)


async def _watch(client: ControlClient, seen: _Rooms) -> None:
    async for score in client.wake_scores():
        seen.scored_at[score.room].append(time.monotonic())


async def _stream(room: StandIn, seen: _Rooms, *, seed: int, began: float, seconds: float) -> None:
    """Noise in real time."""
    owner: Connection = await room.owned()
    run = RunPipeline(start_stage=PipelineStage.WAKE, end_stage=PipelineStage.TTS, restart_on_end=True)
    await owner.send(run.event())
    noise = np.random.default_rng(seed).normal(0, 300, 40 * STEP_BYTES // 2).astype("<i2").tobytes()
    for step in range(int(seconds * 1000 / STEP_MS)):
        at = step * STEP_BYTES % len(noise)
        ends = began + (step + 1) * STEP_MS / 1000
        await asyncio.sleep(max(0.0, ends - time.monotonic()))
        seen.spoken_at[room.name].append(ends)
        await owner.send(AudioChunk(16_000, 2, 1, noise[at : at + STEP_BYTES]).event())
