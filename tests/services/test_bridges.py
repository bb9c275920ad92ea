"""zigbee2mqtt and Tasmota on a real broker: devices are known, obey, prove it, are renamed and removed live."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from hub.bus.background import background
from hub.bus.broker import own_broker
from hub.bus.client import Bus
from hub.house.actor import HouseActor
from hub.house.asking import ask
from hub.house.registry import HouseRegistry
from hub.house.tasmota import Tasmota
from hub.house.zigbee2mqtt import Zigbee2Mqtt
from hub.stages import Intent
from tests.fakes_bridges import (
    ALL,
    MAC,
    FakeTasmota,
    FakeZigbee2Mqtt,
    binary,
    control,
    device,
    enum,
    light,
    numeric,
    publish_all,
    state,
    tasmota,
)

ZIGBEE = [
    device("Kitchen/Ceiling Lamp", "0x1", light(color="xy")),
    device("Wall", "0x2", *(control("switch", state(side), endpoint=side) for side in ("left", "right"))),
    device("Blind", "0x3", control("cover", enum("state", ["OPEN", "CLOSE"], access=3), numeric("position", access=7))),
    device("Door", "0x4", control("lock", binary("state", "LOCK", "UNLOCK", access=ALL))),
    device("Radiator", "0x5", control("climate", numeric("current_heating_setpoint", access=ALL, value_max=30))),
]
GROUP = {"id": 1, "friendly_name": "Hall", "members": [{"ieee_address": "0x1", "endpoint": 1}], "scenes": []}
DESK = tasmota(rl=[1, 2, 3, 3], fn=["Plug", "Desk Lamp", "Awning", None], lt_st=5, ft="%topic%/%prefix%/")


class Home:
    def __init__(self, bus, devices):
        self.devices, self.hub = devices, bus
        self.house = HouseRegistry(bus, bridges=[Zigbee2Mqtt(), Tasmota()])
        self.actor = HouseActor(self.house, bus, proof_seconds=5.0)

    async def do(self, name, intent, /, **slots):
        return await self.actor.carry_out(Intent(intent, {"name": name, **slots}, "default", "en", ""), area=None)

    def ids(self):
        return {entity.entity_id for entity in self.house.entities() if entity.exposed}

    async def publish(self, messages):
        """And wait until the house has read it."""
        await publish_all(self.devices, messages)
        assert await self.house.settled()


@asynccontextmanager
async def obeying(bus):
    """Both fakes on one connection; commands are obeyed in order."""
    commands: asyncio.Queue = asyncio.Queue(100)
    zigbee, desk = FakeZigbee2Mqtt(bus), FakeTasmota(DESK)
    zigbee.states |= {each["friendly_name"]: {} for each in ZIGBEE} | {"Hall": {}}
    for pattern in ("zigbee2mqtt/+/set", "zigbee2mqtt/+/+/set", "zigbee2mqtt/+/get", "desk/cmnd/+"):
        bus.listen(pattern, commands.put_nowait)

    async def obey():
        while True:
            message = await commands.get()
            payload = message.payload.decode()
            if message.topic.startswith("zigbee2mqtt/"):
                await bus.publish(*zigbee.obey(message.topic, payload))
            else:
                for answer in desk.obey(message.topic.rpartition("/")[2], payload):
                    await bus.publish(*answer)

    async with background(obey(), name="bridges"):
        yield zigbee


@pytest.fixture
async def broker(home):
    async with own_broker(home / "var", home / "run") as address:
        yield address


@pytest.fixture
async def home_with_both(broker):
    async with Bus(broker, name="devices") as devices, Bus(broker, name="hub") as hub, obeying(devices) as zigbee:
        await devices.synced()
        home = Home(hub, devices)
        announced = {f"tasmota/discovery/{MAC}/config": json.dumps(DESK), "desk/tele/LWT": "Online"}
        await home.publish(zigbee.lists(ZIGBEE, [GROUP]) | announced)
        home.zigbee = zigbee
        yield home


COMMANDS = [
    ("Kitchen Ceiling Lamp", "HassTurnOn", {}),
    ("Kitchen Ceiling Lamp", "HassLightSet", {"brightness": 40}),
    ("Kitchen Ceiling Lamp", "HassLightSet", {"color": "red"}),
    ("Kitchen Ceiling Lamp", "HassLightSet", {"temperature": 2700}),
    ("Hall", "HassTurnOff", {}),
    ("Wall left", "HassTurnOn", {}),
    ("Wall right", "HassTurnOff", {}),
    ("Blind", "HassSetPosition", {"position": 30}),
    ("Door", "HassTurnOn", {}),
    ("Radiator", "HassClimateSetTemperature", {"temperature": 22}),
    ("Plug", "HassTurnOn", {}),
    ("Desk Lamp", "HassLightSet", {"brightness": 40}),
    ("Desk Lamp", "HassLightSet", {"color": "blue"}),
    ("Desk Lamp", "HassLightSet", {"temperature": 2700}),
    ("Desk Lamp", "HassTurnOff", {}),
    ("Awning", "HassTurnOn", {}),
    ("Awning", "HassSetPosition", {"position": 30}),
]


async def test_every_device_obeys_and_proves_it(home_with_both):
    for name, intent, slots in COMMANDS:
        result = await home_with_both.do(name, intent, **slots)
        assert [action.outcome for action in result.actions] == ["confirmed"], (name, intent, slots, result)
        assert result.actions[0].evidence.topic


async def test_renames_and_removals_are_followed_live(home_with_both):
    home = home_with_both
    home.zigbee.states["Lantern"] = {}
    lantern = [ZIGBEE[0] | {"friendly_name": "Lantern"}, *ZIGBEE[2:]]
    await home.publish(home.zigbee.lists(lantern, [GROUP]))
    assert "light.lantern" in home.ids()
    assert not {"light.kitchen_ceiling_lamp", "switch.wall_left"} & home.ids()
    assert (await home.do("Lantern", "HassTurnOn")).actions[0].outcome == "confirmed"
    assert (await home.do("Kitchen Ceiling Lamp", "HassTurnOn")).kind == "unknown_target"
    await home.publish({f"tasmota/discovery/{MAC}/config": ""})
    assert "switch.plug" not in home.ids()


async def test_a_bridge_that_is_gone_is_told_from_a_device_that_is_silent(home_with_both):
    home = home_with_both
    await home.publish({"zigbee2mqtt/bridge/state": '{"state": "offline"}', "desk/tele/LWT": "Offline"})
    for name in ("Wall left", "Plug"):
        assert (await home.do(name, "HassTurnOn")).problem == "offline"


async def test_devices_that_keep_no_state_on_the_broker_are_asked(home_with_both):
    home = home_with_both
    home.zigbee.states["Wall"] = {"state_left": "ON", "state_right": "OFF"}
    known = {"switch.wall_left": "on", "switch.wall_right": "off", "switch.plug": "off", "cover.awning": "open"}
    assert all(home.house.device(entity_id).entity.state is None for entity_id in known)
    async with background(ask(home.house, home.hub, sleep=lambda _: asyncio.sleep(0)), name="ask"):
        async with asyncio.timeout(10):
            while {entity_id: home.house.device(entity_id).entity.state for entity_id in known} != known:
                await home.hub.synced()


async def test_the_other_announcement_of_a_device_comes_and_goes(home_with_both):
    home = home_with_both
    before = home.ids()
    config = {
        "schema": "json",
        "object_id": "kitchen/ceiling_lamp",
        "command_topic": "nowhere",
        "state_topic": "nowhere",
        "device": {"identifiers": ["zigbee2mqtt_0x1"], "name": "Kitchen/Ceiling Lamp", "suggested_area": "Kitchen"},
    }
    await home.publish({"homeassistant/light/0x1/light/config": json.dumps(config)})
    assert home.ids() == before
    assert home.house.device("light.kitchen_ceiling_lamp").entity.area == "Kitchen"
    assert (await home.do("Kitchen Ceiling Lamp", "HassTurnOn")).actions[0].outcome == "confirmed"
    await home.publish({"homeassistant/light/0x1/light/config": ""})
    assert home.ids() == before


async def test_hostile_lists_cost_only_themselves(home_with_both):
    home = home_with_both
    before = home.ids()
    evil = [device("x" * 500_000, "0x9", light()), device("#", "0x8", light()), {"exposes": []}]
    hostile = {
        "zigbee2mqtt/bridge/devices": json.dumps([*ZIGBEE, *evil]),
        "evil1/bridge/devices": "[" + "{}," * 300_000 + "{}]",
        "evil2/bridge/devices": "[" * 1_000_000,
        "evil3/bridge/groups": json.dumps([{"id": 1, "friendly_name": "+"}]),
        "tasmota/discovery/000000000000/config": json.dumps(tasmota(mac="000000000000", t="+/#")),
        "tasmota/discovery/000000000001/config": "x" * 1_000_000,
    }
    await home.publish(hostile)
    assert home.ids() == before
    assert len(home.house.problems) == 8
    assert all(len(text) < 1_000 for text in home.house.problems.values())
    assert (await home.do("Wall left", "HassTurnOn")).actions[0].outcome == "confirmed"


async def test_a_large_zigbee_house_is_known_whole(broker):
    devices = [device(f"Lamp {number}", f"0x{number:x}", light(color="xy")) for number in range(700)]
    async with Bus(broker, name="devices") as maker:
        messages = FakeZigbee2Mqtt(maker).lists(devices)
        assert 600_000 < len(messages["zigbee2mqtt/bridge/devices"]) < 1 << 20
        await publish_all(maker, messages)
        async with Bus(broker, name="hub") as bus:
            house = HouseRegistry(bus, bridges=[Zigbee2Mqtt()])
            assert await house.settled(30)
            assert sum(entity.domain == "light" for entity in house.entities()) == 700
