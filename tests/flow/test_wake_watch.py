"""Whoever watches sees live wake scores of every room, whoever hears the words there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.stages import ScoreTold
from hub.web.client import ControlClient
from tests.flow.test_room import free_uri, room, talk, told_of
from tests.programs import configure, earshot, running_hub

SCORES_SECONDS = 40.0


@pytest.mark.parametrize("listens", ["satellite", "hub"])
async def test_scores_are_live_and_say_when_a_word_counted(home: Path, listens: str) -> None:
    uri = free_uri()
    configure(home, told_of(uri, '[wake]\nwords = ["hey_jarvis"]'))
    flags, toml = (("--wake-word", "hey_jarvis"), "") if listens == "satellite" else ((), "[wake]\nlocal = false\n")
    told: list[ScoreTold] = []
    async with running_hub(home), ControlClient(home / "run" / "hub.sock") as hub:
        mic = await talk(home, "hey jarvis", 2.0)
        async with room(home, uri, mic, *flags, toml=toml), asyncio.timeout(SCORES_SECONDS):
            async for score in hub.wake_scores():
                told.append(score)
                if score.heard:
                    break
    scores = [score.words["hey_jarvis"] for score in told if score.words]
    assert {score.room for score in told} == {"room"}
    assert told[-1].heard == "hey_jarvis"
    assert max(scores) >= 0.5
    assert min(scores) < 0.1


async def test_without_a_hub_there_is_nothing_to_watch(home: Path) -> None:
    code, _, errors = await earshot("wake", "watch", "--json", home=home)
    assert code == 69
    assert errors.startswith("hub-unreachable: ")
