"""pywhispercpp as it comes, in a process of its own: ``python -m hub.bench.whisper_plain MODEL THREADS``.

Prints READY; then for each line with the path of a file of 16 kHz, 16-bit, mono sound on standard input, one JSON line:
the milliseconds that it took and what was heard.
"""

# ruff: noqa: T201 - it answers on standard output

from __future__ import annotations

import hub.stt.whisper.offline  # noqa: F401 - before what it keeps out

# isort: split
import json
import sys
import time
from pathlib import Path

import numpy as np
from pywhispercpp.model import Model


def main() -> None:
    model = Model(sys.argv[1], n_threads=int(sys.argv[2]), print_progress=False, redirect_whispercpp_logs_to=None)
    print("READY", flush=True)
    for line in sys.stdin:
        samples = np.frombuffer(Path(line.strip()).read_bytes(), "<i2").astype(np.float32) / np.float32(32768)
        began = time.perf_counter()
        heard = " ".join(segment.text for segment in model.transcribe(samples))
        print(json.dumps({"ms": (time.perf_counter() - began) * 1000, "text": heard}), flush=True)


if __name__ == "__main__":
    main()
