"""``earshot rules``: as people call it, against a file and against a hub."""

from __future__ import annotations

import asyncio
import json

import pytest

import hub.cli.rules  # what it loads stays loaded, and is nothing that a test leaves behind
from hub.cli import main
from hub.web.listeners import control_socket
from tests.fakes_control import FakeHub, api

GOOD = '[[rule]]\nname = "Tea"\nwhen = [{ sun = "sunset" }]\nthen = [{ act = "make tea" }]\n'
HOME = '[home]\nlatitude = 52.5\nlongitude = 13.4\ntimezone = "Europe/Berlin"\n'


@pytest.fixture
def etc(home):
    etc = home / "etc"
    etc.mkdir()
    (etc / "hub.toml").write_text(HOME)
    return etc


@pytest.fixture
async def hub(home):
    hub = FakeHub()
    async with control_socket(api(hub), home / "run" / "hub.sock"):
        yield hub


async def earshot(*arguments):
    """The command as its own program would run it: with an event loop of its own."""
    return await asyncio.to_thread(main, ["rules", *arguments])


def test_a_good_file_and_when_its_rules_are_due(etc, capsys):
    (etc / "rules.toml").write_text(GOOD)
    assert main(["rules", "check", "--json"]) == 0
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert (rule["name"], rule["when"], rule["then"]) == ("Tea", ["sunset"], ["act 'make tea'"])
    assert rule["next"].endswith(("+01:00", "+02:00"))
    assert main(["rules", "check"]) == 0
    assert "act 'make tea'" in capsys.readouterr().out


def test_a_bad_file_is_an_error_of_configuration(etc, capsys, tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD.replace("sunset", "moonset"))
    assert main(["rules", "check", str(tmp_path / "mine.toml")]) == 78
    told = capsys.readouterr().err
    assert told.startswith("rules-value: ")
    assert "'Tea'" in told
    assert "mine.toml" in told


def test_without_a_hub_only_the_file_can_be_looked_at(etc, capsys):
    assert main(["rules", "list"]) == 69


async def test_the_rules_in_force(hub, capsys):
    assert await earshot("list") == 0
    assert "Evening" in capsys.readouterr().out


async def test_a_trial(hub, capsys):
    assert await earshot("try", "Evening") == 0
    assert "would now" in capsys.readouterr().out


async def test_the_history(hub, capsys):
    assert await earshot("history", "--rule", "Tea", "--json") == 0
    assert json.loads(capsys.readouterr().out)["rule"] == "Tea"
    assert hub.asked == [("rules_history", 20, "Tea")]
