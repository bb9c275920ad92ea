"""A House as interpreters and actors see it: the fake behaves as the registry that learns from the broker."""

import json

import pytest

from hub.house.file import Device, HouseFile, Room
from hub.house.registry import HouseRegistry
from tests.fakes_house import DevicesOnLoopback, FakeHouse, LoopbackBus

FILE = HouseFile(
    room=(Room(name="Kitchen", floor="Ground", aliases=("galley",)), Room(name="Empty")),
    device=(
        Device(id="light.lamp", name="Lamp", room="Kitchen", aliases=("lantern",), state="ON"),
        Device(id="cover.door", name="Door", room="Shed", kind="garage", state="closed", sensitive=True),
        Device(id="sensor.heat", name="Heat", kind="temperature", unit="°C", state="21.5"),
        Device(id="lock.gate", name="Gate", state="LOCKED", fault="offline"),
    ),
)


class Fake:
    def __init__(self):
        self.house = FakeHouse([device.entity() for device in FILE.device], FILE.areas())

    def report(self):
        self.house.set_state("light.lamp", "off")

    def announce(self):
        self.house.add(Device(id="switch.new", name="New", room="Cellar").entity())

    def withdraw(self):
        self.house.remove("light.lamp")


class Real:
    def __init__(self):
        self.bus = LoopbackBus()
        DevicesOnLoopback(FILE, self.bus)
        self.house = HouseRegistry(self.bus, notes=FILE)

    def report(self):
        self.bus.retain("simulated/light/lamp", '{"state": "OFF"}')
        self.bus.retain("simulated/light/lamp/state", "OFF")

    def announce(self):
        config = {"name": "New", "command_topic": "c", "device": {"suggested_area": "Cellar"}}
        self.bus.retain("homeassistant/switch/new/config", json.dumps(config))

    def withdraw(self):
        for topic in [topic for topic in self.bus.retained if topic.endswith("/config") and "lamp" in topic]:
            self.bus.retain(topic, "")


@pytest.fixture(params=[Fake, Real])
def home(request):
    return request.param()


def by_id(home):
    return {entity.entity_id: entity for entity in home.house.entities()}


def test_entities_as_the_file_has_them(home):
    for device in FILE.device:
        entity, wanted = by_id(home)[device.id], device.entity()
        for part in ("domain", "name", "area", "aliases", "device_class", "state", "unit", "sensitive", "available"):
            assert getattr(entity, part) == getattr(wanted, part), (device.id, part)


def test_areas_have_floors_and_aliases_and_those_of_devices_are_there_too(home):
    areas = {area.name: area for area in home.house.areas()}
    assert (areas["Kitchen"].floor, areas["Kitchen"].aliases) == ("Ground", ("galley",))
    assert set(areas) == {"Kitchen", "Empty", "Shed"}


def test_a_state_makes_a_new_snapshot_and_no_new_version(home):
    before, version = by_id(home)["light.lamp"], home.house.names_version
    home.report()
    assert (before.state, by_id(home)["light.lamp"].state) == ("on", "off")
    assert home.house.names_version == version


def test_a_new_device_makes_a_new_version_and_brings_its_room(home):
    version = home.house.names_version
    home.announce()
    assert home.house.names_version > version
    assert by_id(home)["switch.new"].state is None
    assert "Cellar" in {area.name for area in home.house.areas()}


def test_a_withdrawn_device_makes_a_new_version(home):
    version = home.house.names_version
    home.withdraw()
    assert home.house.names_version > version
    assert "light.lamp" not in by_id(home)
