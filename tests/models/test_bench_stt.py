"""The benchmark of commands in its short form: everybody who is installed, every part, and no hub."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from hub.bench.stt_scenes import CONDITIONS
from hub.cli.bench import RECORDINGS
from models.recogniser.installed import languages
from tests.programs import ROOT

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(not RECORDINGS.is_file(), reason=f"no recordings in {RECORDINGS.parent}"),
    pytest.mark.skipif("en" not in languages(), reason="no English recogniser is installed"),
]
ARGUMENTS = ("bench", "stt", "--clips", "1", "--scenes", "--errors", "--json")
GROUPS = {"out of grammar", "coffee", "wake", "negative", "speech", "noise"}


@pytest.mark.timeout(600)
def test_every_part_is_measured(tmp_path: Path) -> None:
    """As a person runs it: progress on standard error, one JSON object, a page and its picture."""
    pytest.importorskip("pyroomacoustics", reason="in the dev group")
    done = subprocess.run(
        [sys.executable, "-m", "hub", *ARGUMENTS, "--write", str(tmp_path)],
        env={**os.environ, "EARSHOT_HOME": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        timeout=590,
        check=True,
    )
    report = json.loads(done.stdout)
    results = report["results"]
    for name in ["earshot", *(["pocketsphinx"] if find_spec("pocketsphinx") else [])]:
        heard = results[name]
        assert heard["human"]["of"] == heard["tts"]["of"] == heard["orders"]["of"] == 1
        assert set(heard["out_of_grammar"]) == GROUPS
        assert set(heard["scenes"]) == {one.name for one in CONDITIONS}
        assert heard["cpu_ms_a_second"] > 0
    cost = results["cost"]
    assert cost["engine"]["resident_mb"] > 20
    assert all(figure > 0 for figure in cost["stages_cpu_ms_a_second"].values())
    assert {"by_voice", "by_sentence", "by_scene", "by_phone"} == set(results["errors"])
    assert len(report["goals"]) >= 12
    assert b"commands, noise, 5 dB" in done.stderr
    assert "stt-accuracy.svg" in (tmp_path / "stt-accuracy.md").read_text()
    assert b"<svg" in (tmp_path / "stt-accuracy.svg").read_bytes()
