"""``earshot bench fit`` as a person runs it: it measures, and recommends what the catalogue has."""

from __future__ import annotations

import pytest

pytest.importorskip("llama_cpp")

import json
from pathlib import Path

from models.store.catalogue import Catalogue
from tests.programs import earshot


@pytest.mark.timeout(300)
async def test_a_box_is_measured_and_models_are_judged(home: Path) -> None:
    code, output, errors = await earshot("bench", "fit", "--language", "de", "--json", home=home, seconds=240)
    assert code == 0, errors
    report = json.loads(output)
    assert all(figure > 0 for figure in report["results"]["measured"].values())
    judged = {one["model"]: one for one in report["results"]["candidates"]}
    known = {model.name: model for model in Catalogue.load().some(None, "de")}
    assert judged.keys() <= known.keys()
    assert {one["stage"] for one in judged.values()} == {"stt", "tts", "llm"}
    for stage, command in report["results"]["recommended"].items():
        name = command.removeprefix("earshot models pull ")
        assert (judged[name]["stage"], judged[name]["in_budget"]) == (stage, True)
