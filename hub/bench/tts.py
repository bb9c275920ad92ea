"""``earshot bench tts``: how soon a reply is heard, what a known phrase costs, and rendering beside plain piper-tts.

The voice is of the true size, with random weights (hub.bench.piper_shape): it costs what a real one costs.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec

from hub.bench.engine import running_engine
from hub.bench.peer import Peer, peer
from hub.bench.processes import rss_mb
from hub.bench.report import Report, goal, this_machine, versions
from hub.engines.supervisor import EngineProcess
from hub.tts.wyoming_client import WyomingSynthesizer
from wire.connection import PeerSettings
from wire.errors import ConfigError

_DEADLINE_SECONDS = 60.0
_ANSWER = (
    "The washing machine in room {number} will be ready in twenty minutes, and the dryer is free. "
    "It is {number} degrees outside and getting colder. I will remind you of the {number} windows at six."
)
_SENTENCE = "Turned on the light number {number} in the living room."

Progress = Callable[[str], None]


class Rendered(msgspec.Struct, frozen=True):
    """ms: of work. lasts_ms: of the speech."""

    ms: float
    lasts_ms: float

    @property
    def real_time_factor(self) -> float:
        return self.ms / self.lasts_ms


@dataclass(frozen=True, slots=True)
class Heard:
    first_ms: float
    rendered: Rendered


async def measure(rounds: int, progress: Progress) -> Report:
    """Raises ConfigError where torch or piper-tts is missing, EarshotError where the engine does not start."""
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        voice = Path(folder) / "voice" / "voice.onnx"
        progress("a voice of medium size")
        await asyncio.to_thread(write_voice, voice)
        async with _engine(voice) as (process, ours), peer("hub.bench.piper_plain", str(voice)) as plain:
            return await _measured(process, ours, plain, rounds, progress)


async def _measured(
    process: EngineProcess,
    ours: WyomingSynthesizer,
    plain: Peer,
    rounds: int,
    progress: Progress,
) -> Report:
    answers, sentences, plains, known_phrases = [], [], [], []
    for number in range(rounds + 1):
        progress(f"round {number} of {rounds}")
        answer = await _heard(ours, _ANSWER.format(number=number))
        sentence = await _heard(ours, _SENTENCE.format(number=number))
        known = await _heard(ours, _SENTENCE.format(number=number))
        beside = msgspec.convert(await plain.ask(_SENTENCE.format(number=number)), Rendered)
        if number:  # the first one warms up
            answers.append(answer)
            sentences.append(sentence.rendered)
            known_phrases.append(known)
            plains.append(beside)
    first = median(one.first_ms for one in answers)
    whole = median(one.rendered.ms for one in answers)
    known_ms = median(one.first_ms for one in known_phrases)
    ours_factor, plain_factor = (median(one.real_time_factor for one in each) for each in (sentences, plains))
    assert process.health.pid
    results = {
        "three_sentences_ms": {"first audio": round(first, 1), "whole": round(whole, 1)},
        "known_phrase_ms": {
            "first audio": round(known_ms, 2),
            "whole": round(median(one.rendered.ms for one in known_phrases), 2),
        },
        "real_time_factor": {"ours": round(ours_factor, 4), "plain": round(plain_factor, 4)},
        "resident_mb": round(rss_mb(process.health.pid), 1),
        "rounds": rounds,
    }
    goals = [
        goal("first audio of three sentences, of rendering them whole", first / whole, "<=", 0.4),
        goal("known phrase, ms to its first audio", known_ms, "<=", 5),
        goal("real-time factor, of plain piper's", ours_factor / plain_factor, "<=", 1.0),
    ]
    return Report("tts", this_machine(), versions("piper-tts", "onnxruntime"), results, goals)


async def _heard(ours: WyomingSynthesizer, text: str) -> Heard:
    began = time.perf_counter()
    first_ms, lasts_ms = 0.0, 0.0
    async for block in ours.synthesize(text, language="en"):
        first_ms = first_ms or (time.perf_counter() - began) * 1000
        lasts_ms += block.duration_ms
    return Heard(first_ms, Rendered((time.perf_counter() - began) * 1000, lasts_ms))


def write_voice(path: Path) -> None:
    """Of medium size, with its configuration beside it. Raises ConfigError (bench-tool-missing)."""
    try:
        from hub.bench.piper_shape import write_shape  # noqa: PLC0415 - it needs what training needs
    except ImportError as missing:
        raise ConfigError("bench-tool-missing", f"{missing}; run `scripts/setup --test`, which brings it") from missing
    path.parent.mkdir(exist_ok=True)
    write_shape(path)


@contextlib.asynccontextmanager
async def _engine(voice: Path) -> AsyncIterator[tuple[EngineProcess, WyomingSynthesizer]]:
    uri = f"unix://{voice.parent}/piper.sock"
    options = {"--voice": voice, "--cache": voice.parent / "phrases", "--memory-mb": 4096}
    async with running_engine("hub.tts.piper", uri, options) as process:
        yield process, WyomingSynthesizer([uri], PeerSettings(), _DEADLINE_SECONDS)
