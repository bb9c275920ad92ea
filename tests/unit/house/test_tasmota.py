"""Tasmota's discovery: relays, lights, shutters and sensors are known and obey; no announcement breaks the house."""

import json

import pytest

from hub.house.registry import HouseRegistry
from hub.house.tasmota import Tasmota
from tests.fakes_bridges import MAC, FakeTasmota, tasmota
from tests.fakes_house import LoopbackBus

CONFIG = f"tasmota/discovery/{MAC}/config"
SENSORS = f"tasmota/discovery/{MAC}/sensors"


class Home:
    def __init__(self):
        self.bus = LoopbackBus()
        self.house = HouseRegistry(self.bus, bridges=[Tasmota()])

    def announce(self, sensors=None, **more):
        config = tasmota(**more)
        self.device = FakeTasmota(config)
        self.bus.retain(CONFIG, json.dumps(config))
        if sensors is not None:
            self.bus.retain(SENSORS, json.dumps({"sn": sensors, "ver": 1}))

    def tell(self, topic, **values):
        self.bus.retain(topic, json.dumps(values))

    def entity(self, entity_id):
        found = self.house.device(entity_id)
        assert found is not None, [entity.entity_id for entity in self.house.entities()]
        return found.entity

    def write(self, entity_id, **wanted):
        return [(message.topic, message.payload) for message in self.house.device(entity_id).dialect.write(wanted)]

    def obeys(self, entity_id, **wanted):
        for topic, payload in self.write(entity_id, **wanted):
            for answer in self.device.obey(topic.rpartition("/")[2], payload):
                self.bus.retain(*answer)
        return self.entity(entity_id)

    def names(self):
        return {entity.entity_id: entity.name for entity in self.house.entities() if entity.exposed}


@pytest.fixture
def home():
    return Home()


def test_a_plug(home):
    home.announce()
    assert home.names() == {"switch.desk_plug": "Desk Plug"}
    assert home.entity("switch.desk_plug").state is None
    assert home.write("switch.desk_plug", state="on") == [("cmnd/desk/POWER1", "ON")]
    assert home.obeys("switch.desk_plug", state="on").state == "on"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("stat/desk/RESULT", '{"POWER": "ON"}'),
        ("stat/desk/RESULT", '{"POWER1": "ON"}'),
        ("tele/desk/STATE", '{"Time": "2024-01-01T00:00:00", "POWER": "ON", "Wifi": {"RSSI": 90}}'),
        ("stat/desk/POWER", "ON"),
        ("stat/desk/POWER1", "ON"),
    ],
)
def test_wherever_it_tells_its_state(home, topic, payload):
    home.announce()
    home.bus.retain(topic, payload)
    assert home.entity("switch.desk_plug").state == "on"


def test_two_relays(home):
    home.announce(rl=[1, 1], fn=["Left", "Right"])
    home.tell("tele/desk/STATE", POWER1="OFF", POWER2="ON")
    assert [home.entity(f"switch.{name}").state for name in ("left", "right")] == ["off", "on"]
    assert home.write("switch.right", state="off") == [("cmnd/desk/POWER2", "OFF")]


def test_names_that_nobody_gave_are_the_devices(home):
    home.announce(rl=[1, 1], fn=["Tasmota", None], dn="Garage")
    assert list(home.names().values()) == ["Garage 1", "Garage 2"]


@pytest.mark.parametrize(
    ("full_topic", "command", "status"),
    [
        ("%prefix%/%topic%/", "cmnd/desk/POWER1", "stat/desk/RESULT"),
        ("%topic%/%prefix%/", "desk/cmnd/POWER1", "desk/stat/RESULT"),
        ("home/%prefix%/%hostname%/%id%", "home/cmnd/desk-7/49A3BC/POWER1", "home/stat/desk-7/49A3BC/RESULT"),
        ("flat/%topic%", "flat/desk/cmnd/POWER1", "flat/desk/RESULT"),
    ],
)
def test_full_topics_of_any_order(home, full_topic, command, status):
    home.announce(ft=full_topic)
    assert home.write("switch.desk_plug", state="on") == [(command, "ON")]
    home.tell(status, POWER="ON")
    assert home.entity("switch.desk_plug").state == "on"


def test_words_of_its_own(home):
    home.announce(state=["AUS", "EIN", "UM", "HALT"], tp=["befehl", "status", "tele"], ofln="weg", onln="da")
    assert home.write("switch.desk_plug", state="on") == [("befehl/desk/POWER1", "EIN")]
    home.bus.retain("status/desk/POWER", "AUS")
    assert home.entity("switch.desk_plug").state == "off"
    home.bus.retain("tele/desk/LWT", "weg")
    assert not home.entity("switch.desk_plug").available
    home.bus.retain("tele/desk/LWT", "da")
    assert home.entity("switch.desk_plug").available


def test_relays_that_are_lamps(home):
    home.announce(so={"30": 1})
    assert home.names() == {"light.desk_plug": "Desk Plug"}
    assert home.house.device("light.desk_plug").dialect.writes == {"state"}


@pytest.mark.parametrize(
    ("light_type", "writes"),
    [
        (0, {"state"}),
        (1, {"state", "brightness"}),
        (2, {"state", "brightness", "color_temp_kelvin"}),
        (3, {"state", "brightness", "hs_color"}),
        (4, {"state", "brightness", "hs_color"}),
        (5, {"state", "brightness", "color_temp_kelvin", "hs_color"}),
    ],
)
def test_lights_of_every_kind(home, light_type, writes):
    home.announce(rl=[2], lt_st=light_type)
    assert home.house.device("light.desk_plug").dialect.writes == writes


def test_a_colour_lamp_obeys(home):
    home.announce(rl=[2], lt_st=5)
    home.tell("tele/desk/STATE", POWER="ON", Dimmer=100, Color="FF00000000", HSBColor="0,100,100", CT=250)
    lamp = home.entity("light.desk_plug")
    assert (lamp.attributes["brightness"], lamp.attributes["color_temp_kelvin"]) == (255, 4000)
    assert lamp.attributes["hs_color"] == (0, 100)
    assert abs(home.obeys("light.desk_plug", state="on", brightness=102).attributes["brightness"] - 102) <= 3
    assert home.obeys("light.desk_plug", state="on", hs_color=(240.0, 80.0)).attributes["hs_color"] == (240, 80)
    assert home.write("light.desk_plug", state="on", color_temp_kelvin=2700) == [
        ("cmnd/desk/CT", "370"),
        ("cmnd/desk/POWER1", "ON"),
    ]


def test_colour_and_white_as_two_lamps(home):
    home.announce(rl=[2, 2], fn=["Colour", "White"], lt_st=5, lk=0)
    assert home.house.device("light.colour").dialect.writes == {"state", "brightness", "hs_color"}
    assert home.house.device("light.white").dialect.writes == {"state", "brightness", "color_temp_kelvin"}
    assert home.write("light.white", brightness=255) == [("cmnd/desk/Dimmer2", "100")]


def test_channels_apart(home):
    home.announce(rl=[2, 2], fn=["A", "B"], lt_st=2, so={"68": 1})
    assert home.write("light.b", brightness=255) == [("cmnd/desk/Channel2", "100")]


def test_answers_by_command(home):
    home.announce(rl=[2], lt_st=1, so={"4": 1})
    home.tell("stat/desk/DIMMER", POWER="ON", Dimmer=20)
    assert home.entity("light.desk_plug").attributes["brightness"] == 51


def test_a_shutter(home):
    home.announce(rl=[3, 3], fn=["Blind", None])
    home.tell("tele/desk/SENSOR", Shutter1={"Position": 30, "Direction": 0, "Target": 30})
    assert (home.entity("cover.blind").state, home.entity("cover.blind").attributes["position"]) == ("open", 30)
    home.tell("stat/desk/RESULT", Shutter1={"Position": 30, "Direction": -1, "Target": 0})
    assert home.entity("cover.blind").state == "closing"
    assert home.write("cover.blind", state="open") == [("cmnd/desk/ShutterOpen1", "")]
    assert home.write("cover.blind", stop=True) == [("cmnd/desk/ShutterStop1", "")]
    assert home.obeys("cover.blind", position=70).attributes["position"] == 70
    assert home.obeys("cover.blind", state="closed").state == "closed"


def test_two_shutters_a_relay_and_one_that_is_inverted(home):
    home.announce(rl=[3, 3, 1, 3, 3], fn=["A", None, "Lamp", "B", None], sho=[0, 1])
    assert set(home.names()) == {"cover.a", "cover.b", "switch.lamp"}
    home.tell("stat/desk/RESULT", Shutter2={"Position": 100, "Direction": 0, "Target": 100})
    assert home.entity("cover.b").state == "closed"
    assert home.write("cover.b", position=30) == [("cmnd/desk/ShutterPosition2", "70")]


def test_the_fan_of_an_ifan(home):
    home.announce(rl=[2], **{"if": 1}, fn=["Fan Lamp"], dn="Fan")
    assert home.names() == {"light.fan_lamp": "Fan Lamp", "fan.fan": "Fan"}
    home.tell("stat/desk/RESULT", FanSpeed=2)
    assert home.entity("fan.fan").attributes["percentage"] == 67
    assert home.write("fan.fan", state="on", percentage=100) == [("cmnd/desk/FanSpeed", "3")]
    assert home.write("fan.fan", state="on") == [("cmnd/desk/FanSpeed", "2")]
    assert home.write("fan.fan", state="off") == [("cmnd/desk/FanSpeed", "0")]


def test_sensors(home):
    climate = {"Temperature": 21.5, "Humidity": 40.1, "DewPoint": 7.0}
    energy = {"TotalStartTime": "2024-01-01T00:00:00", "Total": 3.2, "Today": 0.1, "Power": 12, "Voltage": 230}
    probe = {"Id": "00000A1B2C", "Temperature": 4}
    home.announce(
        {"Time": "2024-01-01T00:00:00", "Switch1": "ON", "SI7021": climate, "ENERGY": energy, "DS18B20": probe}
        | {"ESP32": {"Temperature": 50}, "Shutter1": {"Position": 1}, "TempUnit": "C"}
    )
    home.tell("tele/desk/SENSOR", SI7021=climate | {"Temperature": 22.0}, ENERGY=energy | {"Power": 13})
    home.tell("stat/desk/STATUS10", StatusSNS={"DS18B20": probe | {"Temperature": -3.5}})
    assert set(home.names().values()) == {
        *("Desk Plug", "Desk Humidity", "Desk SI7021 Temperature", "Desk DS18B20 Temperature"),
        *("Desk Power", "Desk Today"),
    }
    warmth = home.entity("sensor.desk_si7021_temperature")
    assert (warmth.state, warmth.unit, warmth.device_class) == ("22", "°C", "temperature")
    assert home.entity("sensor.desk_energy_power").state == "13"
    assert home.entity("sensor.desk_ds18b20_temperature").state == "-3.5"


def test_several_phases(home):
    home.announce({"ENERGY": {"Power": [1, 2, 3]}})
    home.tell("tele/desk/SENSOR", ENERGY={"Power": [10, 20]})
    states = [home.entity(f"sensor.desk_energy_power_{phase}").state for phase in range(3)]
    assert states == ["10", "20", None]


def test_sensors_that_come_before_the_device(home):
    home.bus.retain(SENSORS, json.dumps({"sn": {"BH1750": {"Illuminance": 1}}}))
    assert not home.house.entities()
    home.announce()
    assert set(home.names()) == {"switch.desk_plug", "sensor.desk_bh1750_illuminance"}


def test_an_empty_message_removes(home):
    home.announce({"BH1750": {"Illuminance": 1}})
    home.bus.retain(SENSORS, "")
    assert set(home.names()) == {"switch.desk_plug"}
    home.bus.retain(CONFIG, "")
    assert home.house.entities() == ()
    assert "tele/desk/STATE" not in home.bus._routes.patterns()


def test_a_new_name(home):
    home.announce()
    home.announce(fn=["Reading Lamp"])
    assert home.names() == {"switch.reading_lamp": "Reading Lamp"}


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        (CONFIG, "nonsense", "JSON"),
        (CONFIG, "[]", "object"),
        (CONFIG, "[" * 10_000, ""),
        (CONFIG, "x" * 1_000_000, "larger"),
        (CONFIG, json.dumps(tasmota(mac="AAAAAAAAAAAA")), "MAC"),
        (CONFIG, json.dumps(tasmota(t="#")), "must hold no"),
        (CONFIG, json.dumps(tasmota(ft="$SYS/%prefix%/%topic%")), "begin with"),
        (CONFIG, json.dumps(tasmota(t="x" * 101)), "length"),
        (CONFIG, json.dumps(tasmota(fn=["x" * 3000])), "length"),
        (CONFIG, json.dumps(tasmota(rl=[1] * 65)), "length"),
        (CONFIG, json.dumps(tasmota(tp=["cmnd"])), "length"),
        (CONFIG, json.dumps(tasmota(state=[])), "length"),
        ("tasmota/discovery/evil/config", json.dumps(tasmota()), "hexadecimal"),
    ],
)
def test_a_bad_announcement_is_refused_and_named(home, topic, payload, why):
    home.bus.retain(topic, payload)
    assert home.house.entities() == ()
    assert why in home.house.problems[topic]
    home.bus.retain(topic, "")
    home.announce()
    assert set(home.names()) == {"switch.desk_plug"}


def test_bad_sensors_take_no_relay_away(home):
    home.announce()
    home.bus.retain(SENSORS, '{"sn": 5}')
    assert set(home.names()) == {"switch.desk_plug"}
    assert "/sensors" in home.house.problems[CONFIG]


def test_sensors_without_end_are_bounded(home):
    nested = {"A": {"B": {"C": {"D": {"E": 1}}}}}
    home.announce({f"S{number}": {"Temperature": number} for number in range(300)} | nested)
    assert len(home.house.entities()) == 101


def test_no_more_than_two_thousand_devices(home):
    for number in range(2_003):
        mac = f"{number:012X}"
        home.bus.retain(f"tasmota/discovery/{mac}/config", json.dumps(tasmota(mac=mac, fn=[f"Plug {number}"])))
    assert len(home.house.entities()) == 2_000
    assert len(home.house.problems) == 3


@pytest.mark.parametrize("payload", ["nonsense", "[]", '{"POWER": 1}', '{"Dimmer": "x", "HSBColor": "1,2"}'])
def test_a_state_that_makes_no_sense_changes_nothing(home, payload):
    home.announce(rl=[2], lt_st=5)
    home.tell("tele/desk/STATE", POWER="ON", Dimmer=100)
    home.bus.retain("tele/desk/STATE", payload)
    assert (home.entity("light.desk_plug").state, home.entity("light.desk_plug").attributes) == (
        "on",
        {"brightness": 255},
    )
