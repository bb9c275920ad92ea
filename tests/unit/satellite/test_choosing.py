"""Another wake word on a running satellite, with the real networks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from models.wake.choice import WakeChoice
from models.wake.settings import WordSection
from satellite.choosing import WakeChooser, choice_of, chosen_section
from satellite.config import WakeSection
from satellite.noticing import WakeAnalyser
from satellite.wake import open_detector
from wire.errors import ConfigError, FrameMalformed
from wire.places import Places, places

SECTION = WakeSection(words=["alexa"], threshold=0.6, word={"alexa": WordSection(threshold=0.4)})


@pytest.fixture
def where(tmp_path: Path) -> Places:
    return Places(etc=tmp_path / "etc", var=tmp_path / "var", run=tmp_path / "run", cache=places().cache)


def chooser(where: Places) -> tuple[WakeChooser, WakeAnalyser]:
    detector = open_detector(SECTION, where)
    analyser = WakeAnalyser(detector)
    return WakeChooser(SECTION, detector, analyser, where), analyser


async def test_the_next_block_is_scored_by_the_word_that_was_chosen(where: Places) -> None:
    wakes, analyser = await asyncio.to_thread(chooser, where)
    assert (wakes.status.word, wakes.status.sensitivity) == ("alexa", 62)
    assert {"okay_nabu", "hey_jarvis"} < set(wakes.status.words)
    await wakes.choose(WakeChoice("okay_nabu", 80))
    assert (wakes.status.word, wakes.status.sensitivity) == ("okay_nabu", 80)
    assert [set(scores) for scores in (await asyncio.to_thread(analyser.process, bytes(2560))).scores] == [
        {"okay_nabu"}
    ]
    await wakes.choose(WakeChoice())
    assert (wakes.status.word, wakes.status.sensitivity) == ("alexa", 62)


async def test_a_word_that_is_not_there_changes_nothing(where: Places) -> None:
    wakes, analyser = await asyncio.to_thread(chooser, where)
    before = analyser.detector
    with pytest.raises(ConfigError) as refused:
        await wakes.choose(WakeChoice("hey_nobody", 80))
    assert refused.value.code == "wake-word-unknown"
    assert analyser.detector is before
    assert wakes.status.word == "alexa"


def test_a_word_that_was_configured_by_its_path_is_found_by_its_name() -> None:
    section = WakeSection(words=["/etc/earshot/hey_willow.onnx", "alexa"])
    assert chosen_section(section, WakeChoice("hey_willow")).words == ["/etc/earshot/hey_willow.onnx"]
    assert chosen_section(section, WakeChoice("okay_nabu")).words == ["okay_nabu"]
    assert chosen_section(section, WakeChoice(None, 50)).words == section.words


@pytest.mark.parametrize("data", [{"word": ""}, {"word": 3}, {"sensitivity": 101}, {"sensitivity": "much"}, [1]])
def test_a_choice_that_makes_no_sense_is_malformed(data: object) -> None:
    with pytest.raises(FrameMalformed):
        choice_of(data)
