"""Each kind of component reads what its device reports and writes what its device obeys, in every schema."""

import json

import pytest

from hub.house.components import DIALECTS
from hub.house.dialect import Options
from hub.house.errors import DiscoveryInvalid

BASE = {"state_topic": "s", "command_topic": "c"}


def dialect(component, **config):
    return DIALECTS[component](Options(config))


def told(dialect, topic, payload):
    values = {}
    for reader in dialect.readers.get(topic, ()):
        values.update(reader(payload) or {})
    return values


def sent(dialect, **wanted):
    return [(message.topic, message.payload) for message in dialect.write(wanted)]


def test_a_switch_with_words_of_its_own():
    plug = dialect("switch", **BASE, payload_on=1, payload_off=0, state_on="yes", state_off="no")
    assert told(plug, "s", "yes") == {"state": "on"}
    assert told(plug, "s", "maybe") == {}
    assert sent(plug, state="on") == [("c", "1")]


def test_a_switch_without_state_topic_cannot_be_seen():
    plug = dialect("switch", command_topic="c")
    assert not plug.reads
    assert plug.writes == {"state"}


def test_qos_and_retain_are_honoured():
    plug = dialect("switch", **BASE, qos=2, retain=True)
    (message,) = plug.write({"state": "on"})
    assert (message.qos, message.retain) == (2, True)


def test_a_command_asks_for_an_answer_even_where_the_device_says_qos_0():
    assert dialect("switch", **BASE, qos=0).write({"state": "on"})[0].qos == 1


def test_a_lock():
    lock = dialect("lock", **BASE, value_template="{{ value_json.l }}", state_locked=1, state_unlocked=0)
    assert told(lock, "s", '{"l": 1}') == {"state": "locked"}
    assert told(lock, "s", '{"l": "JAMMED"}') == {"state": "jammed"}
    assert sent(lock, state="unlocked") == [("c", "UNLOCK")]


def test_a_sensor():
    sensor = dialect("sensor", state_topic="s", value_template="{{ value_json.t | round(1) }}")
    assert told(sensor, "s", '{"t": 20.46}') == {"state": "20.5"}
    assert told(sensor, "s", "{}") == {}
    assert told(dialect("sensor", state_topic="s"), "s", "None") == {}


def test_a_binary_sensor_with_truth_values():
    contact = dialect(
        "binary_sensor", state_topic="s", payload_on=True, payload_off=False, value_template="{{ value_json.open }}"
    )
    assert told(contact, "s", '{"open": true}') == {"state": "on"}
    assert not contact.writes


def test_scene_and_button_are_pressed():
    assert sent(dialect("scene", command_topic="c"), press=True) == [("c", "ON")]
    assert sent(dialect("button", command_topic="c", payload_press="go"), press=True) == [("c", "go")]


class TestCover:
    def test_state_and_position(self):
        blind = dialect("cover", **BASE, position_topic="p", set_position_topic="sp")
        assert told(blind, "s", "opening") == {"state": "opening"}
        assert told(blind, "p", "40") == {"position": 40}
        assert sent(blind, state="closed") == [("c", "CLOSE")]
        assert sent(blind, position=30) == [("sp", "30")]
        assert sent(blind, stop=True) == [("c", "STOP")]

    def test_a_turned_scale(self):
        blind = dialect("cover", position_topic="p", set_position_topic="sp", position_open=0, position_closed=255)
        assert told(blind, "p", "255") == {"position": 0, "state": "closed"}
        assert told(blind, "p", "0") == {"position": 100, "state": "open"}
        assert sent(blind, position=100) == [("sp", "0")]

    def test_without_command_topic_it_is_moved_to_its_ends(self):
        blind = dialect("cover", position_topic="p", set_position_topic="sp")
        assert sent(blind, state="open") == [("sp", "100")]

    def test_a_template_for_the_position(self):
        blind = dialect("cover", **BASE, set_position_topic="sp", set_position_template='{"p": {{ position }}}')
        assert sent(blind, position=30) == [("sp", '{"p": 30}')]

    def test_without_close_payload_it_cannot_be_closed_by_command(self):
        gate = dialect("cover", **BASE, payload_close=None)
        assert "state" not in gate.writes


class TestFan:
    def test_speed_in_percent_of_its_range(self):
        fan = dialect("fan", **BASE, percentage_state_topic="ps", percentage_command_topic="pc", speed_range_max=4)
        assert told(fan, "ps", "2") == {"percentage": 50}
        assert told(fan, "ps", "0") == {"percentage": 0}
        assert sent(fan, percentage=75) == [("pc", "3")]
        assert fan.fixed["percentage_step"] == 25

    def test_presets(self):
        fan = dialect("fan", **BASE, preset_mode_state_topic="m", preset_mode_command_topic="mc", preset_modes=["eco"])
        assert told(fan, "m", "eco") == {"preset_mode": "eco"}
        assert told(fan, "m", "other") == {}
        assert sent(fan, preset_mode="eco") == [("mc", "eco")]


class TestClimate:
    def test_a_thermostat(self):
        thermostat = dialect(
            "climate",
            modes=["off", "heat"],
            mode_state_topic="m",
            mode_command_topic="mc",
            temperature_state_topic="t",
            temperature_command_topic="tc",
            temperature_command_template="{{ value | float }}",
            current_temperature_topic="n",
            current_temperature_template="{{ value_json.now }}",
        )
        assert told(thermostat, "m", "heat") == {"state": "heat"}
        assert told(thermostat, "t", "21.50") == {"temperature": 21.5}
        assert told(thermostat, "n", '{"now": 19}') == {"current_temperature": 19}
        assert sent(thermostat, temperature=22) == [("tc", "22.0")]
        assert sent(thermostat, state="off") == [("mc", "off")]
        assert thermostat.fixed["turn_on_mode"] == "heat"
        assert thermostat.fixed["max_temp"] == 35

    def test_fahrenheit(self):
        assert dialect("climate", temperature_unit="F").fixed["min_temp"] == 45


class TestLightDefault:
    CONFIG = BASE | {
        "brightness_state_topic": "bs",
        "brightness_command_topic": "bc",
        "brightness_scale": 100,
        "rgb_state_topic": "rs",
        "rgb_command_topic": "rc",
        "color_temp_state_topic": "ts",
        "color_temp_command_topic": "tc",
    }

    def test_reads(self):
        lamp = dialect("light", **self.CONFIG)
        assert told(lamp, "s", "ON") == {"state": "on"}
        assert told(lamp, "bs", "50") == {"brightness": 128}
        assert told(lamp, "rs", "255,0,0") == {"hs_color": (0, 100)}
        assert told(lamp, "rs", "red") == {}
        assert told(lamp, "ts", "370") == {"color_temp_kelvin": 2703}

    def test_writes_style_then_on(self):
        lamp = dialect("light", **self.CONFIG)
        assert sent(lamp, state="on", brightness=128) == [("bc", "50"), ("c", "ON")]
        assert sent(lamp, state="on", hs_color=(0, 100)) == [("rc", "255,0,0"), ("c", "ON")]
        assert sent(lamp, state="on", color_temp_kelvin=2700) == [("tc", "370"), ("c", "ON")]

    def test_on_command_types(self):
        first = dialect("light", **self.CONFIG, on_command_type="first")
        assert sent(first, state="on", brightness=128) == [("c", "ON"), ("bc", "50")]
        only = dialect("light", **self.CONFIG, on_command_type="brightness")
        assert sent(only, state="on", brightness=128) == [("bc", "50")]
        assert sent(only, state="off") == [("c", "OFF")]

    @pytest.mark.parametrize(
        ("form", "payload"), [("hs", "120,100"), ("xy", "0.3,0.6"), ("rgbw", "0,255,0,0"), ("rgbww", "0,255,0,0,0")]
    )
    def test_other_colour_forms(self, form, payload):
        lamp = dialect("light", **BASE, **{f"{form}_command_topic": "cc", f"{form}_state_topic": "cs"})
        (colour, on) = sent(lamp, state="on", hs_color=(120, 100))
        assert on == ("c", "ON")
        if form != "xy":
            assert colour == ("cc", payload)
        assert told(lamp, "cs", payload)["hs_color"][0] == pytest.approx(120, abs=5)

    def test_a_plain_lamp_has_neither_brightness_nor_colour(self):
        assert dialect("light", **BASE).writes == {"state"}


class TestLightJson:
    def lamp(self, **config):
        return dialect("light", schema="json", **BASE, **config)

    def test_reads_what_a_message_holds(self):
        lamp = self.lamp(supported_color_modes=["color_temp", "xy"], brightness_scale=254)
        message = json.dumps({"state": "ON", "brightness": 127, "color_temp": 370, "color": {"x": 0.64, "y": 0.33}})
        values = told(lamp, "s", message)
        assert values["state"] == "on"
        assert values["brightness"] == 128
        assert values["color_temp_kelvin"] == 2703
        assert values["hs_color"] == pytest.approx((0, 100), abs=3)
        assert told(lamp, "s", '{"brightness": 0}') == {"brightness": 0}

    @pytest.mark.parametrize("message", ["", "[]", "nonsense", '{"state": 5}', '{"brightness": "x"}', "[" * 9999])
    def test_nonsense_changes_nothing(self, message):
        assert not told(self.lamp(), "s", message)

    @pytest.mark.parametrize(
        ("mode", "color"),
        [
            ("hs", {"h": 120, "s": 100}),
            ("rgb", {"r": 0, "g": 255, "b": 0}),
            ("rgbw", {"r": 0, "g": 255, "b": 0, "w": 0}),
            ("xy", {"x": 0.3, "y": 0.6}),
        ],
    )
    def test_writes_colour_in_the_announced_mode(self, mode, color):
        ((topic, payload),) = sent(self.lamp(supported_color_modes=[mode]), state="on", hs_color=(120, 100))
        assert topic == "c"
        assert json.loads(payload) == {"state": "ON", "color": pytest.approx(color, abs=0.01)}

    def test_writes_brightness_in_the_announced_scale(self):
        lamp = self.lamp(brightness=True, brightness_scale=100)
        ((_, payload),) = sent(lamp, state="on", brightness=128)
        assert json.loads(payload) == {"state": "ON", "brightness": 50}

    def test_kelvin_on_the_wire(self):
        lamp = self.lamp(supported_color_modes=["color_temp"], color_temp_kelvin=True)
        ((_, payload),) = sent(lamp, state="on", color_temp_kelvin=2700)
        assert json.loads(payload)["color_temp"] == 2700
        assert told(lamp, "s", '{"color_temp": 2700}') == {"color_temp_kelvin": 2700}

    def test_an_on_off_lamp(self):
        assert self.lamp(supported_color_modes=["onoff"]).writes == {"state"}


class TestLightTemplate:
    def test_reads_and_writes(self):
        lamp = dialect(
            "light",
            schema="template",
            **BASE,
            command_on_template="on{% if brightness is defined %},{{ brightness }}{% endif %}"
            "{% if red is defined %},#{{ red }}-{{ green }}-{{ blue }}{% endif %}",
            command_off_template="off",
            state_template="{{ value.split(',')[0] }}",
            brightness_template="{{ value.split(',')[1] }}",
            red_template="{{ value.split(',')[2] }}",
            green_template="{{ value.split(',')[3] }}",
            blue_template="{{ value.split(',')[4] }}",
        )
        assert sent(lamp, state="on", brightness=99) == [("c", "on,99")]
        assert sent(lamp, state="on", hs_color=(0, 100)) == [("c", "on,#255-0-0")]
        assert sent(lamp, state="off") == [("c", "off")]
        values = told(lamp, "s", "on,120,0,255,0")
        assert values == {"state": "on", "brightness": 120, "hs_color": (120, 100)}

    def test_needs_its_templates(self):
        with pytest.raises(DiscoveryInvalid, match="command_on_template"):
            dialect("light", schema="template", **BASE)


@pytest.mark.parametrize(
    ("component", "config"),
    [
        ("switch", {}),
        ("switch", {"command_topic": "#"}),
        ("switch", {"command_topic": 5 * "$", "state_topic": "s"}),
        ("sensor", {"state_topic": ["s"]}),
        ("sensor", {"state_topic": "s", "value_template": "{% for a in b %}{% endfor %}"}),
        ("light", BASE | {"schema": "nonsense"}),
        ("light", BASE | {"brightness_scale": "much"}),
        ("light", BASE | {"schema": "json", "supported_color_modes": "rgb"}),
        ("cover", BASE | {"position_open": 1e300}),
        ("switch", BASE | {"retain": "yes"}),
        ("switch", BASE | {"payload_on": {"a": 1}}),
        ("climate", {"modes": [1, 2]}),
    ],
)
def test_a_broken_option_is_named(component, config):
    with pytest.raises(DiscoveryInvalid):
        dialect(component, **config)
