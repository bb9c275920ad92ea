"""An action ends as what its device showed: confirmed, sent, refused or failed, and nothing else is claimed."""

import asyncio
import json
from pathlib import Path

import pytest

from hub.errors import ActionFailed
from hub.house.actor import HouseActor
from hub.house.file import Device, HouseFile, Room, load_house
from hub.house.registry import HouseRegistry
from hub.stages import Intent
from tests.fakes_house import DevicesOnLoopback, LoopbackBus

EXAMPLE = Path(__file__).parents[3] / "examples" / "demo-house.toml"


def now():
    return asyncio.get_running_loop().time()


class Home:
    """A house in memory, and its actor."""

    def __init__(self, *devices, rooms=(), bus=None):
        self.file = HouseFile(room=tuple(rooms), device=tuple(devices))
        self.bus = bus or LoopbackBus()
        self.devices = DevicesOnLoopback(self.file, self.bus)
        self.house = HouseRegistry(self.bus, notes=self.file, clock=now)
        self.actor = HouseActor(self.house, self.bus, proof_seconds=2.0, clock=now)

    async def do(self, intent, /, *, context=None, response="default", room=None, **slots):
        if "named" in slots:
            slots["name"] = slots.pop("named")
        return await self.actor.carry_out(Intent(intent, slots, response, "en", "", context), area=room)

    def state(self, entity_id):
        return next(entity for entity in self.house.entities() if entity.entity_id == entity_id)


def device(entity_id, name=None, **more):
    return Device(id=entity_id, name=name or entity_id, **more)


async def test_a_lamp_that_obeys_is_confirmed_with_its_own_message():
    home = Home(device("light.bed", "Bed Light", state="OFF"))
    result = await home.do("HassTurnOn", named="Bed Light")
    (action,) = result.actions
    assert (result.kind, result.problem) == ("acted", None)
    assert (action.entity, action.name, action.command, action.outcome) == (
        "light.bed",
        "Bed Light",
        "turn_on",
        "confirmed",
    )
    assert action.topic == "simulated/light/bed/set"
    assert action.evidence.topic.startswith("simulated/light/bed")
    assert "ON" in action.evidence.payload
    assert home.state("light.bed").state == "on"


async def test_a_silent_device_fails_after_its_time():
    home = Home(device("switch.x", "X", state="OFF", fault="silent"))
    began = now()
    result = await home.do("HassTurnOn", named="X")
    assert result.actions[0].outcome == "failed"
    assert result.actions[0].payload == "ON"
    assert result.problem == "no-proof"
    assert now() - began == pytest.approx(2.0)


async def test_a_device_that_refuses_fails():
    home = Home(device("switch.x", "X", state="OFF", fault="refuses"))
    assert (await home.do("HassTurnOn", named="X")).actions[0].outcome == "failed"


async def test_an_offline_device_is_told_of_and_nothing_is_sent():
    home = Home(device("switch.x", "X", state="OFF", fault="offline"))
    home.bus.published.clear()
    result = await home.do("HassTurnOn", named="X")
    assert (result.actions[0].outcome, result.problem) == ("failed", "offline")
    assert home.bus.published == []


async def test_what_is_so_already_is_published_again_and_its_echo_is_the_proof():
    home = Home(device("switch.x", "X", state="ON"))
    (action,) = (await home.do("HassTurnOn", named="X")).actions
    assert action.outcome == "confirmed"
    assert ("simulated/switch/x/set", "ON", 1, False) in home.bus.published


async def test_what_is_so_already_and_sends_no_echo_is_proven_by_its_last_word():
    home = Home(device("switch.x", "X", state="ON", fault="silent"))
    (action,) = (await home.do("HassTurnOn", named="X")).actions
    assert action.outcome == "confirmed"
    assert (action.evidence.payload, action.evidence.after_ms) == ("ON", 0)


async def test_a_device_without_state_topic_is_only_sent_to():
    home = Home(device("scene.mood", "Mood"))
    (action,) = (await home.do("HassTurnOn", named="Mood", response="scene")).actions
    assert (action.outcome, action.evidence) == ("sent", None)
    assert home.devices.behaviours["scene.mood"].presses == 1


async def test_an_old_state_on_another_topic_is_no_proof():
    home = Home()
    config = {
        "state_topic": "lamp/state",
        "command_topic": "lamp/set",
        "brightness_state_topic": "lamp/b",
        "brightness_command_topic": "lamp/b/set",
    }
    home.bus.retain("homeassistant/light/lamp/config", json.dumps(config))
    home.bus.retain("lamp/state", "OFF")
    home.bus.listen("lamp/set", lambda _: home.bus.deliver("lamp/b", "77"))
    assert (await home.do("HassTurnOn", named="lamp")).actions[0].outcome == "failed"


async def test_brightness_in_the_devices_own_steps_is_proof():
    home = Home()
    config = {"schema": "json", "state_topic": "lamp", "command_topic": "lamp/set", "brightness": True}
    home.bus.retain("homeassistant/light/lamp/config", json.dumps(config | {"brightness_scale": 100}))
    home.bus.listen("lamp/set", lambda message: home.bus.deliver("lamp", message.payload.decode()))
    (action,) = (await home.do("HassLightSet", named="lamp", brightness=33)).actions
    assert action.outcome == "confirmed"
    assert json.loads(action.payload) == {"state": "ON", "brightness": 33}


async def test_another_colour_is_no_proof():
    home = Home()
    config = {"schema": "json", "state_topic": "lamp", "command_topic": "lamp/set", "supported_color_modes": ["hs"]}
    home.bus.retain("homeassistant/light/lamp/config", json.dumps(config))
    answers = [{"h": 240, "s": 100}, {"h": 38, "s": 99}]

    def say(_):
        home.bus.deliver("lamp", json.dumps({"state": "ON", "color": answers.pop(0)}))

    home.bus.listen("lamp/set", say)
    assert (await home.do("HassLightSet", named="lamp", color="orange")).actions[0].outcome == "failed"
    assert (await home.do("HassLightSet", named="lamp", color="orange")).actions[0].outcome == "confirmed"


def cover_config(**more):
    return json.dumps(
        {"state_topic": "c", "command_topic": "c/set", "position_topic": "p", "set_position_topic": "p/set"} | more
    )


async def test_a_cover_that_sets_out_has_obeyed():
    home = Home()
    home.bus.retain("homeassistant/cover/blind/config", cover_config())
    home.bus.listen("c/set", lambda _: home.bus.deliver("c", "opening"))
    home.bus.listen("p/set", lambda _: (home.bus.deliver("c", "closing"), home.bus.deliver("p", "80")))
    assert (await home.do("HassTurnOn", named="blind", response="cover")).actions[0].outcome == "confirmed"
    assert (await home.do("HassSetPosition", named="blind", position=30)).actions[0].outcome == "confirmed"


async def test_a_cover_that_goes_the_wrong_way_has_not():
    home = Home()
    home.bus.retain("homeassistant/cover/blind/config", cover_config())
    home.bus.listen("p/set", lambda _: (home.bus.deliver("c", "opening"), home.bus.deliver("p", "80")))
    assert (await home.do("HassSetPosition", named="blind", position=30)).actions[0].outcome == "failed"


async def turning_lock(seconds, last):
    home = Home()
    home.bus.retain("homeassistant/lock/door/config", json.dumps({"state_topic": "l", "command_topic": "l/set"}))

    def turn(_):
        home.bus.deliver("l", "LOCKING")
        asyncio.get_running_loop().call_later(seconds, home.bus.deliver, "l", last)

    home.bus.listen("l/set", turn)
    (action,) = (await home.do("HassTurnOn", named="door", response="lock")).actions
    return action


async def test_a_lock_that_says_it_is_turning_gets_more_time():
    action = await turning_lock(6, "LOCKED")
    assert (action.outcome, action.evidence.payload) == ("confirmed", "LOCKED")


async def test_a_lock_that_jams_is_not_locked():
    assert (await turning_lock(1, "JAMMED")).outcome == "failed"


class TestGroups:
    def home(self, **faults):
        rooms = [Room(name="Kitchen"), Room(name="Hall")]
        lamps = [("light.a", "Kitchen"), ("light.b", "Kitchen"), ("light.c", "Hall")]
        return Home(*(device(i, room=r, state="OFF", fault=faults.get(i[-1])) for i, r in lamps), rooms=rooms)

    async def test_the_lights_of_the_speakers_room(self):
        result = await self.home().do("HassTurnOn", domain="light", area="Kitchen", context="Kitchen")
        assert [(action.entity, action.outcome) for action in result.actions] == [
            ("light.a", "confirmed"),
            ("light.b", "confirmed"),
        ]

    async def test_each_has_its_own_proof_and_all_wait_together(self):
        began = now()
        result = await self.home(a="silent", c="silent").do("HassTurnOn", domain="light")
        assert [action.outcome for action in result.actions] == ["failed", "confirmed", "failed"]
        assert now() - began == pytest.approx(2.0)

    async def test_only_those_that_can(self):
        home = self.home()
        plain = {"command_topic": "p/set", "state_topic": "p", "device": {"suggested_area": "Kitchen"}}
        home.bus.retain("homeassistant/light/plain/config", json.dumps(plain))
        result = await home.do("HassLightSet", area="Kitchen", color="red")
        assert [action.entity for action in result.actions] == ["light.a", "light.b"]
        assert (await home.do("HassLightSet", named="plain", color="red")).kind == "unsupported"


class TestWithoutTheBroker:
    async def test_nothing_sent_is_an_error(self):
        home = Home(device("switch.x", "X", state="OFF"))
        home.bus.up = False
        with pytest.raises(ActionFailed) as failed:
            await home.do("HassTurnOn", named="X")
        assert failed.value.code == "broker-lost"

    async def test_questions_are_still_answered(self):
        home = Home(device("switch.x", "X", state="ON"))
        home.bus.up = False
        assert (await home.do("HassGetState", named="X")).matched[0].state == "on"


@pytest.mark.parametrize("intent", ["HassGetCurrentTime", "HassGetCurrentDate", "HassNevermind", "HassRespond"])
async def test_what_needs_no_house(intent):
    assert (await Home().do(intent)).kind == "answered"


@pytest.mark.parametrize("intent", ["HassStartTimer", "HassMediaPause", "HassGetWeather", "Whatever"])
async def test_what_nothing_here_can_do(intent):
    result = await Home().do(intent)
    assert (result.kind, result.problem) == ("unsupported", intent)


@pytest.mark.parametrize(
    ("intent", "slots", "problem"),
    [
        ("HassLightSet", {"brightness": "lots"}, "no-number"),
        ("HassLightSet", {"brightness": 140}, "out-of-range"),
        ("HassLightSet", {"color": "octarine"}, "unknown-color"),
        ("HassLightSet", {"color": "black"}, "unknown-color"),
        ("HassLightSet", {}, "nothing-to-set"),
    ],
)
async def test_values_that_no_lamp_takes(intent, slots, problem):
    result = await Home(device("light.x", "X")).do(intent, named="X", **slots)
    assert (result.kind, result.problem) == ("unsupported", problem)


async def test_a_temperature_out_of_the_devices_range():
    home = Home(device("climate.x", "X", state="heat"))
    assert (await home.do("HassClimateSetTemperature", named="X", temperature=90)).problem == "out-of-range"


EVERY = [
    ("light", "HassTurnOn", {}, "on"),
    ("light", "HassTurnOff", {}, "off"),
    ("light", "HassToggle", {}, None),
    ("light", "HassLightSet", {"brightness": 50}, "on"),
    ("light", "HassLightSet", {"brightness": 0}, "off"),
    ("light", "HassLightSet", {"color": "blue"}, "on"),
    ("light", "HassLightSet", {"temperature": 2700}, "on"),
    ("switch", "HassTurnOn", {}, "on"),
    ("switch", "HassTurnOff", {}, "off"),
    ("fan", "HassTurnOn", {}, "on"),
    ("fan", "HassFanSetSpeed", {"percentage": 60}, "on"),
    ("fan", "HassFanSetSpeed", {"percentage": 0}, "off"),
    ("lock", "HassTurnOn", {}, "locked"),
    ("cover", "HassTurnOff", {}, "closed"),
    ("cover", "HassSetPosition", {"position": 0}, "closed"),
    ("climate", "HassTurnOn", {}, "heat"),
    ("climate", "HassTurnOff", {}, "off"),
    ("climate", "HassClimateSetTemperature", {"temperature": 22.5}, None),
]


@pytest.fixture(scope="module")
def example():
    return load_house(EXAMPLE)


@pytest.mark.parametrize(("domain", "intent", "slots", "state"), EVERY)
async def test_every_command_on_every_device_of_the_example_house(domain, intent, slots, state, example):
    home = Home(*example.device, rooms=example.room)
    concerned = [each for each in example.device if each.component == domain and each.fault is None]
    assert concerned
    for each in concerned:
        result = await home.do(intent, named=each.id, **slots)
        assert [action.outcome for action in result.actions] == ["confirmed"], (each.id, result)
        assert state in (None, home.state(each.id).state)
