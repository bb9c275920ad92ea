"""``earshot bench start``: time to ready, memory and idle CPU of the hub and of a satellite with a local wake word."""

from __future__ import annotations

import asyncio
import os
import tempfile
from asyncio.subprocess import Process
from pathlib import Path

from hub.bench.processes import cpu_seconds, program, rss_mb
from hub.bench.report import Report, goal, this_machine, versions
from wire.pcm import silence
from wire.wav import write_wav

READY_GOAL_SECONDS, HUB_RSS_GOAL_MB, HUB_CPU_GOAL_PERCENT, SATELLITE_RSS_GOAL_MB = 3.0, 120.0, 2.0, 80.0


async def measure(idle_seconds: float, starts: int = 3) -> Report:
    """Start the hub ``starts`` times (median), then leave hub and satellite alone for ``idle_seconds``."""
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        environ = {**os.environ, "EARSHOT_HOME": folder}
        await asyncio.to_thread(_prepare, Path(folder))
        ready_seconds = []
        for _ in range(starts):
            async with program(environ, "hub", "hub") as (_, seconds):
                ready_seconds.append(seconds)
        satellite_options = ("--mic", f"wav:{folder}/silence.wav", "--speaker", "none", "--uri", "tcp://127.0.0.1:0")
        async with (
            program(environ, "hub", "hub") as (hub, _),
            program(environ, "satellite", *satellite_options) as (satellite, _),
        ):
            hub_cpu, satellite_cpu = await _idle_percent(idle_seconds, hub, satellite)
            results = {
                "hub_ready_seconds": sorted(ready_seconds),
                "hub_rss_mb": round(rss_mb(hub.pid), 1),
                "hub_idle_cpu_percent": round(hub_cpu, 2),
                "engines_rss_mb": {name: round(size, 1) for name, size in _children(hub.pid).items()},
                "satellite_rss_mb": round(rss_mb(satellite.pid), 1),
                "satellite_idle_cpu_percent": round(satellite_cpu, 2),
            }
    median_ready = sorted(ready_seconds)[len(ready_seconds) // 2]
    return Report(
        bench="start",
        machine=this_machine(),
        versions=versions(),
        results=results,
        goals=[
            goal("hub ready, seconds", median_ready, "<=", READY_GOAL_SECONDS),
            goal("idle hub without engines, MB resident", _number(results["hub_rss_mb"]), "<=", HUB_RSS_GOAL_MB),
            goal("idle hub, percent of a core", hub_cpu, "<=", HUB_CPU_GOAL_PERCENT),
            goal(
                "satellite with local wake, MB resident",
                _number(results["satellite_rss_mb"]),
                "<=",
                SATELLITE_RSS_GOAL_MB,
            ),
        ],
    )


def _prepare(root: Path) -> None:
    """A hub with no page and no zeroconf; a room in which nobody speaks."""
    write_wav(root / "silence.wav", silence(2000))
    (root / "etc").mkdir()
    (root / "etc" / "hub.toml").write_text("[web]\nport = 0\n[links]\ndiscover = false\n")


async def _idle_percent(seconds: float, *processes: Process) -> list[float]:
    before = [cpu_seconds(process.pid) for process in processes]
    await asyncio.sleep(seconds)
    after = [cpu_seconds(process.pid) for process in processes]
    return [(late - early) / seconds * 100 for early, late in zip(before, after, strict=True)]


def _children(pid: int) -> dict[str, float]:
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        arguments = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        name = next((part.decode() for part in arguments if part.startswith(b"hub.")), arguments[0].decode())
        found[name] = rss_mb(int(child))
    return found


def _number(value: object) -> float:
    assert isinstance(value, float)
    return value
