"""A board is known by the name that its kernel tells."""

from __future__ import annotations

import platform

import pytest

from hub.machine import board, memory_bytes


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
