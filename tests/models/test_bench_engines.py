"""The benchmarks of the neural engines run whole, in their short form; figures are for people, not for assertions."""

from __future__ import annotations

import pytest

from hub.bench import tts, whisper

pytestmark = [pytest.mark.models, pytest.mark.timeout(300)]


def silent(_: str) -> None: ...


async def test_whisper_is_measured_beside_the_plain_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper, "SHAPE_NAMES", ("tiny.en",))
    report = await whisper.measure(threads=2, rounds=1, progress=silent)
    (found,) = (value for key, value in report.results.items() if key == "tiny.en")
    assert set(found["transcription_ms"]) == {"1.5 s", "3 s", "6 s"}
    assert all(spent > 0 for both in found["transcription_ms"].values() for spent in both.values())
    assert set(found["after_the_end_ms"]) == {"early", "at the end"}
    assert len(report.goals) == 2


async def test_piper_is_measured_beside_the_plain_package() -> None:
    pytest.importorskip("torch")
    report = await tts.measure(rounds=1, progress=silent)
    assert report.results["three_sentences_ms"]["whole"] > report.results["three_sentences_ms"]["first audio"] > 0
    assert all(factor > 0 for factor in report.results["real_time_factor"].values())
    assert len(report.goals) == 3
