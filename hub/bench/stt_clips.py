"""The recordings that speech to text is measured on: commands with what was said, and everything that is no command."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.bench.wake_clips import Clip, recordings
from wire.errors import ConfigError
from wire.pcm import SPEECH_RATE_HZ

ORDERS, NOISE = "coffee", "noise"
_COMMANDS = "commands"
_OTHER_SPEECH = (ORDERS, "wake", "negative", "speech")
_PIECE_SAMPLES = 3 * SPEECH_RATE_HZ
_LONGEST_SAMPLES = 30 * SPEECH_RATE_HZ  # no recogniser takes more

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Recording:
    """kind: human, tts or unknown. source: the project it is of. transcript: empty where it is no command."""

    clip: Clip
    kind: str
    source: str
    transcript: str

    @property
    def name(self) -> str:
        return self.clip.path.name

    def samples(self) -> Samples:
        """16 kHz. Raises AudioInvalid, or ConfigError (flac-decoder-missing)."""
        return self.clip.samples()[:_LONGEST_SAMPLES]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Every recording of a MANIFEST.tsv, by what it is good for. others: by the folder they are in.

    most: pieces of each noise, None for all.
    """

    commands: Sequence[Recording]
    orders: Sequence[Recording]
    others: Mapping[str, Sequence[Recording]]
    noise: Sequence[Recording]
    most: int | None = None

    def at_most(self, clips: int | None) -> Spoken:
        """The short form: no more of a kind than so many, from all over it."""
        if clips is None:
            return self
        by_kind = [_some([one for one in self.commands if one.kind == kind], clips) for kind in _kinds(self.commands)]
        return Spoken(
            [one for group in by_kind for one in group],
            _some(self.orders, clips),
            {name: _some(group, clips) for name, group in self.others.items()},
            self.noise,
            clips,
        )


def spoken(manifest: Path, language: str) -> Spoken:
    """Raises ConfigError (bench-recordings-missing)."""
    groups: dict[str, list[Recording]] = {}
    for recording in _recordings(manifest):
        groups.setdefault(recording.clip.group.removeprefix(f"{_COMMANDS}/").split("/")[0], []).append(recording)
    commands = groups.get(language, [])
    if not commands:
        raise ConfigError(
            "bench-recordings-missing", f"{manifest} has no commands in {language}; name another with --recordings"
        )
    others = {"out of grammar": [one for one in commands if not one.transcript]}
    others |= {name: groups[name] for name in _OTHER_SPEECH if name in groups}
    said = [one for one in commands if one.transcript]
    return Spoken(said, groups.get(ORDERS, []), others, groups.get(NOISE, []))


def pieces(recording: Recording, most: int | None = None) -> Iterator[Samples]:
    """Of 3 s, as long as an endpointer may take noise for a command; what is left over is not used."""
    samples = recording.clip.samples()
    for number in range(len(samples) // _PIECE_SAMPLES)[:most]:
        yield samples[number * _PIECE_SAMPLES : (number + 1) * _PIECE_SAMPLES]


def _recordings(manifest: Path) -> Iterator[Recording]:
    clips = {clip.path: clip for clip in recordings(manifest).clips}
    with manifest.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            clip = clips.get(manifest.parent / row["file"].removeprefix(f"{manifest.parent.name}/"))
            if clip is not None:
                yield Recording(clip, row["kind"], row["source"], row["transcript"] or "")


def _kinds(found: Sequence[Recording]) -> list[str]:
    return sorted({one.kind for one in found})


def _some(found: Sequence[Recording], most: int) -> list[Recording]:
    return list(found[:: max(1, -(-len(found) // most))])
