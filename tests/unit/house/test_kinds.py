"""Every kind of device does what its intents say, and shows it on its state topics."""

import asyncio
import json

import pytest

from hub.config import PolicyRule, PolicySection
from hub.house.actor import HouseActor
from hub.house.file import Device, HouseFile
from hub.house.policy import Policy
from hub.house.registry import HouseRegistry
from hub.stages import Intent
from tests.fakes_house import DevicesOnLoopback, LoopbackBus


def now():
    return asyncio.get_running_loop().time()


class Home:
    """Simulated devices and hand-made ones (``announce``), and the actor on them."""

    def __init__(self, *devices):
        self.bus = LoopbackBus()
        file = HouseFile(device=devices)
        DevicesOnLoopback(file, self.bus)
        self.house = HouseRegistry(self.bus, notes=file, clock=now)
        allowed = Policy(PolicySection(rule=[PolicyRule(domains=["valve", "alarm_control_panel"], decision="allow")]))
        self.actor = HouseActor(self.house, self.bus, proof_seconds=2.0, clock=now, policy=allowed)

    def announce(self, component, config, state=None):
        """A device that only says ``state``; what it is told is in ``bus.published``."""
        self.bus.retain(f"homeassistant/{component}/x/config", json.dumps({"name": "X", "command_topic": "c"} | config))
        if state is not None:
            self.bus.retain("s", state)

    async def do(self, intent, **slots):
        return await self.actor.carry_out(Intent(intent, slots, "default", "en", ""), area=None)

    def entity(self, entity_id):
        return next(entity for entity in self.house.entities() if entity.entity_id == entity_id)


def named(component, **more):
    return Device(id=f"{component}.x", name="X", **more)


ACTS = [
    ("humidifier", {}, "HassTurnOn", {}, "turn_on", "on"),
    ("humidifier", {"state": "ON"}, "HassTurnOff", {}, "turn_off", "off"),
    ("humidifier", {}, "HassHumidifierSetpoint", {"humidity": 55}, "set_humidity", "on"),
    ("humidifier", {}, "HassHumidifierMode", {"mode": "Sleep"}, "set_mode", "on"),
    ("siren", {}, "HassTurnOn", {}, "turn_on", "on"),
    ("siren", {"state": "ON"}, "HassTurnOff", {}, "turn_off", "off"),
    ("vacuum", {}, "HassVacuumStart", {}, "start", "cleaning"),
    ("vacuum", {"state": "cleaning"}, "HassVacuumReturnToBase", {}, "return_to_base", "docked"),
    ("vacuum", {}, "HassTurnOn", {}, "start", "cleaning"),
    ("vacuum", {}, "EarshotSetMode", {"mode": "max"}, "set_fan_speed", None),
    ("lawn_mower", {}, "HassLawnMowerStartMowing", {}, "start_mowing", "mowing"),
    ("lawn_mower", {"state": "mowing"}, "HassLawnMowerDock", {}, "dock", "docked"),
    ("valve", {}, "HassTurnOn", {}, "open_valve", "open"),
    ("valve", {"state": "open"}, "HassTurnOff", {}, "close_valve", "closed"),
    ("valve", {"attributes": {"position": 0}}, "HassSetPosition", {"position": 40}, "set_valve_position", "open"),
    ("valve", {"attributes": {"position": 40}}, "HassTurnOff", {}, "close_valve", "closed"),
    ("select", {}, "EarshotSetValue", {"value": "High"}, "select_option", "high"),
    ("number", {}, "EarshotSetValue", {"value": "42"}, "set_value", "42"),
    ("text", {}, "EarshotSetValue", {"value": "Hello World"}, "set_value", "hello world"),
    ("alarm_control_panel", {}, "EarshotArm", {"mode": "night"}, "alarm_arm_night", "armed_night"),
    ("water_heater", {}, "HassTurnOn", {}, "turn_on", "performance"),
    ("water_heater", {"state": "eco"}, "HassTurnOff", {}, "turn_off", "off"),
    ("water_heater", {}, "EarshotSetMode", {"mode": "eco"}, "set_operation_mode", "eco"),
    (
        *("water_heater", {"attributes": {"temperature": 50}}, "HassClimateSetTemperature"),
        *({"temperature": 34, "domain": "water_heater"}, "set_temperature", None),
    ),
    ("climate", {}, "EarshotSetMode", {"mode": "cool"}, "set_hvac_mode", "cool"),
    ("climate", {"attributes": {"preset_modes": ["eco"]}}, "EarshotSetMode", {"mode": "Eco"}, "set_preset_mode", None),
    (
        "fan",
        {"attributes": {"preset_modes": ["breeze"]}},
        "EarshotSetMode",
        {"mode": "breeze"},
        "set_preset_mode",
        "on",
    ),
    ("fan", {"attributes": {"oscillating": False}}, "EarshotOscillate", {"state": "on"}, "oscillate", None),
    ("light", {"attributes": {"effect_list": ["rainbow"]}}, "EarshotSetMode", {"mode": "Rainbow"}, "turn_on", "on"),
    (
        "cover",
        {"attributes": {"tilt_position": 0}},
        "EarshotSetTilt",
        {"position": 50},
        "set_cover_tilt_position",
        None,
    ),
]


@pytest.mark.parametrize(("component", "more", "intent", "slots", "command", "state"), ACTS)
async def test_it_obeys_and_its_state_topic_proves_it(component, more, intent, slots, command, state):
    home = Home(named(component, **more))
    (action,) = (await home.do(intent, name="X", **slots)).actions
    assert (action.outcome, action.command) == ("confirmed", command)
    assert action.evidence.topic.startswith(f"simulated/{component}/x")
    assert state in (None, home.entity(f"{component}.x").state)


@pytest.mark.parametrize(("component", "more", "intent", "slots", "command", "state"), ACTS)
async def test_it_is_not_believed_without_proof(component, more, intent, slots, command, state):
    """A device that goes on reporting its old state has not obeyed."""
    result = await Home(named(component, fault="refuses", **more)).do(intent, name="X", **slots)
    assert result.actions[0].outcome == "failed"


@pytest.mark.parametrize(
    ("component", "attributes", "intent", "slots", "problem"),
    [
        ("number", {"min": 5, "max": 10}, "EarshotSetValue", {"value": "11"}, "out-of-range"),
        ("number", {}, "EarshotSetValue", {"value": "lots"}, "no-number"),
        ("select", {"options": ["eco", "boost"]}, "EarshotSetValue", {"value": "party"}, "unknown-option"),
        ("select", {"options": ["mode 1", "mode 2"]}, "EarshotSetValue", {"value": "mode 3"}, "unknown-option"),
        ("text", {}, "EarshotSetValue", {"value": "x" * 300}, "wrong-length"),
        ("humidifier", {}, "HassHumidifierSetpoint", {"humidity": 140}, "out-of-range"),
        ("humidifier", {}, "HassHumidifierMode", {"mode": "party"}, "unknown-mode"),
        ("alarm_control_panel", {}, "EarshotArm", {"mode": "sometimes"}, "unknown-mode"),
        ("vacuum", {}, "EarshotSetMode", {"mode": ""}, "unknown-mode"),
        ("light", {}, "EarshotSetMode", {"mode": "rainbow"}, "unknown-mode"),
        ("valve", {}, "HassSetPosition", {"position": 50}, "no-position"),
        ("fan", {}, "EarshotOscillate", {"state": "on"}, "no-oscillating"),
        ("select", {}, "HassTurnOn", {}, "not-for-select"),
        ("event", {}, "HassTurnOn", {}, "not-for-event"),
    ],
)
async def test_what_it_does_not_take_is_named_and_not_sent(component, attributes, intent, slots, problem):
    home = Home(named(component, attributes=attributes))
    home.bus.published.clear()
    result = await home.do(intent, name="X", **slots)
    assert (result.kind, result.problem) == ("unsupported", problem)
    assert home.bus.published == []


@pytest.mark.parametrize(
    ("said", "published"), [("21", "21"), ("21,3", "21.5"), ("21.1", "21"), ("20.74", "20.5"), ("-4", "-4")]
)
async def test_a_number_is_set_in_the_steps_of_its_device(said, published):
    home = Home(named("number", attributes={"min": -10, "max": 30, "step": 0.5}))
    (action,) = (await home.do("EarshotSetValue", name="X", value=said)).actions
    assert (action.payload, action.outcome) == (published, "confirmed")


@pytest.mark.parametrize(("said", "option"), [("heat pump", "Heat_Pump"), ("ECO", "eco"), ("coolings", "Cooling")])
async def test_an_option_is_found_as_it_sounds_and_sent_as_it_is_written(said, option):
    home = Home(named("select", attributes={"options": ["eco", "Heat_Pump", "Cooling"]}))
    assert (await home.do("EarshotSetValue", name="X", value=said)).actions[0].payload == option


async def test_a_vacuum_on_its_way_home_has_obeyed():
    home = Home()
    home.announce("vacuum", {"state_topic": "s"}, '{"state": "cleaning"}')
    home.bus.listen("c", lambda _: home.bus.deliver("s", '{"state": "returning"}'))
    assert (await home.do("HassVacuumReturnToBase", name="X")).actions[0].outcome == "confirmed"


async def test_an_alarm_panel_that_counts_down_has_obeyed():
    home = Home()
    home.announce("alarm_control_panel", {"state_topic": "s"}, "disarmed")
    home.bus.listen("c", lambda _: home.bus.deliver("s", "arming"))
    assert (await home.do("EarshotArm", name="X", mode="away")).actions[0].outcome == "confirmed"


async def test_an_alarm_panel_that_wants_a_code_is_not_commanded_without():
    home = Home()
    home.announce("alarm_control_panel", {"state_topic": "s", "code": "1234", "code_arm_required": False}, "armed_home")
    result = await home.do("EarshotDisarm", name="X")
    assert (result.kind, result.problem) == ("unconfirmed", "needs-code")
    assert not home.bus.published
    home.bus.listen("c", lambda _: home.bus.deliver("s", "armed_away"))
    assert (await home.do("EarshotArm", name="X", mode="away")).actions[0].outcome == "confirmed"


async def test_the_only_mower_needs_no_name():
    home = Home(named("lawn_mower"))
    assert (await home.do("HassLawnMowerStartMowing")).actions[0].outcome == "confirmed"


async def test_a_room_turned_off_is_its_lights_only():
    """Nobody who says "turn off the kitchen" means to send a vacuum home or close the water."""
    house = [
        named("light", room="Hall"),
        *(Device(id=f"{kind}.y", name=kind, room="Hall") for kind in ("valve", "vacuum")),
    ]
    result = await Home(*house).do("HassTurnOff", area="Hall")
    assert [action.entity for action in result.actions] == ["light.x"]


@pytest.mark.parametrize(
    ("component", "more", "state"),
    [
        ("valve", {"state": "open"}, "open"),
        ("vacuum", {"state": "paused"}, "paused"),
        ("select", {"state": "high"}, "high"),
        ("number", {"state": "42"}, "42"),
        ("update", {"attributes": {"installed_version": "1.0", "latest_version": "1.1"}}, "on"),
        ("event", {"state": "press"}, "press"),
        ("water_heater", {"state": "eco"}, "eco"),
    ],
)
async def test_its_state_can_be_asked_for(component, more, state):
    result = await Home(named(component, **more)).do("HassGetState", name="X")
    assert [entity.state for entity in result.matched] == [state]
