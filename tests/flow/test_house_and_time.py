"""The house and its time in a whole hub: several things at once, a PIN, timers that survive, rules, routines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from hub.web.client import ControlClient
from tests.programs import configure, earshot, running_hub

LIMIT_SECONDS = 30.0  # test machines are shared

RULES = """
[[rule]]
name = "Dark hall"
when = [{ entity = "light.hall_light", becomes = "off" }]
then = [{ act = "turn on the bed light" }]
"""
ROUTINES = """
[[routine]]
name = "Good night"
sentences = ["good night"]
steps = ["turn off the hall light", "lock the front door"]
response = "Sleep well."
"""


@pytest.fixture
def lived_in(home: Path) -> Path:
    """A hub's home with a PIN, a rule and a routine."""
    pin = home / "pin"
    pin.write_text("2580\n")
    pin.chmod(0o600)
    configure(home, f'[policy]\npin_file = "{pin}"\n')
    (home / "etc" / "rules.toml").write_text(RULES)
    (home / "etc" / "routines.toml").write_text(ROUTINES)
    return home


async def said(home: Path, *sentences: str, room: str = "Hall") -> list[dict[str, object]]:
    code, output, errors = await earshot(
        "ask", "--text", *sentences, "--satellite", "hall", "--area", room, "--json", home=home
    )
    assert code in {0, 1}, errors
    return [json.loads(line) for line in output.splitlines()]


def outcomes(record: dict) -> dict[str, str]:
    return {action["entity"]: action["outcome"] for action in record["actions"]}


async def test_several_things_are_done_at_once_and_exceptions_are_left_alone(lived_in: Path) -> None:
    async with running_hub(lived_in):
        both, most, again = await said(
            lived_in,
            "turn on the bed light and close the blinds",
            "turn off all lights but the bed light",
            "turn it on",
            room="Living Room",
        )
    assert set(outcomes(both).values()) == {"confirmed"}
    assert {entity.partition(".")[0] for entity in outcomes(both)} == {"light", "cover"}
    assert "light.bed_light" not in outcomes(most)
    assert len(outcomes(most)) > 3
    assert outcomes(again).keys() == outcomes(most).keys()


async def test_a_door_is_unlocked_with_the_pin_alone_and_the_pin_is_written_nowhere(lived_in: Path) -> None:
    async with running_hub(lived_in):
        asked, yes, unlock, wrong, right = await said(
            lived_in, "unlock the front door", "yes", "unlock the front door", "1111", "two five eight zero"
        )
        assert asked["error"]["code"] == "action-unconfirmed"
        assert set(outcomes(asked).values()) == {"refused"}
        assert "confirmed" not in outcomes(yes).values()
        assert unlock["error"]["code"] == "action-unconfirmed"
        assert "confirmed" not in outcomes(wrong).values()
        assert outcomes(right) == {"lock.front_door": "confirmed"}
    for file in (lived_in / "var").glob("earshot.db*"):
        content = await asyncio.to_thread(file.read_bytes)
        assert b"two five eight zero" not in content
        assert b"1111" not in content
    code, output, _ = await earshot("audit", "verify", home=lived_in)
    assert code == 0, output


async def test_what_was_confirmed_is_there_after_a_kill(lived_in: Path) -> None:
    async with running_hub(lived_in, house=None) as hub:
        timer, alarm, item = await said(
            lived_in, "set a timer for 50 minutes", "wake me every monday at six", "add milk to my shopping list"
        )
        assert [record["error"] for record in (timer, alarm, item)] == [None] * 3
        hub.kill()
        await hub.wait()
    async with running_hub(lived_in, house=None):
        left, alarms, items = await said(
            lived_in, "how much time is left", "what alarms do i have", "what is on my shopping list"
        )
    assert "49 minutes" in left["reply"] or "50 minutes" in left["reply"]
    assert "Monday" in alarms["reply"]
    assert "ilk" in items["reply"]


async def test_a_delayed_command_a_rule_and_a_routine_act_as_a_person_would(lived_in: Path) -> None:
    async with running_hub(lived_in):
        await said(lived_in, "turn on the hall light", "turn off the bed light")
        (later,) = await said(lived_in, "turn off the hall light in one second")
        assert later["error"] is None
        async with asyncio.timeout(LIMIT_SECONDS), ControlClient(lived_in / "run" / "hub.sock") as hub:
            while not (history := await hub.rules_history(1)):
                await asyncio.sleep(0.1)
            assert history[0].rule == "Dark hall"
            assert all(done.ok for done in history[0].actions)
            states = {entity.entity_id: entity.state for entity in (await hub.house()).entities}
            assert (states["light.hall_light"], states["light.bed_light"]) == ("off", "on")
        (night,) = await said(lived_in, "good night")
    assert night["reply"] == "Sleep well."


async def test_what_people_note_on_the_house_counts_at_once(lived_in: Path) -> None:
    async with running_hub(lived_in):
        code, _, errors = await earshot("house", "set", "light.hall_light", "--alias", "moonbeam", home=lived_in)
        assert code == 0, errors
        (named,) = await said(lived_in, "turn on the moonbeam")
    assert outcomes(named) == {"light.hall_light": "confirmed"}
