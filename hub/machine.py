"""What this machine is."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Literal

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
