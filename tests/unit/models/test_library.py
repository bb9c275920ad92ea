"""Words are found by name or path, built once in a process of their own, and kept where damage is noticed."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelInvalid
from models.wake.library import built_in_words, load_head, load_network, words_in
from tests.programs import ROOT
from wire.errors import ConfigError

WINDOW = np.random.default_rng(0).normal(0, 12, (1, 16, 96)).astype(np.float32)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that would be started now is not found."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")


def _only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_a_word_is_built_once(cache, monkeypatch):
    first = load_head("okay_nabu", cache)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    again = load_head("okay_nabu", cache)
    assert (again.word, again.scores(WINDOW)) == ("okay_nabu", first.scores(WINDOW))


def test_both_networks_load_from_one_file(cache):
    """With and without taps."""
    plain, tapped = load_network(cache), load_network(cache, taps=True)
    np.testing.assert_allclose(plain.silence.embedding, tapped.silence.embedding, atol=1e-4)
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"x", "cut", "flipped"])
def test_what_was_damaged_is_built_again(cache, caplog, damage):
    expected = load_head("okay_nabu", cache).scores(WINDOW)
    kept = _only_file(cache)
    good = kept.read_bytes()
    changed = {"cut": good[:-7], "flipped": good[:5000] + bytes([good[5000] ^ 1]) + good[5001:]}
    kept.write_bytes(changed.get(damage, damage) if isinstance(damage, str) else damage)
    assert load_head("okay_nabu", cache).scores(WINDOW) == expected
    assert "is damaged; building it again" in caplog.text
    assert kept.read_bytes() == good


def test_programs_that_build_at_once_do_not_disturb_each_other(cache):
    with ThreadPoolExecutor(3) as pool:
        heads = list(pool.map(lambda _: load_head("okay_nabu", cache), range(3)))
    assert len({head.scores(WINDOW).item() for head in heads}) == 1
    _only_file(cache)


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path, caplog):
    (tmp_path / "file").write_bytes(b"")
    assert load_head("okay_nabu", tmp_path / "file" / "cache").word == "okay_nabu"
    assert "every start will build it again" in caplog.text


def test_a_folder_brings_words(tmp_path, cache):
    """By the names of their files; a word of the household's own comes before one that is built in."""
    (tmp_path / "hey_house.tflite").write_bytes(built_in_words()["alexa"].read_bytes())
    (tmp_path / "okay_nabu.tflite").write_bytes(built_in_words()["alexa"].read_bytes())
    assert sorted(words_in(tmp_path)) == ["hey_house", "okay_nabu"]
    alexa = load_head("alexa", cache).scores(WINDOW)
    for word in ("hey_house", "okay_nabu", str(tmp_path / "hey_house.tflite")):
        assert load_head(word, cache, folders=[tmp_path]).scores(WINDOW) == alexa


def test_an_unknown_word_names_those_that_are_known(cache, no_child):
    with pytest.raises(ConfigError, match=r"none of alexa, hey_jarvis.* okay_nabu") as caught:
        load_head("okay_nabuh", cache)
    assert caught.value.code == "wake-word-unknown"


def test_a_file_that_is_not_there_is_named(cache, no_child):
    with pytest.raises(ConfigError, match=r"nowhere\.onnx: No such file or directory; correct wake\.words") as caught:
        load_head("nowhere.onnx", cache)
    assert caught.value.code == "wake-model-unreadable"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("word.tflite", b""),
        ("word.onnx", b"no model at all\n" * 40),
        ("word.tflite", b"\x18\0\0\0TFL3" + b"\xff" * 4000),
        ("word.tflite", built_in_words()["okay_nabu"].read_bytes()[:100_000]),
        ("word.onnx", built_in_words()["okay_nabu"].with_name("embedding_model.tflite").read_bytes()),
    ],
    ids=["empty", "text", "garbage", "truncated", "embedding"],
)
def test_what_is_no_head_is_refused_with_what_to_do(tmp_path, cache, name, content):
    """Whatever it does to a parser; nothing of it is kept."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelInvalid, match=r"word\.\w+ is .*; export it again for openWakeWord$") as caught:
        load_head(str(path), cache)
    assert caught.value.code == "wake-model-invalid"
    assert not cache.exists()


def test_a_file_too_large_to_be_a_word_is_not_even_read(tmp_path, cache, no_child):
    path = tmp_path / "word.onnx"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    with pytest.raises(ModelInvalid, match="is 200 MiB, and none of its kind is"):
        load_head(str(path), cache)


def test_the_engine_s_process_holds_no_parser(cache):
    """onnx, protobuf and tflite stay in the process that builds."""
    code = f"""
import sys
from pathlib import Path
from models.wake.library import load_head, load_network
load_network(Path({str(cache)!r}))
load_head("okay_nabu", Path({str(cache)!r}))
print([name for name in ("onnx", "google.protobuf", "tflite", "flatbuffers") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
