"""Speakers made of Kokoro's voices: who they are, and that each is somebody else.

The network here is a small one with Kokoro's inputs, in packages like its own; the last test hears the real one where
scripts/setup --train brought it.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from hub.recipe import kokoro
from hub.recipe.wake_cast import Speaker
from models.wake.training.speech import Manner

LENGTHS, VALUES = 300, 256
PLAIN = Manner(1.0, 0.5, 0.0)
NAMES = ("af_heart", "am_adam", "bf_emma", "bm_george", "jm_kumo", "ff_siwis", "af_kore", "bm_fable", "zf_xiaoyi")


@pytest.fixture
def small_network(tmp_path, monkeypatch):
    """Its sound has a sample for each symbol, and each is the sum of the first value of sound and the last of talk."""
    folder = tmp_path / "voices"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        styles = np.zeros((LENGTHS, VALUES), "<f4")
        styles[:, 0], styles[:, -1] = number / 100, number / 10
        styles.tofile(folder / f"{name}.bin")
    whole = _network().SerializeToString()
    for number, part in enumerate(np.array_split(np.frombuffer(whole, np.uint8), len(kokoro._PARTS))):
        package = tmp_path / kokoro._PARTS[number]
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "part.bin").write_bytes(part.tobytes())
    monkeypatch.setattr(kokoro, "VOICES_FOLDER", folder)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(kokoro, "find_spec", _finder(tmp_path))
    _forget()
    yield folder
    _forget()


def _forget() -> None:
    kokoro._voice.cache_clear()
    kokoro._network.cache_clear()


def _finder(folder):
    return lambda name: PathFinder.find_spec(name, [str(folder)])


def _network() -> onnx.ModelProto:
    nodes = [
        helper.make_node("Gather", ["style", "ends"], ["both"], axis=1),
        helper.make_node("ReduceSum", ["both"], ["sum"], keepdims=0),
        helper.make_node("Div", ["sum", "speed"], ["level"]),
        helper.make_node("Squeeze", ["tokens", "row"], ["read"]),
        helper.make_node("Shape", ["read"], ["count"]),
        helper.make_node("Expand", ["level", "count"], ["audio"]),
    ]
    inputs = [
        helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, None]),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, VALUES]),
        helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
    ]
    kept = [
        helper.make_tensor("ends", TensorProto.INT64, [2], [0, VALUES - 1]),
        helper.make_tensor("row", TensorProto.INT64, [1], [0]),
    ]
    output = helper.make_tensor_value_info("audio", TensorProto.FLOAT, [None])
    return helper.make_model(
        helper.make_graph(nodes, "small", inputs, [output], kept),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


def test_without_its_packages_nobody_speaks(tmp_path, monkeypatch):
    monkeypatch.setattr(kokoro, "VOICES_FOLDER", tmp_path)
    assert kokoro.speakers("en", Speaker(), 1.0, held_out=False) == []


@pytest.mark.usefixtures("small_network")
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_voices_that_judge_lend_nothing_to_those_that_train(language):
    training, judging = (kokoro.speakers(language, Speaker(), 1.0, held_out=held_out) for held_out in (False, True))
    lent = [{name for speaker in cast for name in speaker.sound[:2]} for cast in (training, judging)]
    assert all(lent)
    assert not lent[0] & lent[1]
    assert len({(speaker.sound, speaker.talk) for speaker in training}) == len(training)


@pytest.mark.usefixtures("small_network")
def test_who_talks_belongs_to_the_language_and_reads_in_its_accent():
    cast = kokoro.speakers("en", Speaker(), 1.0, held_out=False)
    accents = {(speaker.talk[0], speaker.accent) for speaker in cast}
    assert accents == {("a", "gmw/en-US"), ("b", "gmw/en")}
    assert {speaker.talk for speaker in kokoro.speakers("fr", Speaker(), 1.0, held_out=True)} == {"ff_siwis"}
    assert kokoro.speakers("xx", Speaker(), 1.0, held_out=False) == []


@pytest.mark.usefixtures("small_network")
def test_the_same_speakers_always_and_their_shares_add_up():
    first, again = (kokoro.speakers("en", Speaker(), 0.8, held_out=False) for _ in range(2))
    assert [(one.name, one.sound, one.talk) for one in first] == [(one.name, one.sound, one.talk) for one in again]
    assert sum(speaker.share for speaker in first) == pytest.approx(0.8)


@pytest.mark.usefixtures("small_network")
def test_somebody_sounds_like_two_voices_and_talks_like_a_third():
    speaker = kokoro.Kokoro("one", ("af_heart", "bf_emma", 0.75), "bm_george", "gmw/en-US", 1.0, Speaker())
    rate_hz, sound = speaker.say("hello", PLAIN)
    mixed = 0.25 * NAMES.index("bf_emma") / 100
    talk = NAMES.index("bm_george") / 10
    assert rate_hz == 24_000
    assert sound == pytest.approx((mixed + talk) * (2**15 - 1), abs=1)
    _, slower = speaker.say("hello", Manner(0.5, 0.5, 0.0))
    assert slower == pytest.approx(2 * sound.astype(int), abs=2)


@pytest.mark.usefixtures("small_network")
def test_more_than_it_can_read_is_not_said():
    speaker = kokoro.speakers("en", Speaker(), 1.0, held_out=False)[0]
    assert len(speaker.say("one two three four " * 40, PLAIN)[1]) == 0


def test_the_real_network_speaks():
    cast = kokoro.speakers("en", Speaker(), 1.0, held_out=False)
    if not cast:
        pytest.skip("Kokoro is not here: scripts/setup --train")
    rate_hz, sound = cast[0].say("turn on the kitchen lights", PLAIN)
    assert 1.0 < len(sound) / rate_hz < 5.0
    assert np.abs(sound.astype(int)).max() > 3000
