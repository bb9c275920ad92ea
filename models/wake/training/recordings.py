"""What a household recorded for a training: its people saying the phrase, or anything that must not wake."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.wake.training.errors import TrainingRefused
from models.wake.training.scene import LONGEST_WORD_SAMPLES
from models.wake.training.speech import Sound, trimmed
from wire.errors import AudioInvalid
from wire.pcm import SPEECH_RATE_HZ, Converter, mono_floats
from wire.wav import read_wav

_ROOM_DB = -30.0  # below the loudest 10 ms: the room, not the word
_MOST_SAMPLES = 20 * 60 * SPEECH_RATE_HZ  # 77 MB in memory
_SHORTEST_SAMPLES = int(0.2 * SPEECH_RATE_HZ)


def recorded_words(folder: Path) -> list[Sound]:
    """One phrase a file, the room around it cut away.

    Raises TrainingRefused (wake-recordings-missing), AudioInvalid.
    """
    found = []
    for path in _files(folder):
        word = trimmed(_read(path), _ROOM_DB)
        if not _SHORTEST_SAMPLES <= len(word) <= LONGEST_WORD_SAMPLES:
            raise AudioInvalid(
                "wake-recording-unfit",
                f"{path} holds {len(word) / SPEECH_RATE_HZ:.1f} s of sound, a word 0.2 to 1.9; cut or remove it",
            )
        found.append(word)
    return found


def recorded_others(folder: Path) -> list[Sound]:
    """Raises TrainingRefused (wake-recordings-missing), AudioInvalid."""
    found: list[Sound] = []
    for path in _files(folder):
        found.append(_read(path))
        if sum(map(len, found)) > _MOST_SAMPLES:
            raise AudioInvalid("wake-recording-unfit", f"{folder} holds more than 20 min; remove some of it")
    return found


def _files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".wav")
    if not found:
        raise TrainingRefused("wake-recordings-missing", f"there is no WAV file in {folder}; name another folder")
    return found


def _read(path: Path) -> Sound:
    """Peak 1."""
    converter = Converter()
    pcm = converter.convert(read_wav(path), last=True)
    sound = mono_floats(pcm)
    peak = np.abs(sound).max(initial=0)
    if not peak:
        raise AudioInvalid("audio-empty", f"{path} is silent; record it again")
    return np.asarray(sound / peak, np.float32)
