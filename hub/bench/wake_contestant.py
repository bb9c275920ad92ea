"""One wake word engine at work, as a program of its own: run by file, also by the Python of another engine's packages.

``python wake_contestant.py ENGINE NETWORKS HEAD RECORDING ROOMS``, ENGINE one of earshot, openwakeword and
pyopen-wakeword. RECORDING is raw s16le mono 16 kHz. Prints READY; then for each line with a number of steps on standard
input one JSON line: CPU milliseconds that each room and step took, all threads, and the peak of resident memory in MB.
"""

# ruff: noqa: PLC0415, T201 - each engine imports its own package, the others are not installed beside it; it prints

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

STEP_SAMPLES = 1280
WARM_STEPS = 30

Step = Callable[[Any], object]


def earshot(_networks: Path, head: str, rooms: int) -> Step:
    """All rooms in one call."""
    from models.wake.engine import WakeEngine
    from models.wake.library import load_head, load_network
    from wire.places import places

    cache = places().cache / "wake"
    engine = WakeEngine(load_network(cache), [load_head(head, cache)])
    joined = [engine.join(f"room {number}") for number in range(rooms)]
    return lambda samples: engine.step({room: samples for room in joined})  # noqa: C420 - typed by its values


def openwakeword(networks: Path, head: str, rooms: int) -> Step:
    """One model a room: the package knows no batch of streams."""
    from openwakeword.model import Model

    models = [
        Model(
            wakeword_models=[head],
            inference_framework="onnx",
            melspec_model_path=str(networks / "melspectrogram.onnx"),
            embedding_model_path=str(networks / "embedding_model.onnx"),
        )
        for _ in range(rooms)
    ]
    return lambda samples: [model.predict(samples) for model in models]


def pyopen_wakeword(_networks: Path, head: str, rooms: int) -> Step:
    from pyopen_wakeword import OpenWakeWord, OpenWakeWordFeatures

    pairs = [(OpenWakeWordFeatures.from_builtin(), OpenWakeWord.from_model(head)) for _ in range(rooms)]

    def step(samples: Any) -> list[float]:
        audio = samples.tobytes()
        return [
            score
            for features, word in pairs
            for embedding in features.process_streaming(audio)
            for score in word.process_streaming(embedding)
        ]

    return step


ENGINES = {"earshot": earshot, "openwakeword": openwakeword, "pyopen-wakeword": pyopen_wakeword}


def main(engine: str, networks: Path, head: str, recording: str, *, rooms: int) -> None:
    audio = np.fromfile(recording, "<i2")
    steps = cycle(audio[: len(audio) // STEP_SAMPLES * STEP_SAMPLES].reshape(-1, STEP_SAMPLES))
    step = ENGINES[engine](networks, head, rooms)
    for _ in range(WARM_STEPS):
        step(next(steps))
    print("READY", flush=True)
    for line in sys.stdin:
        count = int(line)
        began = time.process_time()
        for _ in range(count):
            step(next(steps))
        cpu_ms = (time.process_time() - began) * 1000 / count / rooms
        print(json.dumps({"cpu_ms": cpu_ms, "peak_mb": _peak_mb()}), flush=True)


def _peak_mb() -> float:
    """Not getrusage's: that begins with what the parent had."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4], rooms=int(sys.argv[5]))
