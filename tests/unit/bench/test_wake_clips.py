"""A manifest's recordings: who says the word, who does not, and what is missing is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.bench.wake_clips import Recordings, recordings
from wire.errors import AudioInvalid, ConfigError
from wire.pcm import Pcm
from wire.wav import write_wav

FILES = {
    "wake/alexa/1.wav": "alexa",
    "wake/jarvis/2.wav": "jarvis",
    "wake/multiple_keywords.wav": "",
    "speech/willow_alexa_turn_off.wav": "",
    "commands/en/pause.wav": "pause",
    "noise/rain.wav": "",
    "speech/twice.wav": "",
    "speech/twice.flac": "",
    "label.json": "",
}


@pytest.fixture
def found(tmp_path: Path) -> Recordings:
    rows = [f"audio/{name}\t{said}" for name, said in FILES.items()]
    (tmp_path / "audio").mkdir()
    manifest = tmp_path / "audio" / "MANIFEST.tsv"
    manifest.write_text("\n".join(["file\ttranscript", *rows]) + "\n")
    return recordings(manifest)


def names(clips) -> set[str]:
    return {clip.path.stem for clip in clips}


def test_positives_are_the_words_own_folder(found: Recordings):
    assert names(found.positives("alexa")) == {"1"}


def test_negatives_are_everything_that_does_not_say_it_once_each(found: Recordings):
    assert names(found.negatives("alexa")) == {"2", "pause", "rain", "twice"}
    assert len(found.negatives("alexa")) == 4
    assert names(found.noises()) == {"rain"}


def test_samples_are_16_khz_whatever_the_file_has(tmp_path: Path, found: Recordings):
    (clip,) = found.positives("alexa")
    clip.path.parent.mkdir(parents=True)
    write_wav(clip.path, Pcm(48_000, 2, 2, bytes(48_000 * 4)))
    assert abs(clip.samples().size - 16_000) < 100


def test_a_missing_manifest_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match="--recordings"):
        recordings(tmp_path / "none.tsv")


def test_a_broken_flac_or_no_decoder_is_one_line(found: Recordings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    path = tmp_path / "broken.flac"
    path.write_bytes(b"fLaC" + bytes(100))
    clip = next(clip for clip in found.clips if clip.path.stem == "1")
    broken = type(clip)(path, "speech", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="install the package sox"):
        broken.samples()
    monkeypatch.undo()
    with pytest.raises((AudioInvalid, ConfigError), match=r"broken\.flac"):
        broken.samples()
