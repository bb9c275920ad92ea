"""``earshot bench stt``: sentence accuracy of speech to text, on recordings with transcripts, through whole turns."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.bench.report import Report, spread, this_machine, versions
from hub.bench.scoring import normal
from hub.trace import Trace
from hub.web.client import ControlClient
from wire.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Recording:
    """kind: human, tts or unknown. transcript empty: nothing that a house understands was said."""

    path: Path
    kind: str
    transcript: str


def recordings(manifest: Path, language: str) -> list[Recording]:
    """The commands in ``language`` that a MANIFEST.tsv lists (columns file, kind, language, transcript).

    Raises ConfigError (recordings-missing).
    """
    try:
        return list(_rows(manifest, language))
    except (OSError, KeyError) as error:
        raise ConfigError(
            "recordings-missing", f"{manifest}: {error}; name a MANIFEST.tsv with --recordings"
        ) from error


def _rows(manifest: Path, language: str) -> Iterator[Recording]:
    with manifest.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            path = manifest.parent / row["file"].removeprefix(f"{manifest.parent.name}/")
            if row["language"] == language and "commands" in path.parts and path.suffix == ".wav":
                yield Recording(path, row["kind"], row["transcript"] or "")


async def measure(hub: ControlClient, spoken: list[Recording]) -> Report:
    """One turn a recording; sentence-exact after normalising, by kind; clips out of grammar should be rejected."""
    right: dict[str, list[bool]] = defaultdict(list)
    stt_ms: list[float] = []
    clips: list[dict[str, object]] = []
    for recording in spoken:
        trace = (await hub.ask_wav(recording.path.read_bytes())).trace
        kind = recording.kind if recording.transcript else "out of grammar, rejected"
        correct = _correct(recording, trace)
        right[kind].append(correct)
        stt_ms.append(trace.engines_ms.get("stt", 0.0))
        clips.append(
            {
                "file": recording.path.name,
                "kind": recording.kind,
                "said": recording.transcript,
                "heard": trace.transcript,
                "correct": correct,
                "confidence": trace.stt.confidence if trace.stt else None,
                "intent": trace.understood.intent,
                "error": trace.error.code if trace.error else None,
            }
        )
    counted = {kind: {"right": sum(found), "of": len(found)} for kind, found in sorted(right.items())}
    return Report(
        bench="stt",
        machine=this_machine(),
        versions=versions("pocketsphinx"),
        results={**counted, "after_speech_end_ms": spread(stt_ms), "clips": clips},
        goals=[],
    )


def _correct(recording: Recording, trace: Trace) -> bool:
    if not recording.transcript:
        return not trace.transcript
    return normal(recording.transcript) == normal(trace.transcript)
