"""Voices of other programs: flite, Festival, RHVoice and MBROLA, each clip through a file of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.wake.training.speech import Manner

_SECONDS = 20.0  # for one sentence
_NOTHING: tuple[int, NDArray[np.int16]] = (16_000, np.zeros(0, np.int16))
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Flite:
    """voice: as ``flite -lv`` lists it. pitch_hz: its own mean."""

    voice: str
    pitch_hz: float
    share: float
    accent: str

    @property
    def name(self) -> str:
        return f"flite {self.voice}"

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        pitch_hz = self.pitch_hz * (0.75 + 0.5 * manner.pitch)
        settings = {
            "duration_stretch": f"{1 / manner.pace:.2f}",
            "int_f0_target_mean": f"{pitch_hz:.0f}",
            "int_f0_target_stddev": f"{5 + 30 * manner.melody:.0f}",
        }
        options = [part for name, value in settings.items() for part in ("--setf", f"{name}={value}")]
        return _recorded(["flite", "-voice", self.voice, *options, "-t", text, "-o"])


@dataclass(frozen=True, slots=True)
class RhVoice:
    """voice: as in /usr/share/RHVoice/voices."""

    voice: str
    share: float
    accent: str

    @property
    def name(self) -> str:
        return f"RHVoice {self.voice}"

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        pace, pitch = round(_PERCENT * manner.pace), round(75 + 55 * manner.pitch)
        return _recorded(["RHVoice-test", "-p", self.voice, "-r", f"{pace}", "-t", f"{pitch}", "-o"], text)


@dataclass(frozen=True, slots=True)
class Mbrola:
    """voice: of the ``espeak-ng`` program, as in ``mb-us1``. Licensed for private use only: never trained on."""

    voice: str
    share: float
    accent: str

    @property
    def name(self) -> str:
        return f"MBROLA {self.voice}"

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        pace, pitch = round(155 * manner.pace), round(30 + 40 * manner.pitch)
        return _recorded(["espeak-ng", "-v", self.voice, "-s", f"{pace}", "-p", f"{pitch}", text, "-w"])


@dataclass(frozen=True, slots=True)
class Festival:
    """voice: the function that chooses it, as in ``voice_kal_diphone``."""

    voice: str
    share: float
    accent: str

    @property
    def name(self) -> str:
        return f"Festival {self.voice.removeprefix('voice_')}"

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        spoken = text.replace('"', "")
        return _recorded(
            [
                "festival",
                "-b",
                f"({self.voice})",
                f"(Parameter.set 'Duration_Stretch {1 / manner.pace:.2f})",
                f'(set! said (utt.synth (Utterance Text "{spoken}")))',
                '(utt.save.wave said "{file}" \'riff)',
            ]
        )


def is_here(program: str) -> bool:
    return shutil.which(program) is not None


def lines_of(*command: str) -> str:
    """What a program prints; nothing where it is not installed."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _recorded(command: Sequence[str], text: str | None = None) -> tuple[int, NDArray[np.int16]]:
    """command: with ``{file}`` where it names the file to write, or without: then the file is its last argument."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        named = [part.replace("{file}", file.name) for part in command]
        try:
            subprocess.run(
                named if named != list(command) else [*named, file.name],
                input=text,
                text=True,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _NOTHING
        return _read(Path(file.name))


def _read(path: Path) -> tuple[int, NDArray[np.int16]]:
    try:
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            return file.getframerate(), samples[:: file.getnchannels()]
    except (OSError, EOFError, wave.Error):
        return _NOTHING
