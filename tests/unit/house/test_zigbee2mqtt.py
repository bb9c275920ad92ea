"""zigbee2mqtt's own lists: every kind of device is known, obeys and shows it; no list breaks the house."""

import json

import pytest

from hub.house import registry
from hub.house.registry import HouseRegistry
from hub.house.zigbee2mqtt import Zigbee2Mqtt
from tests.fakes_bridges import ALL, SET, STATE, FakeZigbee2Mqtt, binary, control, device, enum, light, numeric, state
from tests.fakes_house import LoopbackBus

LAMP = device("Kitchen Lamp", "0x0000000000000001", light(color="xy"))
CONTACT = device(
    "Front Door",
    "0x0000000000000002",
    binary("contact", on=False, off=True),
    numeric("battery", unit="%", category="diagnostic"),
    type="EndDevice",
)


class Home:
    def __init__(self, base=""):
        self.bus = LoopbackBus()
        self.house = HouseRegistry(self.bus, bridges=[Zigbee2Mqtt(base)])
        self.bridge = FakeZigbee2Mqtt(self.bus)

    def publish(self, *devices, groups=()):
        for topic, payload in self.bridge.lists(list(devices), groups).items():
            self.bus.retain(topic, payload)

    def tell(self, name, **values):
        self.bus.retain(f"zigbee2mqtt/{name}", json.dumps(values))

    def entity(self, entity_id):
        found = self.house.device(entity_id)
        assert found is not None, [entity.entity_id for entity in self.house.entities()]
        return found.entity

    def write(self, entity_id, **wanted):
        (message,) = self.house.device(entity_id).dialect.write(wanted)
        return message.topic, json.loads(message.payload)

    def obeys(self, entity_id, **wanted):
        """Command it, let the device answer, and return what it then is."""
        (message,) = self.house.device(entity_id).dialect.write(wanted)
        self.bus.retain(*self.bridge.obey(message.topic, message.payload))
        return self.entity(entity_id)

    def names(self):
        return {entity.entity_id: entity.name for entity in self.house.entities() if entity.exposed}


@pytest.fixture
def home():
    return Home()


def test_a_light_with_brightness_warmth_and_colour(home):
    home.publish(LAMP)
    home.tell("Kitchen Lamp", state="ON", brightness=254, color_temp=250, color_mode="color_temp")
    lamp = home.entity("light.kitchen_lamp")
    assert (lamp.name, lamp.state, lamp.area) == ("Kitchen Lamp", "on", None)
    assert (lamp.attributes["brightness"], lamp.attributes["color_temp_kelvin"]) == (255, 4000)
    written = home.write("light.kitchen_lamp", state="on", brightness=128, color_temp_kelvin=2700)
    assert written == ("zigbee2mqtt/Kitchen Lamp/set", {"state": "ON", "brightness": 127, "color_temp": 370})
    assert home.obeys("light.kitchen_lamp", state="on", hs_color=(0.0, 100.0)).attributes["hs_color"][1] > 95
    assert home.obeys("light.kitchen_lamp", state="off").state == "off"


def test_hue_and_saturation_where_the_device_names_them_first(home):
    home.publish(device("Strip", "0x1", light(color="hs")))
    _, payload = home.write("light.strip", state="on", hs_color=(120.0, 50.0))
    assert payload["color"] == {"h": 120, "s": 50}


def test_two_lights_of_one_device_are_told_apart_by_their_endpoint(home):
    home.publish(device("Ceiling", "0x1", light(endpoint="l1"), light(endpoint="l2")))
    assert home.names() == {"light.ceiling_l1": "Ceiling 1", "light.ceiling_l2": "Ceiling 2"}
    home.bridge.states["Ceiling"] = {"state_l1": "OFF", "state_l2": "OFF"}
    assert home.obeys("light.ceiling_l2", state="on", brightness=255).attributes["brightness"] == 255
    assert home.entity("light.ceiling_l1").state == "off"


def test_switches_left_and_right(home):
    switches = [control("switch", state(side), endpoint=side) for side in ("left", "right")]
    home.publish(device("Wall", "0x1", *switches))
    home.tell("Wall", state_left="OFF", state_right="ON")
    assert home.names() == {"switch.wall_left": "Wall left", "switch.wall_right": "Wall right"}
    assert [home.entity(f"switch.wall_{side}").state for side in ("left", "right")] == ["off", "on"]
    assert home.write("switch.wall_left", state="on") == ("zigbee2mqtt/Wall/set", {"state_left": "ON"})


def test_a_cover_with_position(home):
    moves = enum("state", ["OPEN", "CLOSE", "STOP"], access=STATE | SET)
    home.publish(device("Blind", "0x1", control("cover", moves, numeric("position", access=ALL))))
    home.tell("Blind", position=40, state="OPEN")
    assert (home.entity("cover.blind").state, home.entity("cover.blind").attributes["position"]) == ("open", 40)
    assert home.write("cover.blind", position=70)[1] == {"position": 70}
    assert home.write("cover.blind", state="closed")[1] == {"state": "CLOSE"}
    assert home.write("cover.blind", stop=True)[1] == {"state": "STOP"}
    home.tell("Blind", position=0, state="CLOSE")
    assert home.entity("cover.blind").state == "closed"


def test_a_cover_that_says_which_way_it_moves(home):
    motor = enum("motor_state", ["opening", "closing", "stop"])
    home.publish(device("Blind", "0x1", control("cover", numeric("position", access=ALL)), motor))
    home.tell("Blind", position=40, motor_state="closing")
    assert home.entity("cover.blind").state == "closing"
    assert home.write("cover.blind", state="open")[1] == {"position": 100}


def test_a_lock(home):
    bolt = binary("state", "LOCK", "UNLOCK", access=ALL)
    child = binary("state", "LOCK", "UNLOCK", access=ALL, key="child_lock")
    home.publish(device("Front Door", "0x1", control("lock", bolt), control("lock", child)))
    home.tell("Front Door", state="UNLOCK", lock_state="unlocked", child_lock="LOCK")
    assert home.entity("lock.front_door").state == "unlocked"
    assert home.obeys("lock.front_door", state="locked").state == "locked"
    assert home.names() == {"lock.front_door": "Front Door"}  # the child lock is no lock of the house


def test_a_fan_with_speeds_in_words(home):
    mode = enum("mode", ["off", "low", "medium", "high", "on", "auto"], access=ALL, key="fan_mode")
    power = binary("state", access=ALL, key="fan_state")
    home.publish(device("Fan", "0x1", control("fan", power, mode)))
    home.tell("Fan", fan_state="ON", fan_mode="medium")
    assert (home.entity("fan.fan").state, home.entity("fan.fan").attributes["percentage"]) == ("on", 67)
    assert home.write("fan.fan", state="on", percentage=30)[1] == {"fan_mode": "low"}
    assert home.write("fan.fan", state="off")[1] == {"fan_state": "OFF"}


def test_a_thermostat(home):
    features = [
        numeric("occupied_heating_setpoint", access=ALL, value_min=5, value_max=30, unit="°C"),
        numeric("local_temperature", access=STATE, unit="°C"),
        enum("system_mode", ["off", "auto", "heat"], access=ALL),
        enum("preset", ["eco", "comfort"], access=ALL),
    ]
    home.publish(device("Radiator", "0x1", control("climate", *features)))
    home.tell("Radiator", occupied_heating_setpoint=21.5, local_temperature=19, system_mode="heat", preset="eco")
    radiator = home.entity("climate.radiator")
    assert radiator.state == "heat"
    assert (radiator.attributes["temperature"], radiator.attributes["current_temperature"]) == (21.5, 19)
    assert (radiator.attributes["min_temp"], radiator.attributes["max_temp"]) == (5, 30)
    assert home.obeys("climate.radiator", temperature=23).attributes["temperature"] == 23
    assert home.write("climate.radiator", state="off")[1] == {"system_mode": "off"}


@pytest.mark.parametrize(
    ("name", "on", "off", "device_class"),
    [
        ("contact", False, True, "door"),
        ("occupancy", True, False, "motion"),
        ("water_leak", True, False, "moisture"),
        ("smoke", True, False, "smoke"),
    ],
)
def test_binary_sensors(home, name, on, off, device_class):
    home.publish(device("Sensor", "0x1", binary(name, on, off)))
    home.tell("Sensor", **{name: on})
    sensor = home.entity(f"binary_sensor.sensor_{name}")
    assert (sensor.state, sensor.device_class, sensor.name) == ("on", device_class, "Sensor")
    home.tell("Sensor", **{name: off})
    assert home.entity(f"binary_sensor.sensor_{name}").state == "off"


def test_one_is_not_true(home):
    home.publish(CONTACT)
    home.tell("Front Door", contact=0)
    assert home.entity("binary_sensor.front_door_contact").state is None


def test_measurements_have_names_and_units_and_batteries_are_not_spoken_about(home):
    climate = [numeric("temperature", unit="°C"), numeric("humidity", unit="%"), numeric("battery", unit="%")]
    home.publish(device("Bath", "0x1", *climate, type="EndDevice"))
    home.tell("Bath", temperature=21.4, humidity=60, battery=80)
    warmth = home.entity("sensor.bath_temperature")
    assert (warmth.name, warmth.state, warmth.unit) == ("Bath Temperature", "21.4", "°C")
    assert warmth.device_class == "temperature"
    assert home.entity("sensor.bath_battery").state == "80"
    assert "sensor.bath_battery" not in home.names()


def test_settings_are_not_switched_by_voice(home):
    home.publish(device("Plug", "0x1", control("switch", state()), binary("led_disable", True, False, access=ALL)))
    assert home.names() == {"switch.plug": "Plug"}
    assert home.write("switch.plug_led_disable", state="on")[1] == {"led_disable": True}


def test_scenes(home):
    home.publish(device("Lounge", "0x1", light(), endpoints={"1": {"scenes": [{"id": 3, "name": "Film Night"}]}}))
    assert home.entity("scene.lounge_3_film_night").name == "Lounge Film Night"
    assert home.write("scene.lounge_3_film_night", press=True)[1] == {"scene_recall": 3}


def test_a_group_can_what_its_members_can(home):
    white = device("A", "0x1", light(warmth=False))
    colored = device("B", "0x2", light(color="xy"), control("switch", state("left"), endpoint="left"))
    group = {"id": 7, "friendly_name": "Kitchen", "members": [{"ieee_address": "0x1", "endpoint": 11}]}
    home.publish(white, colored, groups=[group])
    assert "hs_color" not in home.house.device("light.kitchen").dialect.writes
    members = [*group["members"], {"ieee_address": "0x2", "endpoint": 1}]
    home.publish(white, colored, groups=[group | {"members": members}])
    assert {"hs_color", "color_temp_kelvin"} <= home.house.device("light.kitchen").dialect.writes
    assert home.write("switch.kitchen", state="on") == ("zigbee2mqtt/Kitchen/set", {"state": "ON"})


def test_a_group_changes_with_its_members_devices(home):
    group = {"id": 7, "friendly_name": "All", "members": [{"ieee_address": "0x1", "endpoint": 1}]}
    home.publish(groups=[group])
    assert not home.house.entities()
    home.bus.retain("zigbee2mqtt/bridge/devices", json.dumps([device("A", "0x1", light())]))
    assert "light.all" in home.names()


def test_slashes_in_names_are_in_topics_and_not_in_speech(home):
    home.publish(device("kitchen/ceiling_lamp", "0x1", light()))
    assert home.names() == {"light.kitchen_ceiling_lamp": "kitchen ceiling lamp"}
    assert home.write("light.kitchen_ceiling_lamp", state="on")[0] == "zigbee2mqtt/kitchen/ceiling_lamp/set"


@pytest.mark.parametrize(
    "left_out", [{"disabled": True}, {"type": "Coordinator"}, {"supported": False}, {"definition": None}]
)
def test_left_out(home, left_out):
    home.publish(LAMP | left_out)
    assert home.house.entities() == ()
    assert not home.house.problems


def test_a_rename_is_followed_and_the_rest_of_the_house_stays(home):
    home.publish(LAMP, CONTACT)
    home.tell("Front Door", contact=True)
    door, before = home.house.device("binary_sensor.front_door_contact"), home.house.names_version
    home.publish(LAMP | {"friendly_name": "Table Lamp"}, CONTACT)
    assert "light.table_lamp" in home.names()
    assert "light.kitchen_lamp" not in home.names()
    assert home.house.names_version > before
    assert home.house.device("binary_sensor.front_door_contact") is door


def test_what_does_not_matter_in_a_list_changes_nothing(home):
    home.publish(LAMP)
    lamp, before = home.house.device("light.kitchen_lamp"), home.house.names_version
    home.publish(LAMP | {"network_address": 1, "interview_completed": False})
    assert home.house.device("light.kitchen_lamp") is lamp
    assert home.house.names_version == before


def test_a_removed_device_is_gone_and_not_listened_to(home):
    home.publish(LAMP, CONTACT)
    home.publish(CONTACT)
    assert "light.kitchen_lamp" not in home.names()
    assert "zigbee2mqtt/Kitchen Lamp" not in home.bus._routes.patterns()
    home.bus.retain("zigbee2mqtt/bridge/devices", "")
    assert home.house.entities() == ()


def test_the_bridge_that_is_offline_takes_all_with_it(home):
    home.publish(LAMP, CONTACT)
    home.bus.retain("zigbee2mqtt/bridge/state", '{"state": "offline"}')
    assert not any(entity.available for entity in home.house.entities())
    home.bus.retain("zigbee2mqtt/bridge/state", "online")  # as before version 1.33
    assert all(entity.available for entity in home.house.entities())


def test_a_device_that_is_offline(home):
    home.publish(LAMP, CONTACT)
    home.bus.retain("zigbee2mqtt/Kitchen Lamp/availability", '{"state": "offline"}')
    assert not home.entity("light.kitchen_lamp").available
    assert home.entity("binary_sensor.front_door_contact").available


def test_another_base_topic_is_found_by_itself(home):
    other = FakeZigbee2Mqtt(home.bus, "attic")
    for topic, payload in other.lists([LAMP]).items():
        home.bus.retain(topic, payload)
    assert home.write("light.kitchen_lamp", state="on")[0] == "attic/Kitchen Lamp/set"


def test_a_base_topic_that_is_named_is_the_only_one():
    home = Home("house/zigbee")
    home.publish(LAMP)
    assert home.house.entities() == ()
    for topic, payload in FakeZigbee2Mqtt(home.bus, "house/zigbee").lists([LAMP]).items():
        home.bus.retain(topic, payload)
    assert home.write("light.kitchen_lamp", state="on")[0] == "house/zigbee/Kitchen Lamp/set"


def test_no_more_than_eight_base_topics(home):
    for number in range(12):
        home.bus.retain(f"z{number}/bridge/devices", json.dumps([device(f"N {number}", f"0x{number}", light())]))
    assert len(home.names()) == 8
    assert len(home.house.problems) == 4


@pytest.mark.parametrize(
    "payload",
    ["nonsense", "{}", "[" * 100_000, "[" + "{}," * 90_000 + "{}]", '["' + "x" * 4_300_000 + '"]', '{"a": NaN}'],
    ids=["no JSON", "an object", "nested", "90,000 devices", "4.3 MB", "not finite"],
)
def test_a_list_that_cannot_be_read_leaves_the_house_as_it_was(home, payload):
    home.publish(LAMP)
    home.bus.retain("zigbee2mqtt/bridge/devices", payload)
    assert "light.kitchen_lamp" in home.names()
    assert list(home.house.problems) == ["zigbee2mqtt/bridge/devices"]
    home.publish(LAMP)
    assert not home.house.problems


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (device("Lamp/#", "0x9", light()), "must hold no"),
        (device("+", "0x9", light()), "must hold no"),
        (device("x" * 1_000, "0x9", light()), "length"),
        (device("", "0x9", light()), "length"),
        (device("Lamp", "nonsense", light()), "ieee_address"),
        (device("Lamp", "0x9", control("light")), None),
        (device("Lamp", "0x9", control("switch")), "switch has no state"),
        (device("Lamp", "0x9", *[light()] * 301), "exposes"),
        (5, "object"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_bad_device_costs_only_itself(home, bad, why):
    home.publish(LAMP, bad, CONTACT)
    assert {"light.kitchen_lamp", "binary_sensor.front_door_contact"} <= home.names().keys()
    problems = list(home.house.problems.items())
    assert [True for topic, text in problems if topic.startswith("zigbee2mqtt/bridge/devices")] == [True] * bool(why)
    assert all(why in text for _, text in problems)


def test_exposes_nested_without_end_cost_only_their_device(home):
    nested = '{"type": "light", "features": [' * 3_000 + "]}" * 3_000
    evil = f'{{"ieee_address": "0x9", "friendly_name": "Evil", "definition": {{"exposes": [{nested}]}}}}'
    home.bus.retain("zigbee2mqtt/bridge/devices", f"[{json.dumps(LAMP)}, {evil}]")
    assert "light.evil" not in home.names()
    assert home.house.problems


def test_an_address_that_is_listed_twice_counts_once(home):
    home.publish(LAMP, LAMP | {"friendly_name": "Other"})
    assert list(home.names()) == ["light.kitchen_lamp"]
    assert "twice" in next(iter(home.house.problems.values()))


def test_a_full_house_takes_no_more(home, monkeypatch):
    monkeypatch.setattr(registry, "MAX_ENTITIES", 10)
    home.publish(*(device(f"N {number}", f"0x{number}", light()) for number in range(30)))
    assert len(home.house.entities()) == 10
    assert all("full" in text for text in home.house.problems.values())


@pytest.mark.parametrize("payload", ["nonsense", "[1]", '{"state": {"a": 1}, "brightness": "x", "color": 5}', "\x00"])
def test_a_state_that_makes_no_sense_changes_nothing(home, payload):
    home.publish(LAMP)
    home.tell("Kitchen Lamp", state="ON", brightness=254)
    home.bus.retain("zigbee2mqtt/Kitchen Lamp", payload)
    assert (home.entity("light.kitchen_lamp").state, home.entity("light.kitchen_lamp").attributes["brightness"]) == (
        "on",
        255,
    )
