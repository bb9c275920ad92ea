"""The accuracy benchmark in its short form: every condition, with and without a second look, and a clean end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.bench.wake_accuracy import measure
from hub.bench.wake_hearing import Stopped
from hub.bench.wake_trial import OTHERS, conditions
from hub.cli.bench import NETWORKS, RECORDINGS
from tests.programs import ROOT
from wire.errors import ConfigError

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(not RECORDINGS.is_file(), reason=f"no recordings in {RECORDINGS.parent}"),
]
WORDS = {"alexa", "computer", "jarvis"}
LOOK_CPU_MS = 60.0
ARGUMENTS = ("bench", "wake", "--accuracy", "--clips", "4", "--json")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.timeout(600)
def test_every_word_is_tried_in_every_condition(tmp_path: Path, cache: Path):
    """As a person runs it: progress on standard error, one JSON object, a picture."""
    pytest.importorskip("pyroomacoustics", reason="in the dev group")
    picture = tmp_path / "det.svg"
    done = subprocess.run(
        [sys.executable, "-m", "hub", *ARGUMENTS, "--det", str(picture)],
        env={**os.environ, "EARSHOT_HOME": str(tmp_path), "EARSHOT_CACHE": str(cache)},
        cwd=ROOT,
        capture_output=True,
        timeout=590,
        check=True,
    )
    results = json.loads(done.stdout)["results"]
    for word in WORDS:
        assert set(results[word]["missed"]) == {one.name for one in conditions()}
        assert all(figures["of"] == 4 for figures in results[word]["missed"].values())
        assert all(figures["second_look"] <= figures["alone"] for figures in results[word]["missed"].values())
        assert set(results[word]["false_wakes"]) == {one.name for one in OTHERS}
        assert results[word]["missed"]["clean"]["alone"] <= 2
        shares = [share for _, share, _ in results[f"{word}_det"]]
        assert shares == sorted(shares)
    assert results["together"]["missed"]["clean"]["of"] == 12
    assert results["second_look"]["cpu_ms"]["median"] < LOOK_CPU_MS
    assert b"<svg" in picture.read_bytes()
    assert b"alexa: 4 recordings, clean" in done.stderr


def test_it_ends_when_nobody_wants_it_any_more(cache: Path):
    with pytest.raises(Stopped):
        measure(RECORDINGS, NETWORKS, cache, clips=4, progress=lambda _: None, stopped=lambda: True)


def test_without_recordings_of_a_word_it_says_so(tmp_path: Path):
    manifest = tmp_path / "MANIFEST.tsv"
    manifest.write_text("file\ttranscript\n")
    with pytest.raises(ConfigError, match="bench-recordings-missing"):
        measure(manifest, NETWORKS, tmp_path, progress=lambda _: None, stopped=lambda: False)
