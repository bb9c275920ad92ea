"""The simulator's devices announce themselves in all forms, and their faults are what they are called."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from hub.house import discovery
from hub.house.components import DIALECTS
from hub.house.file import COMPONENTS, Device, HouseFile, load_house
from hub.house.simulated.announce import announcement, base_topic, form
from hub.house.simulated.behaviour import behaviour
from hub.house.simulated.options import speaks_json
from tests.fakes_house import DevicesOnLoopback, LoopbackBus

NAMES = ("mode", "temperature", "position", "brightness", "fan_speed", "humidity", "power", "preset", "tilt", "other")
EXAMPLE = Path(__file__).parents[3] / "examples" / "demo-house.toml"


@pytest.fixture(scope="module")
def devices():
    return load_house(EXAMPLE).device


def test_the_example_house_has_every_kind_form_and_light_schema(devices):
    assert len({device.component for device in devices}) == 10
    assert set(Counter(map(form, devices))) == {0, 1, 2}
    assert {speaks_json(device) for device in devices if device.component == "light"} == {True, False}


def test_every_announcement_is_read_back_as_the_device_that_made_it(devices):
    for device in devices:
        topic, payload = announcement(device, "homeassistant")
        found = discovery.read("homeassistant", topic, msgspec.json.encode(payload))
        assert not found.problems, device.id
        (entity,) = found.entities
        assert (entity.entity_id, entity.name, entity.area) == (device.id, device.name, device.room)
        assert (entity.device_class, entity.unit) == (device.kind, device.unit)
        assert entity.availability.topics == {f"{base_topic(device)}/availability"}
        assert all(topic.startswith(base_topic(device)) for topic in discovery.topics(entity))


def test_every_kind_that_is_read_can_be_simulated():
    assert set(COMPONENTS) == set(DIALECTS)


@pytest.mark.parametrize("component", COMPONENTS)
def test_what_a_simulated_device_reports_is_read_by_its_own_announcement(component):
    device = Device(id=f"{component}.x", name="X")
    topic, payload = announcement(device, "ha")
    found = discovery.read("ha", topic, msgspec.json.encode(payload))
    assert not found.problems
    (entity,) = found.entities
    assert set(entity.dialect.readers) == {
        f"{base_topic(device)}/{name}" if name else base_topic(device) for name in behaviour(device).report()
    }


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("payload", ["", "nonsense", "{", "[]", '"x"', "-5", "\x00"])
def test_a_command_without_sense_harms_no_device(component, payload):
    one = behaviour(Device(id=f"{component}.x", name="X"))
    for topic in ("set", *(f"{name}/set" for name in NAMES)):
        one.obey(topic, payload)
    one.report()


@pytest.mark.parametrize(
    ("fault", "state", "reports"),
    [(None, "ON", 1), ("silent", "OFF", 0), ("refuses", "OFF", 1), ("offline", "OFF", 0)],
)
async def test_faults(fault, state, reports):
    bus, heard = LoopbackBus(), []
    device = Device(id="switch.x", name="X", state="OFF", fault=fault)
    DevicesOnLoopback(HouseFile(device=(device,)), bus)
    bus.listen("simulated/switch/x/state", lambda message: heard.append(message.payload.decode()))
    heard.clear()
    await bus.publish("simulated/switch/x/set", "ON")
    assert len(heard) == reports
    assert bus.retained["simulated/switch/x/state"] == state
