"""Clips and features on disk come back as they were put; what is damaged counts as not made."""

from __future__ import annotations

import numpy as np
import pytest

from models.recogniser.training.corpus import Clip, Corpus
from models.recogniser.training.features import Example, FeatureShelf


def _clips(many: int, seed: int = 0) -> list[Clip]:
    rng = np.random.default_rng(seed)
    return [
        Clip(
            f"öffne {number}",
            f"voice {number}",
            tuple(range(1, 2 + number)),
            rng.integers(-9, 9, 50 + number, np.int16),
        )
        for number in range(many)
    ]


def _examples(many: int) -> list[Example]:
    rng = np.random.default_rng(1)
    return [
        Example(
            rng.normal(size=(4 + one, 480)).astype(np.float16),
            np.arange(1, 2 + one, dtype=np.int16),
            rng.normal(size=(4 * (4 + one), 32)).astype(np.float16),
        )
        for one in range(many)
    ]


def _damage(path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("many", [1, 5])
def test_clips_come_back(tmp_path, many):
    corpus = Corpus(tmp_path / "corpus")
    corpus.put("held-out", 12, _clips(many))
    for kept, put in zip(corpus.take("held-out", 12), _clips(many), strict=True):
        assert (kept.text, kept.voice, kept.phones) == (put.text, put.voice, put.phones)
        np.testing.assert_array_equal(kept.samples, put.samples)
        assert kept.samples.dtype == np.int16
    assert corpus.has("held-out", 12)
    assert corpus.shards("held-out") == [12]
    assert corpus.shards("train") == []


def test_shards_are_in_order_and_only_those_of_the_part(tmp_path):
    corpus = Corpus(tmp_path)
    for part, shard in (("train", 10), ("train", 2), ("house", 1), ("train", 10_000)):
        corpus.put(part, shard, _clips(1))
    assert corpus.shards("train") == [2, 10, 10_000]
    assert {path.name for path in tmp_path.iterdir()} == {
        "train-0010.npz", "train-0002.npz", "house-0001.npz", "train-10000.npz",
    }  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"garbage", None])
def test_a_damaged_shard_counts_as_not_made(tmp_path, content):
    """It is made again, and then it is there."""
    corpus = Corpus(tmp_path)
    corpus.put("train", 1, _clips(3))
    path = tmp_path / "train-0001.npz"
    _damage(path) if content is None else path.write_bytes(content)
    assert not corpus.has("train", 1)
    assert corpus.take("train", 1) == []
    corpus.put("train", 1, _clips(3))
    assert corpus.has("train", 1)
    assert len(corpus.take("train", 1)) == 3


def test_a_shard_that_was_not_made_is_empty(tmp_path):
    assert Corpus(tmp_path / "nowhere").take("train", 1) == []
    assert not Corpus(tmp_path / "nowhere").has("train", 1)
    assert FeatureShelf(tmp_path / "nowhere").take("train", 1, 0) == []
    assert FeatureShelf(tmp_path / "nowhere").made("train") == []


def test_a_shard_whose_bytes_changed_is_not_believed(tmp_path):
    corpus = Corpus(tmp_path)
    corpus.put("train", 1, _clips(3))
    path = tmp_path / "train-0001.npz"
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    assert corpus.take("train", 1) == []


def test_a_put_that_fails_leaves_what_was_there(tmp_path):
    """All of it or nothing: no half a shard under its name, and no other file."""
    corpus = Corpus(tmp_path)
    corpus.put("train", 1, _clips(2))
    (tmp_path / "train-0002.npz").mkdir()
    with pytest.raises(OSError, match="directory"):
        corpus.put("train", 2, _clips(2))
    assert len(corpus.take("train", 1)) == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_features_come_back(tmp_path):
    shelf = FeatureShelf(tmp_path / "features")
    shelf.put("held-out", 3, 1, _examples(4))
    for kept, put in zip(shelf.take("held-out", 3, 1), _examples(4), strict=True):
        np.testing.assert_array_equal(kept.frames, put.frames)
        np.testing.assert_array_equal(kept.phones, put.phones)
        np.testing.assert_array_equal(kept.mel, put.mel)
        assert (kept.frames.dtype, kept.phones.dtype, kept.mel.dtype) == (np.float16, np.int16, np.float16)
    assert shelf.made("held-out") == [(3, 1)]


def test_damaged_features_count_as_not_made(tmp_path):
    shelf = FeatureShelf(tmp_path)
    shelf.put("train", 3, 1, _examples(4))
    _damage(tmp_path / "train-0003-1.npz")
    assert not shelf.has("train", 3, 1)
    assert shelf.take("train", 3, 1) == []
