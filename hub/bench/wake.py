"""``bench wake``: what a room and step of 80 ms cost, ours and the two engines of the field, in turns on one audio."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from hub.bench.report import Goal, Report, goal, this_machine, versions
from wire.errors import ConfigError, EarshotError
from wire.pcm import to_speech
from wire.wav import read_wav

ROOMS = (1, 4, 16, 64)
ROUNDS = 7
ROOM_STEPS = 128  # scored by each engine in a round, over all its rooms
_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = Path(__file__).with_name("wake_contestant.py")
OPENWAKEWORD = _ROOT / ".interop" / "openwakeword" / "bin" / "python"  # scripts/setup --test makes it


@dataclass(frozen=True, slots=True)
class Contestant:
    """name: in the report. python: whose packages it has. head: the same word, in the form that it reads."""

    name: str
    engine: str
    python: Path
    head: str
    rooms: int = 1


def contestants(networks: Path) -> list[Contestant]:
    """Ours at every number of rooms, then the others. One word for all: a community head that has both forms.

    Raises ConfigError (bench-networks-missing).
    """
    head = networks / "computer_v2"
    if not head.with_suffix(".onnx").is_file():
        raise ConfigError(
            "bench-networks-missing", f"no openWakeWord networks in {networks}; name their folder with --networks"
        )
    here = Path(sys.executable)
    ours = [Contestant(f"{rooms} rooms", "earshot", here, str(head.with_suffix(".onnx")), rooms) for rooms in ROOMS]
    theirs = [Contestant("pyopen-wakeword", "pyopen-wakeword", here, str(head.with_suffix(".tflite")))]
    if OPENWAKEWORD.exists():
        theirs.append(Contestant("openwakeword", "openwakeword", OPENWAKEWORD, str(head.with_suffix(".onnx"))))
    return ours + theirs


def measure(recordings: Sequence[Path], networks: Path, *, rounds: int = ROUNDS) -> Report:
    """Blocks for a minute. Every engine is a process of its own; in each round each takes its turn.

    Raises ConfigError for missing files, EarshotError (bench-engine-failed) for an engine that ends.
    """
    with ExitStack() as stack:
        audio = stack.enter_context(_raw(recordings))
        running = [(one, stack.enter_context(_running(one, networks, audio))) for one in contestants(networks)]
        taken: dict[str, list[float]] = {one.name: [] for one, _ in running}
        peaks: dict[str, float] = {}
        for _ in range(rounds):
            for one, process in running:
                figures = _turn(one, process)
                taken[one.name].append(figures["cpu_ms"])
                peaks[one.name] = figures["peak_mb"]
    results = {
        name: {"cpu_ms": round(median(values), 3), "least_cpu_ms": round(min(values), 3), "peak_mb": round(peaks[name])}
        for name, values in taken.items()
    }
    return Report(
        "wake",
        this_machine(),
        versions("onnxruntime", "numpy", "pyopen-wakeword"),
        results | {"openwakeword measured": "openwakeword" in taken, "rounds": rounds},
        list(_goals(taken)),
    )


def _goals(taken: Mapping[str, Sequence[float]]) -> Iterator[Goal]:
    """Ratios of medians: every round has all engines in it."""
    for rooms, part_of_openwakeword, part_of_pyopen in ((1, 1 / 4, 1 / 10), (16, 1 / 8, 1 / 20)):
        ours = median(taken[f"{rooms} rooms"])
        for other, part in (("openwakeword", part_of_openwakeword), ("pyopen-wakeword", part_of_pyopen)):
            if other in taken:
                name = f"CPU of one of {rooms} rooms, as part of {other}'s"
                yield goal(name, ours / median(taken[other]), "<=", part)


@contextmanager
def _raw(recordings: Sequence[Path]) -> Iterator[Path]:
    """All recordings one after another, as the engines read them."""
    if not recordings:
        raise ConfigError("bench-recordings-missing", "no recordings; name their MANIFEST.tsv with --recordings")
    with tempfile.NamedTemporaryFile(suffix=".raw") as file:
        for recording in recordings:
            file.write(np.frombuffer(to_speech(read_wav(recording)).data, "<i2").tobytes())
        file.flush()
        yield Path(file.name)


@contextmanager
def _running(one: Contestant, networks: Path, audio: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [one.python, _PROGRAM, one.engine, networks, one.head, audio, str(one.rooms)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(_ROOT)} if one.engine == "earshot" else None,
    )
    try:
        _line(one, process)
        yield process
    finally:
        process.kill()
        process.communicate()


def _turn(one: Contestant, process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdin is not None
    process.stdin.write(f"{max(ROOM_STEPS // one.rooms, 8)}\n")
    process.stdin.flush()
    figures: dict[str, float] = json.loads(_line(one, process))
    return figures


def _line(one: Contestant, process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise EarshotError("bench-engine-failed", f"{one.name} ended while it was measured; run it by hand: {_PROGRAM}")
    return line
