"""Words of one's own, tried on people: ``python -m tests.measure_trained_word FOLDER`` (``/var/lib/earshot/wake``).

For each head in FOLDER: how many of the people in ../shared/audio who say it wake it, and how often everything else
there does (other people's speech, other wake words, noise), by the product's own rule.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.wake.decision import Decision, Rule
from models.wake.engine import WakeEngine
from models.wake.library import load_head, load_network, trained_threshold
from models.wake.settings import THRESHOLD
from models.wake.steps import Steps
from tests.programs import SHARED
from wire.places import places

BEFORE_SAMPLES, AFTER_SAMPLES = 32_000, 24_000


def recordings() -> Iterator[tuple[str, str, NDArray[np.int16]]]:
    """File, transcript, samples with quiet around them."""
    with (SHARED / "audio" / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    for row in rows:
        sox = ["sox", str(SHARED / row["file"]), "-t", "raw", "-r", "16000", "-b", "16", "-c", "1", "-e", "signed", "-"]
        done = subprocess.run(sox, capture_output=True, check=False)
        if done.returncode == 0 and done.stdout:
            samples = np.frombuffer(done.stdout, "<i2").astype(np.int16)
            yield row["file"], f"{row['file']} {row['transcript'] or ''}".lower().replace("_", " "), samples


def main(folder: Path) -> None:
    heads = {path.stem: path for path in sorted(folder.glob("*.onnx"))}
    cache = places().cache / "wake"
    engine = WakeEngine(load_network(cache), [load_head(path, cache) for path in heads.values()])
    rules = {word: Rule(threshold=trained_threshold(path) or THRESHOLD) for word, path in heads.items()}
    said, woken, false_wakes, seconds = (dict.fromkeys(heads, 0.0) for _ in range(4))
    for file, text, samples in recordings():
        room, decisions = engine.join(), {word: Decision({word: rule}) for word, rule in rules.items()}
        audio = np.concatenate([np.zeros(BEFORE_SAMPLES, np.int16), samples, np.zeros(AFTER_SAMPLES, np.int16)])
        scores = [engine.step({room: step})[room].words for step in Steps().feed(audio.tobytes())]
        engine.leave(room)
        for word in heads:
            heard = sum(decisions[word].count(one) is not None for one in scores)
            if f"/wake/{word}/" in file:
                said[word] += 1
                woken[word] += heard > 0
            elif word.replace("_", " ") not in text and "multiple" not in text:
                false_wakes[word] += heard
                seconds[word] += samples.size / 16_000
    for word in heads:
        people = f"{woken[word]:.0f} of {said[word]:.0f} people"
        print(f"{word}: {people}; {false_wakes[word]:.0f} false wakes in {seconds[word] / 3600:.2f} h")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
