"""One announcement becomes entities, whatever its form; a broken one is named and costs only itself."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.house.discovery import MAX_PAYLOAD_BYTES, patterns, read, topics

PLUG = {
    "name": None,
    "command_topic": "c",
    "state_topic": "s",
    "device": {"name": "Kettle", "suggested_area": "Kitchen"},
}


def announce(config, topic="ha/switch/kettle/config"):
    payload = config if isinstance(config, bytes) else json.dumps(config).encode()
    return read("ha", topic, payload)


def only(config, topic="ha/switch/kettle/config"):
    found = announce(config, topic)
    assert not found.problems
    (entity,) = found.entities
    return entity


def test_an_entity():
    plug = only(PLUG | {"device_class": "outlet"})
    assert (plug.entity_id, plug.domain, plug.name) == ("switch.kettle", "switch", "Kettle")
    assert (plug.area, plug.device_class, plug.exposed) == ("Kitchen", "outlet", True)
    assert topics(plug) == ["s"]


def test_a_node_id_is_part_of_the_name():
    assert only(PLUG, "ha/switch/bridge-1/kettle/config").entity_id == "switch.bridge_1_kettle"


@pytest.mark.parametrize(
    "ids", [{"object_id": "My Kettle"}, {"default_entity_id": "switch.my_kettle"}, {"def_ent_id": "switch.my_kettle"}]
)
def test_the_id_that_a_device_asks_for(ids):
    assert only(PLUG | ids).entity_id == "switch.my_kettle"


@pytest.mark.parametrize(
    ("own", "device", "name"),
    [
        (None, "Kettle", "Kettle"),
        ("Power", "Kettle", "Kettle Power"),
        ("Kettle Power", "Kettle", "Kettle Power"),
        ("Power", None, "Power"),
        (None, None, "kettle"),
        ("  A\n\tB\x07 ", None, "A B"),
        ("x" * 500, None, "x" * 100),
    ],
)
def test_names_are_joined_and_cleaned(own, device, name):
    assert only(PLUG | {"name": own, "device": {"name": device}}).name == name


def test_short_keys_and_a_base_topic():
    plug = only(
        {
            "~": "home/kettle",
            "cmd_t": "~/set",
            "stat_t": "~/state",
            "avty": [{"t": "~/up", "pl_avail": "yes", "pl_not_avail": "no"}],
            "val_tpl": "{{ value_json.s }}",
            "dev": {"name": "Kettle", "sa": "Kitchen"},
            "dev_cla": "outlet",
        }
    )
    assert (plug.name, plug.area, plug.device_class) == ("Kettle", "Kitchen", "outlet")
    assert topics(plug) == ["home/kettle/state", "home/kettle/up"]
    assert plug.dialect.write({"state": "on"})[0].topic == "home/kettle/set"
    plug.availability.hear("home/kettle/up", "no")
    assert not plug.availability.available


def test_a_base_topic_at_the_end_of_a_topic():
    assert only({"~": "kettle", "cmd_t": "cmnd/~"}).dialect.write({"state": "on"})[0].topic == "cmnd/kettle"


def test_a_base_topic_that_means_itself_is_put_in_once():
    assert only({"~": "~/~", "cmd_t": "~/set"}).dialect.write({"state": "on"})[0].topic == "~/~/set"


def test_a_hostile_announcement_leaves_the_others_alone(loopback_house):
    bus, house = loopback_house
    bus.retain("homeassistant/vacuum/good/config", json.dumps({"command_topic": "c", "state_topic": "s"}))
    for number in range(20):
        bus.retain(f"homeassistant/vacuum/bad{number}/config", json.dumps({"state_topic": "#", "object_id": "good"}))
        bus.retain(f"homeassistant/vacuum/same{number}/config", json.dumps({"state_topic": "s", "object_id": "good"}))
    bus.deliver("s", '{"state": {}}')
    bus.deliver("s", '{"state": "docked"}')
    assert len(house.problems) == 20
    assert len({entity.entity_id for entity in house.entities()}) == 21
    assert {entity.state for entity in house.entities()} == {"docked"}


@pytest.mark.parametrize("hide", [{"entity_category": "diagnostic"}, {"ent_cat": "config"}, {"en": False}])
def test_what_no_one_speaks_about_is_not_exposed(hide):
    assert not only(PLUG | hide).exposed


class TestDeviceForm:
    TOPIC = "ha/device/box/config"
    DEVICE = {  # noqa: RUF012 - not changed
        "dev": {"name": "Box", "sa": "Hall"},
        "o": {"name": "maker"},
        "avty_t": "box/up",
        "cmd_t": "box/set",
        "cmps": {
            "plug": {"p": "switch", "name": None, "stat_t": "box/plug"},
            "heat": {"p": "sensor", "name": "Heat", "stat_t": "box/heat", "dev_cla": "temperature"},
            "eye": {"p": "camera", "t": "box/eye"},
            "gone": {"p": "switch"},
        },
    }

    def test_all_its_components_that_a_voice_can_use(self):
        found = announce(self.DEVICE, self.TOPIC)
        assert not found.problems
        assert [(entity.entity_id, entity.name, entity.area) for entity in found.entities] == [
            ("switch.box_plug", "Box", "Hall"),
            ("sensor.box_heat", "Box Heat", "Hall"),
        ]

    def test_what_the_device_says_holds_for_all(self):
        plug, heat = announce(self.DEVICE, self.TOPIC).entities
        assert topics(plug) == ["box/plug", "box/up"]
        assert topics(heat) == ["box/heat", "box/up"]
        assert plug.dialect.write({"state": "on"})[0].topic == "box/set"

    def test_a_component_has_its_own_base_topic(self):
        parts = {"plug": {"p": "switch", "~": "box/a", "stat_t": "~/s", "cmd_t": "~/c"}}
        (plug,) = announce(self.DEVICE | {"cmps": parts}, self.TOPIC).entities
        assert plug.dialect.write({"state": "on"})[0].topic == "box/a/c"

    def test_a_broken_component_costs_only_itself(self):
        broken = {"p": "switch", "stat_t": "#"}
        found = announce(self.DEVICE | {"cmps": self.DEVICE["cmps"] | {"plug": broken}}, self.TOPIC)
        assert [entity.entity_id for entity in found.entities] == ["sensor.box_heat"]
        (problem,) = found.problems
        assert problem.code == "discovery-invalid"
        assert "box/config plug" in problem.message

    @pytest.mark.parametrize("lacking", ["dev", "o", "cmps"])
    def test_it_needs_device_origin_and_components(self, lacking):
        (problem,) = announce({k: v for k, v in self.DEVICE.items() if k != lacking}, self.TOPIC).problems
        assert problem.code == "discovery-invalid"


def test_an_empty_payload_withdraws():
    found = announce(b"")
    assert not found.entities
    assert not found.problems


def test_our_own_device_is_no_part_of_the_house():
    assert not announce(PLUG | {"origin": {"name": "Earshot"}}).entities


@pytest.mark.parametrize(
    "payload",
    [
        b"nonsense",
        b"\xff\xfe",
        b"[]",
        b"5",
        b'{"command_topic": "c"' + b" " * MAX_PAYLOAD_BYTES + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"command_topic": {"a": 1}}',
        b'{"command_topic": "c", "availability": "x"}',
        b'{"command_topic": "c", "availability": [1]}',
        b'{"command_topic": "c", "availability_mode": "sometimes"}',
        b'{"command_topic": "c", "device": {"suggested_area": []}}',
        b'{"command_topic": "c", "name": ["x"]}',
    ],
)
def test_a_broken_payload_is_named(payload):
    found = announce(payload)
    assert not found.entities
    (problem,) = found.problems
    assert problem.code == "discovery-invalid"
    assert "ha/switch/kettle/config" in problem.message
    assert len(problem.message) < 700


def test_ids_with_odd_characters_are_refused():
    assert announce(PLUG, "ha/switch/ket tle/config").problems


def test_too_many_components_are_refused():
    parts = {str(number): {"p": "switch", "cmd_t": "c"} for number in range(201)}
    assert announce({"dev": {}, "o": {}, "cmps": parts}, "ha/device/x/config").problems


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(payload):
    announce(payload)
    announce(payload, "ha/device/x/config")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "name",
    "device",
    "dev",
    "~",
    "cmd_t",
    "stat_t",
    "avty",
    "o",
    "schema",
    "val_tpl",
    "qos",
    "ret",
    "bri_scl",
    "modes",
]


@given(st.sampled_from(["light", "switch", "cover", "climate", "fan", "sensor"]), st.data())
def test_no_json_breaks_the_reader(component, data):
    config = data.draw(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=8))
    found = announce(config, f"ha/{component}/x/config")
    assert len(found.entities) + len(found.problems) <= 1


def test_what_is_listened_to():
    assert "ha/light/+/config" in patterns("ha")
    assert "ha/light/+/+/config" in patterns("ha")
    assert "ha/device/+/config" in patterns("ha")


@pytest.mark.parametrize(
    ("device", "ids"),
    [
        ({"identifiers": ["Zigbee2MQTT_0xAB"]}, {"zigbee2mqtt_0xab"}),
        ({"ids": "9A3F", "cns": [["mac", "AA:BB"]]}, {"9a3f", "aa:bb"}),
        ({}, set()),
        ({"ids": [5, None, "", "x" * 101], "cns": [["mac"], "mac", [1, 2]]}, set()),
        ({"ids": {"a": 1}, "cns": {"a": 1}}, set()),
        ({"ids": [str(number) for number in range(10_000)]}, {str(number) for number in range(16)}),
    ],
)
def test_what_tells_a_device_from_others(device, ids):
    """Those who announce one device twice can be told from those who announce two."""
    assert only(PLUG | {"device": device}).device_ids == ids
