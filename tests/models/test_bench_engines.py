"""The benchmarks of the neural engines run whole, as a person runs them; figures are for people, not for assertions."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = [pytest.mark.models, pytest.mark.timeout(500)]


def measured(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "hub", "bench", *arguments, "--rounds", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=450)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert all(aim["value"] > 0 for aim in report["goals"])
    return report


def test_whisper_is_measured_beside_the_plain_package() -> None:
    report = measured("stt", "--whisper")
    for name in ("tiny.en", "base.en"):
        found = report["results"][name]
        assert set(found["transcription_ms"]) == {"1.5 s", "3 s", "6 s"}
        assert all(spent > 0 for both in found["transcription_ms"].values() for spent in both.values())
        assert set(found["after_the_end_ms"]) == {"early", "at the end"}
    assert len(report["goals"]) == 4


def test_piper_is_measured_beside_the_plain_package() -> None:
    pytest.importorskip("torch")
    report = measured("tts")
    assert report["results"]["three_sentences_ms"]["whole"] > report["results"]["three_sentences_ms"]["first audio"]
    assert set(report["results"]["real_time_factor"]) == {"ours", "plain"}
    assert len(report["goals"]) == 3
