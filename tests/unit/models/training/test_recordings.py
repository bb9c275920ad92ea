"""A household's recordings join a training cut to what is said; what does not fit is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.wake.training.errors import TrainingRefused
from models.wake.training.recordings import recorded_others, recorded_words
from wire.errors import AudioInvalid
from wire.pcm import Pcm
from wire.wav import write_wav


def _record(path: Path, seconds: float, *, rate_hz: int = 16_000, level: float = 9000, quiet: float = 20) -> None:
    """Sound of ``seconds`` with half a second of the room on both sides."""
    sound = level * np.sin(np.arange(int(seconds * rate_hz)) * 2 * np.pi * 440 / rate_hz)
    room = np.random.default_rng(0).normal(0, quiet, rate_hz // 2)
    samples = np.concatenate([room, sound, room]).astype("<i2")
    write_wav(path, Pcm(rate_hz, 2, 1, samples.tobytes()))


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_the_room_around_a_word_is_cut_away(tmp_path, rate_hz):
    _record(tmp_path / "one.wav", 0.8, rate_hz=rate_hz)
    (word,) = recorded_words(tmp_path)
    assert len(word) / 16_000 == pytest.approx(0.8, abs=0.05)
    assert np.abs(word).max() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("seconds", [0.05, 4.0])
def test_what_is_no_word_is_named(tmp_path, seconds):
    _record(tmp_path / "odd.wav", seconds)
    with pytest.raises(AudioInvalid, match="odd") as refused:
        recorded_words(tmp_path)
    assert refused.value.code == "wake-recording-unfit"


def test_other_recordings_may_be_long_and_in_folders(tmp_path):
    (tmp_path / "kitchen").mkdir()
    _record(tmp_path / "kitchen" / "radio.WAV", 30)
    (sound,) = recorded_others(tmp_path)
    assert len(sound) == 31 * 16_000


def test_silence_is_refused(tmp_path):
    _record(tmp_path / "mute.wav", 1, level=0, quiet=0)
    with pytest.raises(AudioInvalid, match="silent"):
        recorded_others(tmp_path)


@pytest.mark.parametrize("read", [recorded_words, recorded_others])
def test_a_folder_without_recordings_is_named(tmp_path, read):
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(TrainingRefused, match=str(tmp_path)) as refused:
        read(tmp_path)
    assert refused.value.code == "wake-recordings-missing"
