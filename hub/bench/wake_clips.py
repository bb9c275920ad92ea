"""The recordings that wake words are measured on, as a MANIFEST.tsv lists them: who says the word, who does not."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wire.errors import AudioInvalid, ConfigError
from wire.pcm import SPEECH_RATE_HZ, to_speech
from wire.wav import read_wav

_WAKE, _NOISE = "wake", "noise"
_MIXED = "multiple_keywords"  # says every word, at places that nobody noted
_SOX_FORMAT = ("-t", "raw", "-r", str(SPEECH_RATE_HZ), "-b", "16", "-e", "signed", "-c", "1", "-")
_DECODE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Clip:
    """said: what a transcript or the file's name tells, in lower case. group: its folder."""

    path: Path
    group: str
    said: str

    def samples(self) -> NDArray[np.int16]:
        """16 kHz. Raises AudioInvalid, or ConfigError (flac-decoder-missing)."""
        if self.path.suffix == ".flac":
            return _decoded(self.path)
        return np.frombuffer(to_speech(read_wav(self.path)).data, np.int16)


@dataclass(frozen=True, slots=True)
class Recordings:
    clips: Sequence[Clip]

    def positives(self, word: str) -> list[Clip]:
        """The word alone, one person a clip."""
        return [clip for clip in self.clips if clip.group == f"{_WAKE}/{word}"]

    def negatives(self, word: str) -> list[Clip]:
        """Everything in which nobody says it: speech, other words, noise."""
        return [clip for clip in self.clips if word not in clip.said and clip.path.stem != _MIXED]

    def noises(self) -> list[Clip]:
        return [clip for clip in self.clips if clip.group == _NOISE]


def recordings(manifest: Path) -> Recordings:
    """Raises ConfigError (bench-recordings-missing)."""
    try:
        with manifest.open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table, delimiter="\t"))
        paths = [manifest.parent / row["file"].removeprefix(f"{manifest.parent.name}/") for row in rows]
        said = [
            f"{path.parent.name} {path.stem} {row['transcript'] or ''}" for path, row in zip(paths, rows, strict=True)
        ]
    except (OSError, KeyError) as error:
        raise ConfigError(
            "bench-recordings-missing", f"{manifest}: {error}; name a MANIFEST.tsv with --recordings"
        ) from error
    wav_twins = {path for path in paths if path.suffix == ".flac" and path.with_suffix(".wav") in paths}
    return Recordings(
        [
            Clip(path, path.parent.relative_to(manifest.parent).as_posix(), text.lower())
            for path, text in zip(paths, said, strict=True)
            if path.suffix in (".wav", ".flac") and path not in wav_twins
        ]
    )


def _decoded(path: Path) -> NDArray[np.int16]:
    sox = shutil.which("sox")
    if sox is None:
        raise ConfigError("flac-decoder-missing", f"{path} is FLAC, which sox decodes; install the package sox")
    try:
        done = subprocess.run([sox, str(path), *_SOX_FORMAT], capture_output=True, timeout=_DECODE_SECONDS, check=True)
    except subprocess.SubprocessError as error:
        raise AudioInvalid("audio-format", f"{path} is no FLAC that sox decodes; get the file again") from error
    return np.frombuffer(done.stdout, "<i2").astype(np.int16)
