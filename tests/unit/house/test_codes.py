"""Codes of locks and panels: asked for, given to one device, judged there, and nowhere to be read."""

from __future__ import annotations

import asyncio
import json
import logging
import re

import pytest

from hub.config import PolicyRule, PolicySection
from hub.dialogue import Dialogue
from hub.granting import HouseAnswers
from hub.house.actor import HouseActor
from hub.house.attempts import Attempts
from hub.house.codes import MASK, SAID_SECONDS, CodeNeed, Codes, need, read_codes
from hub.house.policy import Policy
from hub.house.registry import HouseRegistry
from hub.stages import Intent, Told
from hub.trace import Trace
from tests.fakes_house import LoopbackBus
from wire.errors import ConfigError

UNLOCK = Intent("HassTurnOff", {"name": "Front Door"}, "lock", "en", "unlock the front door")
DISARM = Intent("EarshotDisarm", {"name": "Alarm"}, "default", "en", "disarm the alarm")
ARM = Intent("EarshotArm", {"name": "Alarm"}, "default", "en", "arm the alarm")
LOCK = {
    "name": "Front Door",
    "state_topic": "door/state",
    "command_topic": "door/set",
    "code_format": r"^\d{4}$",
    "command_template": '{"action": "{{ value }}", "code": "{{ code }}"}',
}
PANEL = {
    "name": "Alarm",
    "state_topic": "panel/state",
    "command_topic": "panel/set",
    "code": "REMOTE_CODE",
    "command_template": '{"action": "{{ action }}", "code": "{{ code }}"}',
}


class Home:
    """A door and a panel that judge codes themselves (the right one is 4711), and somebody in the hall."""

    def __init__(self, *, lock=None, panel=None, kept=None, attempts=3, **policy):
        self.bus, self.sent = LoopbackBus(), []
        self.bus.retain("homeassistant/lock/door/config", json.dumps(lock or LOCK))
        self.bus.retain("homeassistant/alarm_control_panel/panel/config", json.dumps(panel or PANEL))
        self.bus.retain("door/state", "LOCKED")
        self.bus.retain("panel/state", "armed_away")
        self.bus.listen("door/set", self._on_door)
        self.bus.listen("panel/set", self._on_panel)
        loop = asyncio.get_running_loop()
        self.codes = Codes(
            kept or {},
            attempts=Attempts(attempts, 15, loop.time),
            digits=lambda said: "".join(re.findall(r"\d", said)),
            clock=loop.time,
        )
        house = HouseRegistry(self.bus, clock=loop.time)
        self.entities = {entity.entity_id: entity for entity in house.entities()}
        self.actor = HouseActor(
            house,
            self.bus,
            proof_seconds=0.3,
            policy=Policy(PolicySection(**policy)),
            codes=self.codes,
            clock=loop.time,
        )
        self.dialogue = Dialogue(HouseAnswers(None, self.codes), loop.time)

    async def do(self, intent, satellite="hall"):
        result = await self.actor.carry_out(intent, area=None, satellite=satellite)
        self.dialogue.note(satellite, intent, result)
        return result

    async def say(self, text, satellite="hall"):
        reading = await self.dialogue.read(text, self, language="en", area=None, satellite=satellite)
        assert reading.secret
        if reading.told:
            return reading
        return await self.do(reading.understood, satellite)

    async def interpret(self, text, **_):
        raise AssertionError(f"{text} was an answer")

    def _on_door(self, message):
        order = json.loads(message.payload)
        self.sent.append(order)
        if order["code"] == "4711":
            self.bus.deliver("door/state", "UNLOCKED" if order["action"] == "UNLOCK" else "LOCKED")

    def _on_panel(self, message):
        text = message.payload.decode()
        order = json.loads(text) if text.startswith("{") else {"action": text, "code": None}
        self.sent.append(order)
        if order["code"] in {"4711", None}:
            self.bus.deliver("panel/state", "disarmed" if order["action"] == "DISARM" else "armed_away")


@pytest.mark.parametrize(
    ("intent", "name", "action"),
    [(UNLOCK, "Front Door", "UNLOCK"), (DISARM, "Alarm", "DISARM"), (ARM, "Alarm", "ARM_AWAY")],
)
async def test_the_code_is_asked_for_and_reaches_the_device(intent, name, action):
    home = Home()
    asked = await home.do(intent)
    assert (asked.kind, asked.problem, asked.choices) == ("unconfirmed", "needs-code", (name,))
    assert home.sent == []
    done = await home.say("it is 4711")
    assert [action.outcome for action in done.actions] == ["confirmed"]
    assert home.sent == [{"action": action, "code": "4711"}]


async def test_it_is_in_no_record_and_no_log(caplog):
    home = Home()
    home.bus.listen("door/set", lambda message: home.bus.deliver("door/state", message.payload.decode()))
    with caplog.at_level(logging.DEBUG):
        asked = await home.do(UNLOCK)
        done = await home.say("4711")
    trace = Trace("01", "hall", None, "2026-11-20T18:02:11Z", actions=[*asked.actions, *done.actions])
    assert "4711" not in trace.json().decode() + caplog.text + repr(done) + repr(vars(home.dialogue))
    assert done.actions[0].payload == json.dumps({"action": "UNLOCK", "code": MASK})


async def test_a_device_that_tells_the_code_in_its_state_does_not_put_it_into_the_proof():
    lock = LOCK | {"value_template": "{{ value_json.state }}"}
    home = Home(lock=lock)
    home.bus.listen("door/set", lambda _: home.bus.deliver("door/state", '{"state": "UNLOCKED", "last_code": "4711"}'))
    await home.do(UNLOCK)
    (action,) = (await home.say("4711")).actions
    assert action.outcome == "confirmed"
    assert action.evidence.payload == '{"state": "UNLOCKED", "last_code": "****"}'


async def test_a_code_that_the_device_does_not_take_is_told_so():
    home = Home()
    await home.do(UNLOCK)
    result = await home.say("1234")
    assert [action.outcome for action in result.actions] == ["failed"]
    assert result.told == (Told("code_not_taken", {"names": ["Front Door"]}),)
    assert home.sent == [{"action": "UNLOCK", "code": "1234"}]


async def test_a_code_of_another_length_is_not_sent_and_asked_for_again():
    home = Home()
    await home.do(UNLOCK)
    wrong = await home.say("123")
    assert (wrong.problem, wrong.told, home.sent) == ("needs-code", (Told("code_wrong"),), [])
    assert (await home.say("4711")).actions[0].outcome == "confirmed"


async def test_guesses_are_bounded_also_where_the_device_judges_them():
    home = Home(attempts=2)
    for wrong in ("1111", "2222"):
        await home.do(UNLOCK)
        await home.say(wrong)
    await home.do(UNLOCK)
    assert (await home.say("4711")).told == (Told("code_locked"),)
    assert [order["code"] for order in home.sent] == ["1111", "2222"]


async def test_a_code_that_is_announced_is_compared_here():
    panel = {key: value for key, value in PANEL.items() if key != "command_template"} | {"code": "4711"}
    home = Home(panel=panel)
    await home.do(DISARM)
    assert (await home.say("1234")).told == (Told("code_wrong"),)
    assert home.sent == []
    assert (await home.say("4711")).actions[0].outcome == "confirmed"
    assert home.sent == [{"action": "DISARM", "code": None}]


async def test_what_needs_no_code_is_done_without():
    home = Home(panel=PANEL | {"code_arm_required": False})
    result = await home.do(ARM)
    assert (result.kind, len(result.actions)) == ("acted", 1)
    assert home.sent == [{"action": "ARM_AWAY", "code": "None"}]


@pytest.mark.parametrize(
    ("kind", "config", "intent"),
    [
        ("panel", PANEL | {"code": "REMOTE_CODE_TEXT"}, DISARM),
        ("panel", PANEL | {"code": "open sesame"}, DISARM),
        ("panel", PANEL | {"command_template": "{{ action }}"}, DISARM),
        ("lock", LOCK | {"command_template": "{{ value }}"}, UNLOCK),
        ("lock", {key: value for key, value in LOCK.items() if key != "command_template"}, UNLOCK),
    ],
)
async def test_a_code_that_nobody_can_say_or_that_cannot_reach_the_device_leaves_it_alone(kind, config, intent):
    home = Home(**{kind: config})
    assert (await home.do(intent)).kind == "unsupported"
    assert home.sent == []


async def test_a_code_is_for_one_device():
    home = Home()
    both = Intent("HassTurnOn", {"entity_ids": ["lock.door"]}, "default", "en", "lock")
    assert (await home.do(both)).problem == "needs-code"
    panel = LOCK | {"name": "Back Door", "command_topic": "back/set", "state_topic": "back/state"}
    home.bus.retain("homeassistant/lock/back/config", json.dumps(panel))
    home.bus.retain("back/state", "UNLOCKED")
    everything = Intent("HassTurnOn", {"entity_ids": ["lock.door", "lock.back"]}, "default", "en", "lock all")
    asked = await home.do(everything)
    assert (asked.kind, set(asked.choices)) == ("ambiguous", {"Front Door", "Back Door"})
    assert home.sent == []


async def test_a_code_that_was_said_is_forgotten():
    home = Home()
    assert home.codes.hear("4711", "hall") == "given"
    await asyncio.sleep(SAID_SECONDS + 1)
    assert home.codes.take("hall") is None
    assert home.codes.hear("4711", "hall") == "given"
    assert home.codes.take("kitchen") is None
    assert home.codes.take("hall") == "4711"
    assert home.codes.take("hall") is None


async def test_a_code_that_the_household_keeps_is_sent_by_itself_and_the_policy_counts():
    rule = PolicyRule(domains=["lock"], decision="allow")
    assert (await Home(kept={"lock.door": "4711"}).do(UNLOCK)).problem == "policy-unlock"
    home = Home(kept={"lock.door": "4711"}, rule=[rule])
    result = await home.do(UNLOCK)
    assert result.actions[0].outcome == "confirmed"
    assert "4711" not in repr(result)


async def test_a_household_that_refuses_is_obeyed_whatever_code_there_is():
    home = Home(unlock="refuse")
    assert (await home.do(UNLOCK)).problem == "policy-unlock"


def test_formats_tell_how_many_digits_and_are_never_run():
    assert need(r"^\d{4}$") == CodeNeed(None, 4, 4)
    assert need(r"[0-9]{4,8}") == CodeNeed(None, 4, 8)
    assert need(r"\d{4,}") == CodeNeed(None, 4, 64)
    assert need(r"^\d+$") == need(".*") == need("(a+)+$") == need("") == CodeNeed()


def test_kept_codes_are_digits_in_files_of_ones_own(tmp_path):
    path = tmp_path / "code"
    path.write_text("4711\n")
    path.chmod(0o600)
    section = PolicySection(codes={"lock.front": str(path)})
    assert read_codes(section) == {"lock.front": "4711"}
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_codes(section)
