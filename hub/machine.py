"""What this machine is, and how busy and warm it is; the only place that knows psutil."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

Board = Literal["zero2w", "pi4", "pi5", "jetson", "x86", "other"]
_DEVICE_TREE = Path("/proc/device-tree/model")
_NAMES: dict[str, Board] = {
    "raspberry pi 5": "pi5",
    "raspberry pi compute module 5": "pi5",
    "raspberry pi 4": "pi4",
    "raspberry pi compute module 4": "pi4",
    "raspberry pi zero 2": "zero2w",
    "jetson": "jetson",
}


def memory_bytes() -> int:
    """Of working memory, all of it."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def board(model: Path = _DEVICE_TREE) -> Board:
    """model: where the kernel tells the board's name. Blocks."""
    try:
        name = model.read_bytes().rstrip(b"\0").decode(errors="replace").lower()
    except OSError:
        return "x86" if platform.machine() in {"x86_64", "AMD64"} else "other"
    return next((known for words, known in _NAMES.items() if words in name), "other")


# Of the processor, by what drivers call it: Raspberry Pi, Jetson, Intel, AMD, anything with ACPI.
_CPU_SENSORS = ("cpu_thermal", "cpu-thermal", "CPU-therm", "soc_thermal", "coretemp", "k10temp", "acpitz")
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the machine. at: seconds since 1970. Percent of all cores and of all memory.

    hub_*: the hub and every process that it started. temperature_c: None where the machine does not tell.
    """

    at: int
    cpu_percent: float
    memory_percent: float
    hub_cpu_percent: float
    hub_memory_mb: float
    temperature_c: float | None = None

    @property
    def hub_memory_percent(self) -> float:
        return round(self.hub_memory_mb * _MB / memory_bytes() * 100, 1)


class MachineMeter:
    """Measures between one look and the next; blocks for some milliseconds, so call it in a thread."""

    def __init__(self) -> None:
        self._hub = psutil.Process()
        self._busy_seconds, self._all_seconds = _cpu_seconds()
        self._spent = self._spent_seconds()
        self._looked_seconds = time.monotonic()

    def sample(self) -> Sample:
        busy_seconds, all_seconds = _cpu_seconds()
        spent, now_seconds = self._spent_seconds(), time.monotonic()
        share = (busy_seconds - self._busy_seconds) / max(all_seconds - self._all_seconds, 1e-3)
        passed_seconds = max(now_seconds - self._looked_seconds, 1e-3) * (psutil.cpu_count() or 1)
        hub_seconds = sum(max(0.0, seconds - self._spent.get(process, 0.0)) for process, seconds in spent.items())
        self._busy_seconds, self._all_seconds, self._spent = busy_seconds, all_seconds, spent
        self._looked_seconds = now_seconds
        return Sample(
            at=int(time.time()),
            cpu_percent=_percent(share),
            memory_percent=round(psutil.virtual_memory().percent, 1),
            hub_cpu_percent=_percent(hub_seconds / passed_seconds),
            hub_memory_mb=round(sum(_resident_bytes(process) for process in spent) / _MB, 1),
            temperature_c=cpu_temperature(psutil.sensors_temperatures()),
        )

    def _spent_seconds(self) -> dict[psutil.Process, float]:
        """By process; those that end meanwhile are left out."""
        found = {}
        for process in (self._hub, *self._hub.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            found[process] = times.user + times.system
        return found


def cpu_temperature(sensors: Mapping[str, Any]) -> float | None:
    """The warmest of the processor's sensors, else of all. sensors: as psutil has them."""
    known = next((sensors[name] for name in _CPU_SENSORS if sensors.get(name)), None)
    readings = known or [reading for readings in sensors.values() for reading in readings]
    degrees = [reading.current for reading in readings if reading.current and reading.current > 0]
    return round(max(degrees), 1) if degrees else None


def _cpu_seconds() -> tuple[float, float]:
    """Busy and all, of all cores together, since the machine started."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    guest = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # within user and nice already
    whole = sum(times) - guest
    return whole - idle, whole


def _resident_bytes(process: psutil.Process) -> int:
    try:
        resident: int = process.memory_info().rss
    except psutil.Error:
        return 0
    return resident


def _percent(share: float) -> float:
    return round(min(max(share, 0.0), 1.0) * 100, 1)
