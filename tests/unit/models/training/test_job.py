"""A training ends with an installed head and its card, wherever it was stopped before, or changes nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from models.wake.library import load_head, trained_threshold, words_in
from models.wake.network import Network
from models.wake.training.errors import TrainingRefused, TrainingStopped
from models.wake.training.figures import Card
from models.wake.training.progress import Progress
from models.wake.training.speech import Cast, Manner
from tests.unit.models.training.voices import TINY, LetterVoice, cast, training
from tests.wake_networks import network as built_network

BATCHES = sum(learnt + judged for learnt, judged in TINY.batches.values())


@pytest.fixture(scope="module")
def network() -> Network:
    return built_network()


@pytest.fixture(scope="module")
def done(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training that ran to its end."""
    folder = tmp_path_factory.mktemp("done")
    training(network, folder, cast()).run()
    return folder


def _spoken(speakers: Cast) -> int:
    return sum(len(voice.spoken) for voice in (*speakers.familiar, *speakers.held_out, *speakers.foreign))


def test_a_word_is_installed_with_its_card(done):
    assert words_in(done / "words").keys() == {"hey_willow"}
    assert {path.name for path in (done / "words").iterdir()} == {"hey_willow.onnx", "hey_willow.json"}
    card = msgspec.json.decode((done / "words" / "hey_willow.json").read_bytes(), type=Card)
    assert (card.phrase, card.language, card.size, card.voices) == ("hey willow", "en", "tiny", 3)
    assert card.held_out_voices == ["voice 3"]
    assert card.date == "2026-01-02T03:04:05+00:00"
    assert 0 <= card.missed <= 1
    assert card.negative_hours == pytest.approx(3 * TINY.scenes * 3.2 / 3600, abs=0.01)
    assert trained_threshold(done / "words" / "hey_willow.onnx") == card.threshold == 0.5
    head = load_head("hey_willow", done / "cache", folders=[done / "words"])
    assert 0 <= head.scores(np.zeros((1, 16, 96), np.float32)).item() <= 1


def test_the_phrase_is_said_by_nobody_as_something_else(network, tmp_path):
    speakers = cast()
    with pytest.raises(TrainingStopped):
        training(network, tmp_path, speakers, stopped=iter([False] * 4 + [True]).__next__).run()
    said = [text for voice in speakers.familiar for text in voice.spoken]
    assert "hey willow" in said
    assert not {"say hey willow to it", "hey willow please"} & set(said)


def test_a_stopped_training_goes_on_and_ends_with_the_same_head(network, done, tmp_path):
    """Stopped after a third; the second run speaks only what the first one did not."""
    first, second, whole = cast(), cast(), cast()
    with pytest.raises(TrainingStopped) as stopped:
        training(network, tmp_path, first, stopped=iter([False] * 3 + [True]).__next__).run()
    assert stopped.value.code == "wake-training-stopped"
    assert not (tmp_path / "words").exists()
    told: list[Progress] = []
    training(network, tmp_path, second, told=told.append).run()
    made = [one for one in told if one.stage == "speech and sounds"]
    assert [one.done for one in made] == list(range(1, BATCHES + 1))
    assert made[0].seconds_left is None
    assert (made[-1].seconds_left or 0) > 0
    assert told[-1].done == told[-1].total == TINY.steps * TINY.networks
    for name in ("hey_willow.onnx",):
        assert (tmp_path / "words" / name).read_bytes() == (done / "words" / name).read_bytes()
    training(network, tmp_path, whole).run()
    assert _spoken(whole) < _spoken(second) < _spoken(whole) + 3000
    shutil.rmtree(tmp_path)


def test_what_is_damaged_is_made_again_and_what_is_of_others_removed(network, done):
    batches = sorted((done / "work").rglob("*.npz"))
    assert len(batches) == BATCHES
    good = batches[0].read_bytes()
    batches[0].write_bytes(good[:100])
    batches[1].write_bytes(b"")
    (done / "work" / "words-of-another").mkdir()
    training(network, done, cast()).run()
    assert batches[0].read_bytes() == good
    assert sorted((done / "work").rglob("*.npz")) == batches
    assert not (done / "work" / "words-of-another").exists()


def test_fresh_begins_anew(network, done):
    kept, anew = cast(), cast()
    for speakers, fresh in ((kept, False), (anew, True)):
        with pytest.raises(TrainingStopped):
            training(network, done, speakers, fresh=fresh, stopped=iter([False, True]).__next__).run()
    assert _spoken(kept) < _spoken(anew)


def test_a_head_that_cannot_be_installed_leaves_the_old_one(network, tmp_path):
    words = tmp_path / "words"
    words.mkdir()
    (words / "hey_willow.onnx").write_bytes(b"old")
    (words / "hey_willow.json").mkdir()  # a file cannot take its place
    with pytest.raises(TrainingRefused) as refused:
        training(network, tmp_path, cast()).run()
    assert refused.value.code == "wake-training-disk"
    assert (words / "hey_willow.onnx").read_bytes() == b"old"
    assert {path.name for path in words.iterdir()} == {"hey_willow.onnx", "hey_willow.json"}


def test_without_a_voice_nothing_begins(network, tmp_path):
    silent = Cast(familiar=[], held_out=[], texts=["x"], words=[])
    with pytest.raises(TrainingRefused) as refused:
        training(network, tmp_path, silent)
    assert refused.value.code == "wake-no-voice"


def test_a_disk_without_room_is_named_before_work_begins(network, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 << 20))
    speakers = cast()
    with pytest.raises(TrainingRefused, match="5 MiB left") as refused:
        training(network, tmp_path, speakers).run()
    assert refused.value.code == "wake-training-disk"
    assert not _spoken(speakers)


def test_recordings_of_the_household_join(network, tmp_path):
    word, talk = np.sin(np.arange(12_000) * 0.2).astype(np.float32), np.ones(40_000, np.float32)
    card = training(network, tmp_path, cast(), recordings=[word, word], others=[talk]).run()
    assert card.recordings == 2
    assert {path.name.partition("-")[0] for path in (tmp_path / "work").iterdir() if path.is_dir()} >= {
        "recorded",
        "household",
    }


def test_texts_that_nobody_can_say_are_passed_over(network, tmp_path):
    speakers = cast()
    texts = ["lights on now", "what time", "    ", "   "]
    assert training(network, tmp_path, replace(speakers, texts=texts)).run().phrase == "hey willow"


def test_a_phrase_that_nobody_can_say_is_refused(network, tmp_path):
    class Mute(LetterVoice):
        def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
            return super().say("  " if "willow" in text else text, manner)

    speakers = replace(cast(), familiar=[Mute("mute", 1, [])])
    with pytest.raises(TrainingRefused, match="hey willow") as refused:
        training(network, tmp_path, speakers).run()
    assert refused.value.code == "wake-voices-silent"
