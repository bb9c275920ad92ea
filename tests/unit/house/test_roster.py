"""A device that two readers know is there once, and ids do not depend on the order in which messages came."""

import json
from itertools import permutations

import pytest

from hub.house.registry import HouseRegistry
from hub.house.tasmota import Tasmota
from hub.house.zigbee2mqtt import Zigbee2Mqtt
from tests.fakes_bridges import MAC, FakeZigbee2Mqtt, device, light, numeric, tasmota
from tests.fakes_house import LoopbackBus

IEEE = "0x00158d0001a2b3c4"
LAMP = device("Kitchen Lamp", IEEE, light(), numeric("power", unit="W"))


def zigbee_discovery(name="Kitchen Lamp", ieee=IEEE, area=None):
    """What zigbee2mqtt publishes for Home Assistant besides (lib/extension/homeassistant.ts)."""
    config = {
        "schema": "json",
        "brightness": True,
        "brightness_scale": 254,
        "object_id": "kitchen_lamp",
        "name": None,
        "state_topic": f"zigbee2mqtt/{name}",
        "command_topic": f"zigbee2mqtt/{name}/set",
        "unique_id": f"{ieee}_light_zigbee2mqtt",
        "origin": {"name": "Zigbee2MQTT"},
        "device": {"identifiers": [f"zigbee2mqtt_{ieee}"], "name": name, "suggested_area": area},
    }
    return f"homeassistant/light/{ieee}/light/config", json.dumps(config)


def tasmota_discovery(**of_device):
    """As Tasmota announced itself to Home Assistant before version 9 (SetOption19)."""
    own = {"name": "Desk Plug", "stat_t": "tele/desk/STATE", "cmd_t": "cmnd/desk/POWER1"}
    config = own | {"val_tpl": "{{value_json.POWER}}", "dev": {"ids": [MAC[-6:]], **of_device}}
    return f"homeassistant/switch/{MAC[-6:]}_RL_1/config", json.dumps(config)


ZIGBEE = [*FakeZigbee2Mqtt(None).lists([LAMP]).items(), zigbee_discovery()]
TASMOTA = [(f"tasmota/discovery/{MAC}/config", json.dumps(tasmota())), tasmota_discovery()]


def house_on(bus):
    return HouseRegistry(bus, bridges=[Zigbee2Mqtt(), Tasmota()])


def ids(house):
    return sorted(entity.entity_id for entity in house.entities() if entity.exposed)


def keys(house):
    return {entity.entity_id: house.device(entity.entity_id).announced.key for entity in house.entities()}


@pytest.mark.parametrize("order", list(permutations(range(len(ZIGBEE)))))
def test_a_zigbee_device_is_there_once_in_any_order(order):
    bus = LoopbackBus()
    house = house_on(bus)
    for place in order:
        bus.retain(*ZIGBEE[place])
    assert ids(house) == ["light.kitchen_lamp", "sensor.kitchen_lamp_power"]
    assert keys(house)["light.kitchen_lamp"].startswith("zigbee2mqtt/")
    assert keys(house_on(bus)) == keys(house)  # and after a restart


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_tasmota_device_is_there_once_in_any_order(order):
    bus = LoopbackBus()
    house = house_on(bus)
    for place in order:
        bus.retain(*TASMOTA[place])
    assert ids(house) == ["switch.desk_plug"]
    assert keys(house)["switch.desk_plug"].startswith("tasmota/")


def test_it_is_the_device_that_counts_and_not_its_name():
    bus = LoopbackBus()
    house = house_on(bus)
    for message in [*ZIGBEE, zigbee_discovery(ieee="0x00158d0001ffffff")]:
        bus.retain(*message)
    lamps = [entity_id for entity_id in ids(house) if entity_id.startswith("light.")]
    assert lamps[0] == "light.kitchen_lamp"
    assert len(lamps) == 2


def test_an_old_announcement_that_tells_the_mac_only():
    bus = LoopbackBus()
    house = house_on(bus)
    bus.retain(*TASMOTA[0])
    bus.retain(*tasmota_discovery(ids=["other"], connections=[["mac", "DC:4F:22:49:A3:BC"]]))
    assert ids(house) == ["switch.desk_plug"]


def test_whichever_reader_is_switched_off_the_device_stays():
    bus = LoopbackBus()
    house = house_on(bus)
    for message in ZIGBEE:
        bus.retain(*message)
    bus.retain("zigbee2mqtt/Kitchen Lamp", '{"state": "ON"}')
    bus.retain(zigbee_discovery()[0], "")
    assert house.device("light.kitchen_lamp").entity.state == "on"
    bus.retain(*zigbee_discovery())
    bus.retain("zigbee2mqtt/bridge/devices", "")
    assert keys(house) == {"light.kitchen_lamp": f"light/{IEEE}/light"}
    assert house.device("light.kitchen_lamp").entity.state == "on"
    bus.retain(*ZIGBEE[1])
    assert ids(house) == ["light.kitchen_lamp", "sensor.kitchen_lamp_power"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_room_that_only_the_other_reader_knows(order):
    bus = LoopbackBus()
    house = house_on(bus)
    messages = [ZIGBEE[1], zigbee_discovery(area="Kitchen")]
    for place in order:
        bus.retain(*messages[place])
    assert {entity.area for entity in house.entities()} == {"Kitchen"}
    before = house.names_version
    bus.retain(messages[1][0], "")
    assert {entity.area for entity in house.entities()} == {None}
    assert house.names_version > before


def same_name(number):
    config = {"name": "Lamp", "command_topic": f"{number}/set", "state_topic": f"{number}", "object_id": "lamp"}
    return f"homeassistant/light/n{number}/config", json.dumps(config)


def test_ids_of_namesakes_do_not_depend_on_who_came_first():
    seen = []
    for order in permutations(range(4)):
        bus = LoopbackBus()
        house = house_on(bus)
        for number in order:
            bus.retain(*same_name(number))
        seen.append(keys(house))
    assert len(seen[0]) == 4
    assert all(each == seen[0] for each in seen)


def test_a_namesake_that_comes_first_takes_no_state_from_the_others():
    bus = LoopbackBus()
    house = house_on(bus)
    bus.retain(*same_name(1))
    bus.retain("1", "ON")
    bus.retain(*same_name(0))
    states = {house.device(entity.entity_id).announced.key: entity.state for entity in house.entities()}
    assert states == {"light/n0": None, "light/n1": "on"}


def test_namesakes_without_end_are_bounded_and_named():
    bus = LoopbackBus()
    house = house_on(bus)
    for number in range(250):
        bus.retain(*same_name(number))
    assert len(house.entities()) == 200
    assert "rename" in next(iter(house.problems.values()))


def test_an_id_that_is_another_ones_longer_one_is_refused():
    bus = LoopbackBus()
    house = house_on(bus)
    bus.retain(*same_name(0))
    bus.retain(*same_name(1))
    (longer,) = [entity_id for entity_id in ids(house) if entity_id != "light.lamp"]
    config = {"name": "Evil", "command_topic": "evil", "object_id": longer.removeprefix("light.")}
    bus.retain("homeassistant/light/evil/config", json.dumps(config))
    assert "Evil" not in {entity.name for entity in house.entities()}
    assert house.problems
    bus.retain("homeassistant/light/evil/config", "")
    assert longer in ids(house)
