"""Rooms that stream all get a score for every step; ``earshot bench satellites`` is the long form with 64 rooms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.programs import earshot


@pytest.mark.models
@pytest.mark.timeout(120)
async def test_no_step_of_any_room_is_left_without_a_score(home: Path) -> None:
    code, output, _ = await earshot("bench", "satellites", "--rooms", "8", "--seconds", "8", "--json", home=home)
    report = json.loads(output)
    assert code == 0
    assert report["results"]["steps_without_a_score"] == 0
    assert report["results"]["score_after_last_sample_ms"]["n"] > 8 * 20
    assert {aim["name"] for aim in report["goals"]} >= {"steps without a score", "score after the last sample, p99 ms"}
