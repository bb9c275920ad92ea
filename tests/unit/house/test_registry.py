"""The registry knows what is announced and said now, keeps what people noted, and survives every peer."""

import json

import pytest

from hub.house import hearing, registry
from hub.house.file import Device, HouseFile, Room
from hub.house.registry import HouseRegistry
from tests.fakes_house import LoopbackBus

TOPIC = "homeassistant/switch/kettle/config"


def config(**more):
    device = {"name": "Kettle", "suggested_area": "Kitchen"}
    return json.dumps({"state_topic": "kettle", "command_topic": "kettle/set", "device": device} | more)


@pytest.fixture
def bus():
    return LoopbackBus()


@pytest.fixture
def house(bus):
    return HouseRegistry(bus)


def the_entity(house):
    (entity,) = house.entities()
    return entity


def test_an_announced_device_and_its_state(bus, house):
    bus.retain(TOPIC, config())
    bus.retain("kettle", "ON")
    entity = the_entity(house)
    assert (entity.entity_id, entity.state, entity.area) == ("switch.kettle", "on", "Kitchen")
    assert [area.name for area in house.areas()] == ["Kitchen"]


def test_what_was_retained_before_it_listened(bus):
    bus.retain("kettle", "ON")
    bus.retain(TOPIC, config())
    assert the_entity(HouseRegistry(bus)).state == "on"


def test_a_state_changes_no_names(bus, house):
    bus.retain(TOPIC, config())
    before = house.names_version
    bus.retain("kettle", "ON")
    assert house.names_version == before


def test_the_same_announcement_again_changes_nothing(bus, house):
    bus.retain(TOPIC, config())
    bus.retain("kettle", "ON")
    before = house.names_version
    bus.retain(TOPIC, config())
    assert house.names_version == before
    assert the_entity(house).state == "on"


def test_a_new_name_or_room_is_noticed_and_the_state_stays(bus, house):
    bus.retain(TOPIC, config())
    bus.retain("kettle", "ON")
    before = house.names_version
    bus.retain(TOPIC, config(device={"name": "Tea", "suggested_area": "Pantry"}))
    assert house.names_version > before
    assert (the_entity(house).name, the_entity(house).state) == ("Tea", "on")
    assert [area.name for area in house.areas()] == ["Pantry"]


def test_an_announcement_that_differs_in_topics_only_keeps_the_names(bus, house):
    bus.retain(TOPIC, config())
    before = house.names_version
    bus.retain(TOPIC, config(command_topic="other"))
    assert house.names_version == before


def test_a_withdrawn_device_is_gone_and_not_listened_to(bus, house):
    bus.retain(TOPIC, config())
    bus.retain(TOPIC, "")
    assert house.entities() == ()
    assert "kettle" not in bus._routes.patterns()


def test_a_broken_announcement_takes_the_old_one_away_and_is_remembered(bus, house):
    bus.retain("homeassistant/switch/fine/config", config(device={"name": "Fine"}))
    bus.retain(TOPIC, config())
    bus.retain(TOPIC, config(command_topic="#"))
    assert [entity.name for entity in house.entities()] == ["Fine"]
    assert "command_topic" in house.problems[TOPIC]
    bus.retain(TOPIC, config())
    assert not house.problems


def test_problems_are_bounded(bus, house):
    for number in range(300):
        bus.retain(f"homeassistant/switch/n{number}/config", "nonsense")
    assert len(house.problems) == 100


def test_two_devices_that_ask_for_one_id_both_live(bus, house):
    for number in range(2):
        bus.retain(f"homeassistant/switch/n{number}/config", config(object_id="kettle"))
    ids = [entity.entity_id for entity in house.entities()]
    assert len(set(ids)) == 2
    assert "switch.kettle" in ids


def test_devices_that_share_a_topic_all_hear_it(bus, house):
    for number in range(3):
        template = f"{{{{ value_json.s{number} }}}}"
        bus.retain(f"homeassistant/switch/n{number}/config", config(value_template=template))
        bus.retain("kettle", '{"s0": "ON", "s1": "OFF", "s2": "ON"}')
    assert [entity.state for entity in house.entities()] == ["on", "off", "on"]


def test_availability(bus, house):
    bus.retain(TOPIC, config(availability_topic="kettle/up"))
    assert the_entity(house).available
    bus.retain("kettle/up", "offline")
    assert not the_entity(house).available


def test_notes_go_before_what_the_device_says(bus):
    notes = HouseFile(
        room=(Room(name="Galley", floor="Deck", aliases=("kitchen",)),),
        device=(Device(id="switch.kettle", name="Tea", room="Galley", aliases=("boiler",), sensitive=True),),
    )
    house = HouseRegistry(bus, notes=notes)
    bus.retain(TOPIC, config())
    entity = the_entity(house)
    assert (entity.name, entity.area, entity.aliases, entity.sensitive) == ("Tea", "Galley", ("boiler",), True)
    assert house.areas()[0].floor == "Deck"


def test_a_full_house_takes_no_more(bus, house, monkeypatch):
    monkeypatch.setattr(registry, "MAX_ENTITIES", 2)
    for number in range(4):
        bus.retain(f"homeassistant/switch/n{number}/config", config())
    assert len(house.entities()) == 2
    assert len(house.problems) == 2


def test_no_more_topics_than_bounded(bus, house, monkeypatch):
    monkeypatch.setattr(hearing, "MAX_TOPICS", 3)
    for number in range(5):
        bus.retain(f"homeassistant/switch/n{number}/config", config(state_topic=f"t{number}"))
    assert len(house.entities()) == 3


def test_a_huge_state_message_is_ignored(bus, house):
    bus.retain(TOPIC, config())
    bus.retain("kettle", "ON" + " " * 70_000)
    assert the_entity(house).state is None


def test_bytes_that_are_no_text_change_nothing(bus, house):
    bus.retain(TOPIC, config())
    bus.receive("kettle", b"\xff\xfe\x00")
    assert the_entity(house).state is None


async def test_settled_says_whether_it_knows(bus, house):
    assert await house.settled()
    bus.cut()
    assert not await house.settled()


def test_who_listens_is_told_what_changed_and_nothing_else(bus, house):
    bus.retain(TOPIC, config(availability_topic="kettle/there"))
    bus.retain("kettle/there", "online")
    changes = []
    end = house.on_state(lambda before, after: changes.append((before.state, after.state, after.available)))
    for topic, payload in (("kettle", "ON"), ("kettle", "ON"), ("kettle/there", "offline"), ("kettle", "nonsense")):
        bus.retain(topic, payload)
    assert changes == [(None, "on", True), ("on", "on", False)]
    end()
    bus.retain("kettle", "OFF")
    assert len(changes) == 2
