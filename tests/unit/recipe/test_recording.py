"""Shards of a corpus: each recorded once, the same whenever and in whichever order it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

pytest.importorskip("wordfreq", reason="training is not installed")

from hub.recipe import recording
from hub.recipe.recording import ALONE, HELD_OUT, HOUSE, TRAIN, Recorder
from models.recogniser.phones import alphabet
from models.recogniser.training.corpus import Corpus
from models.wake.training.speech import Manner

CLIPS = 6


@dataclass
class _Talker:
    """A tone for each letter. every: how often it says something."""

    name: str
    every: int = 1
    share: float = 1.0
    accent: str = "gmw/en-US"
    said: list[str] = field(default_factory=list)

    def say(self, text: str, manner: Manner) -> tuple[int, np.ndarray]:
        self.said.append(text)
        if len(self.said) % self.every:
            return 22_050, np.zeros(0, np.int16)
        time = np.arange(int(4000 / manner.pace)) / 22_050
        tones = [np.sin(2 * np.pi * (200 + 10 * (ord(letter) % 40)) * time) for letter in text[:20]]
        return 22_050, (8000 * np.concatenate(tones)).astype(np.int16)


@pytest.fixture(autouse=True)
def _small_shards_without_voices(monkeypatch):
    monkeypatch.setattr(recording, "SHARD_CLIPS", CLIPS)
    monkeypatch.setattr(recording, "talkers", lambda *_, **__: [])  # those here keep files open


def _recorder(folder, *, every: int = 1) -> tuple[Recorder, _Talker, _Talker]:
    """With one voice that trains and one that judges."""
    familiar, held_out = _Talker("familiar", every), _Talker("held out", every)
    recorder = Recorder(alphabet("en"), folder, 7)
    recorder._talkers = {False: [familiar], True: [held_out]}
    return recorder, familiar, held_out


def _taken(folder, part: str, shard: int) -> list[tuple]:
    return [(clip.text, clip.voice, clip.phones, clip.samples.tobytes()) for clip in Corpus(folder).take(part, shard)]


def test_a_shard_is_recorded_once(tmp_path):
    recorder, familiar, _ = _recorder(tmp_path)
    recorder.record(TRAIN, 0)
    recorder.record(TRAIN, 0)
    assert len(familiar.said) == CLIPS


def test_a_recording_that_was_stopped_gives_what_one_in_a_row_gives(tmp_path):
    """In another order, in other processes, after a damaged shard."""
    recorder, _, _ = _recorder(tmp_path / "row")
    for shard in range(3):
        recorder.record(TRAIN, shard)
    for shard in (2, 0, 1):
        _recorder(tmp_path / "other")[0].record(TRAIN, shard)
    path = tmp_path / "other" / "train-0001.npz"
    path.write_bytes(path.read_bytes()[:500])
    _recorder(tmp_path / "other")[0].record(TRAIN, 1)
    for shard in range(3):
        assert _taken(tmp_path / "row", TRAIN, shard) == _taken(tmp_path / "other", TRAIN, shard)


def test_voices_that_judge_never_train(tmp_path):
    recorder, _, _ = _recorder(tmp_path)
    parts = (TRAIN, HELD_OUT, HOUSE, ALONE)
    for part in parts:
        recorder.record(part, 0)
    heard = {part: {clip.voice for clip in Corpus(tmp_path).take(part, 0)} for part in parts}
    assert heard == {part: {"familiar" if part == TRAIN else "held out"} for part in parts}


def test_clips_are_speech_at_16_khz_with_its_phones(tmp_path):
    _recorder(tmp_path)[0].record(TRAIN, 0)
    for clip in Corpus(tmp_path).take(TRAIN, 0):
        assert clip.phones
        assert 4000 <= len(clip.samples) <= 14 * 16_000
        assert np.abs(clip.samples.astype(int)).max() == pytest.approx(2**14, rel=0.01)


def test_a_voice_that_often_says_nothing_is_asked_again(tmp_path):
    recorder, familiar, _ = _recorder(tmp_path, every=3)
    recorder.record(TRAIN, 0)
    assert len(Corpus(tmp_path).take(TRAIN, 0)) == CLIPS
    assert len(familiar.said) == 3 * CLIPS
