"""The real engine process at work: how much memory it has after some utterances, and how long the hub waits for it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from hub.bench.engine import running_engine
from hub.bench.processes import rss_mb
from hub.bench.report import spread
from hub.bench.stt_clips import Samples
from hub.stt.phrase.grammar import Grammar
from hub.stt.wyoming_client import WyomingTranscriber
from wire.connection import PeerSettings
from wire.pcm import Pcm, speech

UTTERANCES = 20
_BLOCK_BYTES = 2048
_DEADLINE_SECONDS = 30.0


async def measure(grammar: Path, model: Path | None, sounds: Sequence[Samples]) -> dict[str, object]:
    """grammar: its file. Raises EarshotError when it does not start or hear."""
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        uri = f"unix://{folder}/stt.sock"
        options = {"--grammar": grammar} | ({"--model": model} if model else {})
        began = time.monotonic()
        async with running_engine("hub.stt.phrase", uri, options) as process:
            ready_seconds = time.monotonic() - began
            transcriber = WyomingTranscriber([uri], PeerSettings(), _DEADLINE_SECONDS)
            language = (await asyncio.to_thread(Grammar.read, grammar)).language
            used = islice(cycle(sounds), UTTERANCES)
            spent_ms = [await _transcribed(transcriber, samples, language) for samples in used]
            pid = process.health.pid
            assert pid is not None
            return {
                "utterances": UTTERANCES,
                "ready_seconds": round(ready_seconds, 2),
                "resident_mb": round(rss_mb(pid), 1),
                "of_it_shared_libraries_mb": _status_mb(pid, "RssFile"),
                "peak_mb": _status_mb(pid, "VmHWM"),
                "whole_utterance_ms": spread(spent_ms),
            }


async def _transcribed(transcriber: WyomingTranscriber, samples: Samples, language: str) -> float:
    async def blocks() -> AsyncIterator[Pcm]:
        audio = samples.astype("<i2").tobytes()
        for start in range(0, len(audio), _BLOCK_BYTES):
            yield speech(audio[start : start + _BLOCK_BYTES])

    began = time.perf_counter()
    await transcriber.transcribe(blocks(), language=language)
    return (time.perf_counter() - began) * 1000


def _status_mb(pid: int, field: str) -> float:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return round(int(status[field].split()[0]) * 1024 / 1e6, 1)
