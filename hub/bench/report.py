"""The one JSON object that every benchmark prints (docs/benchmarks.md)."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import msgspec


class Machine(msgspec.Struct, frozen=True):
    """cpu: its name. cores: those this process may use. ram_mb: of the whole machine."""

    cpu: str
    cores: int
    ram_mb: int
    arch: str


class Goal(msgspec.Struct, frozen=True):
    """One goal that the product states for itself, with its true value, met or not."""

    name: str
    value: float
    op: Literal["<=", ">="]
    goal: float
    met: bool


class Report(msgspec.Struct, frozen=True):
    bench: str
    machine: Machine
    versions: dict[str, str]
    results: dict[str, Any]
    goals: list[Goal]


def goal(name: str, value: float, op: Literal["<=", ">="], wanted: float) -> Goal:
    """Met or not by the figure as it is told: what is read as met is met."""
    told_value = round(value, 3)
    return Goal(name, told_value, op, wanted, told_value <= wanted if op == "<=" else told_value >= wanted)


def this_machine() -> Machine:
    facts = _fields(Path("/proc/cpuinfo"))
    cpu = facts.get("model name") or facts.get("Model") or facts.get("Hardware") or platform.processor() or "unknown"
    ram_kb = int(_fields(Path("/proc/meminfo")).get("MemTotal", "0 kB").split()[0])
    return Machine(cpu, len(os.sched_getaffinity(0)), ram_kb // 1024, platform.machine())


def versions(*packages: str) -> dict[str, str]:
    """Installed versions of what was measured; python always."""
    found = {"python": platform.python_version()}
    for package in ("earshot", *packages):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, p95 and maximum of milliseconds; empty for no values."""
    if not values:
        return {}
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(p95, 2),
        "max": round(ordered[-1], 2),
        "n": len(ordered),
    }


def told(report: Report) -> str:
    """The report for a person: figures, then goals."""
    lines = [f"{report.bench} on {report.machine.cpu}, {report.machine.cores} cores"]
    lines += [f"  {name}: {_figures(value)}" for name, value in report.results.items() if not isinstance(value, list)]
    lines += [
        f"  {'met   ' if aim.met else 'MISSED'} {aim.name}: {aim.value:g} (goal {aim.op} {aim.goal:g})"
        for aim in report.goals
    ]
    return "\n".join(lines)


def _figures(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {figure}" for key, figure in value.items())
    return str(value)


def _fields(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    fields: dict[str, str] = {}
    for key, _, value in pairs:
        fields.setdefault(key.strip(), value.strip())
    return fields
