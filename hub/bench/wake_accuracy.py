"""``bench wake --accuracy``: whom wake words miss, what wakes them that should not, with and without a second look."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import thread_time

import numpy as np

from hub.bench.report import Report, spread
from hub.bench.wake_clips import Recordings, recordings
from hub.bench.wake_det import draw
from hub.bench.wake_report import report
from hub.bench.wake_trial import Progress, Spoken, Trial
from models.wake.layers import EMBEDDING_VALUES
from models.wake.library import built_in_words, load_head, load_network, words_in
from models.wake.network import Network
from models.wake.second_look import VerifiedLook
from models.wake.second_look_verifier import Verifier
from wire.errors import ConfigError
from wire.pcm import SPEECH_RATE_HZ


def measure(
    manifest: Path,
    networks: Path,
    cache: Path,
    *,
    clips: int | None = None,
    picture: Path | None = None,
    progress: Progress,
    stopped: Callable[[], bool],
) -> Report:
    """clips: at most so many of each word, and other recordings in proportion. picture: of the DET curves.

    Raises ConfigError, and Stopped soon after ``stopped`` says so.
    """
    heard = recordings(manifest)
    spoken = spoken_words(heard, networks, cache)
    network = load_network(cache)
    trial = Trial(heard, network, clips=clips, progress=progress, stopped=stopped)
    results = [trial.measure(one) for one in spoken]
    if picture is not None:
        progress(f"drawing {picture}")
        draw(results, picture)
    return report(results, look_cpu_ms(network))


def spoken_words(recordings: Recordings, networks: Path, cache: Path) -> list[Spoken]:
    """Every word, built in or with a head in ``networks``, that the recordings have. Raises ConfigError."""
    files = built_in_words() | words_in(networks)
    names = {re.sub(r"_v\d+$", "", stem): path for stem, path in sorted(files.items())}
    found = {name: path for name, path in names.items() if recordings.positives(name)}
    if not found:
        raise ConfigError(
            "bench-recordings-missing", "no recording is in a folder wake/WORD; name a MANIFEST.tsv with --recordings"
        )
    return [Spoken(name, load_head(path, cache)) for name, path in found.items()]


def look_cpu_ms(network: Network, *, window_steps: int = 16, times: int = 20) -> dict[str, float]:
    """Of the processor, for one second look."""
    verifier = Verifier("any", np.zeros((window_steps, EMBEDDING_VALUES), np.float32), 0.0)
    look = VerifiedLook(network, [verifier])
    audio = np.random.default_rng(0).normal(0, 1000, 2 * SPEECH_RATE_HZ).astype(np.int16)
    spent_ms = []
    for _ in range(times):
        began = thread_time()
        look.agrees("any", audio)
        spent_ms.append((thread_time() - began) * 1000)
    return spread(spent_ms)
