"""A board is known by the name that its kernel tells; how busy it is, by what it spends."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from typing import NamedTuple

import psutil
import pytest

from hub.machine import MachineMeter, board, cpu_temperature, memory_bytes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"Raspberry Pi 5 Model B Rev 1.0\0", "pi5"),
        (b"Raspberry Pi 4 Model B Rev 1.5\0", "pi4"),
        (b"Raspberry Pi Zero 2 W Rev 1.0\0", "zero2w"),
        (b"NVIDIA Jetson Orin Nano Developer Kit\0", "jetson"),
        (b"Radxa ROCK 5B\xff\0", "other"),
    ],
)
def test_a_board_is_known_by_its_name(tmp_path, name, expected):
    (tmp_path / "model").write_bytes(name)
    assert board(tmp_path / "model") == expected


@pytest.mark.parametrize(("machine", "expected"), [("x86_64", "x86"), ("riscv64", "other")])
def test_without_a_device_tree_the_processor_tells(tmp_path, monkeypatch, machine, expected):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert board(tmp_path / "none") == expected


def test_there_is_memory():
    assert memory_bytes() > 1 << 27


class Reading(NamedTuple):
    """As psutil has them."""

    label: str
    current: float


@pytest.mark.parametrize(
    ("sensors", "degrees"),
    [
        ({}, None),
        ({"cpu_thermal": [Reading("", 51.2)], "nvme": [Reading("Composite", 70.0)]}, 51.2),
        ({"coretemp": [Reading("Core 0", 61.0), Reading("Core 1", 63.44)]}, 63.4),
        ({"unheard_of": [Reading("", 40.0)]}, 40.0),
        ({"cpu_thermal": [Reading("", 0.0)]}, None),
    ],
)
def test_the_temperature_is_the_processors(sensors, degrees):
    assert cpu_temperature(sensors) == degrees


def test_what_a_child_of_the_hub_spends_is_the_hubs():
    meter = MachineMeter()
    before = meter.sample()
    busy = "import time; until = time.monotonic() + 30\nwhile time.monotonic() < until: pass"
    with subprocess.Popen([sys.executable, "-S", "-c", busy]) as child:
        try:
            meter.sample()  # knows it from now on
            time.sleep(0.5)
            while_busy = meter.sample()
        finally:
            child.kill()
    assert while_busy.hub_cpu_percent > 10 / (psutil.cpu_count() or 1)
    assert while_busy.hub_memory_mb > before.hub_memory_mb
    assert 0 < while_busy.hub_memory_percent < 100
    assert while_busy.cpu_percent > 0
    meter.sample()  # the child is gone
