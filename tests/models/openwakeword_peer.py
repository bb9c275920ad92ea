"""Run by the Python of .interop/openwakeword: the real package's scores of recordings, as JSON on standard output.

Arguments: the folder with its networks, the heads by comma, then raw recordings (s16le mono 16 kHz). Prints for each
recording {word: [score of every 80 ms]}; before each, 2.4 s of zeros clear the random past that the package begins
with.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from openwakeword.model import Model

STEP_SAMPLES = 1280
QUIET_STEPS = 30


def main(networks: Path, heads: list[str], recordings: list[str]) -> None:
    model = Model(
        wakeword_models=[str(networks / f"{head}.onnx") for head in heads],
        inference_framework="onnx",
        melspec_model_path=str(networks / "melspectrogram.onnx"),
        embedding_model_path=str(networks / "embedding_model.onnx"),
    )
    every = []
    for recording in recordings:
        samples = np.fromfile(recording, np.int16)
        steps = samples[: len(samples) // STEP_SAMPLES * STEP_SAMPLES].reshape(-1, STEP_SAMPLES)
        for _ in range(QUIET_STEPS):
            model.predict(np.zeros(STEP_SAMPLES, np.int16))
        scores = [model.predict(step) for step in steps]
        every.append({head: [float(score[head]) for score in scores] for head in heads})
    json.dump(every, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3:])
