"""piper-tts as it comes, in a process of its own: ``python -m hub.bench.piper_plain VOICE.onnx``.

Prints READY; then for each line of text on standard input one JSON line: the milliseconds that its speech took to
render and that it lasts.
"""

# ruff: noqa: T201 - it answers on standard output

from __future__ import annotations

import json
import sys
import time

from piper import PiperVoice


def main() -> None:
    voice = PiperVoice.load(sys.argv[1])
    print("READY", flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        samples = sum(len(chunk.audio_int16_bytes) // 2 for chunk in voice.synthesize(line.strip()))
        spent_ms = (time.perf_counter() - began) * 1000
        print(json.dumps({"ms": spent_ms, "lasts_ms": samples * 1000 / voice.config.sample_rate}), flush=True)


if __name__ == "__main__":
    main()
