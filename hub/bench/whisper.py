"""``earshot bench stt --whisper``: our use of whisper.cpp beside the package's own, and what beginning early saves.

The networks are of the true sizes, with weights that say one sentence (hub.bench.whisper_shape).
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from hub.bench.engine import running_engine
from hub.bench.peer import peer
from hub.bench.report import Goal, Report, goal, spread, this_machine, versions
from hub.bench.whisper_shape import SHAPES, write_shape
from hub.engines.espeak import espeak
from hub.stt.whisper.shared import Place, SharedModel
from hub.stt.wyoming_client import WyomingTranscriber
from wire.connection import PeerSettings
from wire.pcm import Pcm, silence, speech, to_speech

SECONDS = (1.5, 3.0, 6.0)
SHAPE_NAMES = ("tiny.en", "base.en")
_SENTENCE = "turn on the light in the kitchen, close the blinds in the bedroom and tell me how warm it is outside now."
_ENDPOINT_MS, _BLOCK_MS = 704, 32  # what [endpoint] silence_ms makes of it, and how often a microphone sends
_LONG_SECONDS = 60.0
_SAVED_AT_SECONDS = 3.0

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Files:
    """model: of one shape. sounds: path by seconds."""

    model: Path
    sounds: dict[float, Path]


async def measure(threads: int, rounds: int, progress: Progress) -> Report:
    """Raises EarshotError where an engine does not start."""
    results: dict[str, object] = {"threads": threads, "rounds": rounds}
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        sounds = await asyncio.to_thread(_write_sounds, Path(folder))
        for name in SHAPE_NAMES:
            progress(f"a network like {name}")
            model = Path(folder) / f"{name}.bin"
            await asyncio.to_thread(write_shape, model, SHAPES[name])
            files = Files(model, sounds)
            beside = await _beside(files, threads, rounds, partial(_told, progress, name))
            progress(f"{name}: before the end")
            early = await _early(files, threads, rounds)
            results[name] = {"transcription_ms": beside, "after_the_end_ms": early}
            at = beside[f"{_SAVED_AT_SECONDS:g} s"]
            goals.append(goal(f"{name}, 3 s: times faster than plain", at["plain"] / at["ours"], ">=", 3.0))
            saved = early["early"] / early["at the end"]
            goals.append(goal(f"{name}, 3 s: waiting after the end, of that without", saved, "<=", 0.35))
    return Report("stt", this_machine(), versions("pywhispercpp"), results, goals)


def _told(progress: Progress, name: str, text: str) -> None:
    progress(f"{name}: {text}")


# --- one transcription, beside the package's own


async def _beside(files: Files, threads: int, rounds: int, progress: Progress) -> dict[str, dict[str, float]]:
    """Milliseconds by length: medians of rounds in which both take turns."""
    taken: dict[float, dict[str, list[float]]] = {seconds: {"ours": [], "plain": []} for seconds in files.sounds}
    model, count = str(files.model), str(threads)
    async with (
        SharedModel(files.model, threads, idle_seconds=0) as ours,
        peer("hub.bench.whisper_plain", model, count) as plain,
    ):
        for number in range(rounds + 1):
            progress(f"round {number} of {rounds}")
            for seconds, path in files.sounds.items():
                pcm = await asyncio.to_thread(path.read_bytes)
                began = time.perf_counter()
                await ours.hear(pcm, "en", "", Place(urgent=True))
                ours_ms = (time.perf_counter() - began) * 1000
                plain_ms = (await plain.ask(str(path)))["ms"]
                if number:  # the first one warms up
                    taken[seconds]["ours"].append(ours_ms)
                    taken[seconds]["plain"].append(plain_ms)
    return {
        f"{seconds:g} s": {who: round(median(ms), 1) for who, ms in both.items()} for seconds, both in taken.items()
    }


# --- a whole utterance, as a room sends it


async def _early(files: Files, threads: int, rounds: int) -> dict[str, float]:
    """Median milliseconds from the end of the audio (704 ms after the last word) to the transcript."""
    pcm = speech(await asyncio.to_thread(files.sounds[_SAVED_AT_SECONDS].read_bytes))
    found: dict[str, list[float]] = {"early": [], "at the end": []}
    async with _engine(files.model, threads, 128) as early, _engine(files.model, threads, 0) as late:
        for number in range(rounds + 1):
            for name, transcriber in (("early", early), ("at the end", late)):
                waited_ms = await _waited(transcriber, pcm)
                if number:
                    found[name].append(waited_ms)
    return {name: spread(values)["median"] for name, values in found.items()}


async def _waited(transcriber: WyomingTranscriber, pcm: Pcm) -> float:
    ended: list[float] = []

    async def room() -> AsyncIterator[Pcm]:
        size = _BLOCK_MS * 32
        whole = pcm.data + silence(_ENDPOINT_MS).data
        began = time.perf_counter()
        for number, start in enumerate(range(0, len(whole), size)):
            await asyncio.sleep(max(0, began + (number + 1) * _BLOCK_MS / 1000 - time.perf_counter()))
            yield speech(whole[start : start + size])
        ended.append(time.perf_counter())

    await transcriber.transcribe(room(), language="en")
    return (time.perf_counter() - ended[0]) * 1000


@contextlib.asynccontextmanager
async def _engine(model: Path, threads: int, pause_ms: float) -> AsyncIterator[WyomingTranscriber]:
    uri = f"unix://{model.parent}/{pause_ms:g}.sock"
    options = {
        "--model": model,
        "--threads": threads,
        "--pause-ms": pause_ms,
        "--cache": model.parent,
        "--memory-mb": 4096,
    }
    async with running_engine("hub.stt.whisper", uri, options):
        yield WyomingTranscriber([uri], PeerSettings(), _LONG_SECONDS)


def _write_sounds(folder: Path) -> dict[float, Path]:
    """A synthetic voice that speaks all the time, ending with a word."""
    voice = espeak()
    voice.select("en-us")
    sound = to_speech(Pcm(voice.rate_hz, 2, 1, voice.speak(_SENTENCE))).data
    return {seconds: _written(folder, seconds, sound) for seconds in SECONDS}


def _written(folder: Path, seconds: float, sound: bytes) -> Path:
    count = int(seconds * 16_000) * 2
    path = folder / f"{seconds:g}.raw"
    path.write_bytes((sound * (count // len(sound) + 1))[:count])
    return path
