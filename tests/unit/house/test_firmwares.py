"""What real firmwares announce is read as they mean it, and they are told what they obey.

Each payload is written after the source or document that is named beside it, shortened to what the reader sees.
"""

import json

import pytest

from hub.house.discovery import read, topics

# zigbee2mqtt 2, lib/extension/homeassistant.ts: every value in one JSON message, commands below <topic>/set.
Z2M = {
    "origin": {"name": "Zigbee2MQTT", "sw": "2.1.0", "url": "https://www.zigbee2mqtt.io"},
    "availability": [
        {"topic": "zigbee2mqtt/bridge/state", "value_template": "{{ value_json.state }}"},
        {"topic": "zigbee2mqtt/Thing/availability", "value_template": "{{ value_json.state }}"},
    ],
    "availability_mode": "all",
    "device": {"identifiers": ["zigbee2mqtt_0x00158d0001"], "name": "Thing", "manufacturer": "Aqara"},
    "object_id": "thing",
    "unique_id": "0x00158d0001_thing_zigbee2mqtt",
}
Z2M_STATE, Z2M_SET = "zigbee2mqtt/Thing", "zigbee2mqtt/Thing/set"
# ESPHome, components/mqtt: short keys, a topic for each value, the MAC address as id and as connection.
ESP = {
    "avty_t": "esp/status",
    "dev": {"ids": "a1b2c3d4e5f6", "name": "Esp", "mf": "Espressif", "cns": [["mac", "a1b2c3d4e5f6"]], "sa": "Attic"},
    "uniq_id": "ESPthing",
    "name": "Thing",
}
# Tasmota, xdrv_12_home_assistant.ino (before version 13): answers to commands on stat/…/RESULT.
TASMOTA = {
    "avty_t": "tele/tasmota_1/LWT",
    "pl_avail": "Online",
    "pl_not_avail": "Offline",
    "dev": {"ids": ["8CAAB5"], "name": "Tasmota", "mdl": "Sonoff", "mf": "Tasmota"},
    "name": "Thing",
    "stat_t": "stat/tasmota_1/RESULT",
}
# zwave-js-ui, api/hass/configurations.ts: a topic for each value, JSON with ``value`` in it.
ZWAVE = {"device": {"identifiers": ["zwavejs2mqtt_0xe6_node7"], "name": "nodeID_7"}, "name": "Thing", "qos": 0}
VALUE = "{{ value_json.value }}"

READ = [
    pytest.param(
        "light",
        Z2M
        | {
            "name": None,
            "schema": "json",
            "state_topic": Z2M_STATE,
            "command_topic": Z2M_SET,
            "brightness": True,
            "brightness_scale": 254,
            "supported_color_modes": ["xy", "color_temp"],
            "effect": True,
            "effect_list": ["blink", "breathe", "stop_effect"],
            "min_mireds": 150,
            "max_mireds": 500,
        },
        {Z2M_STATE: '{"state":"ON","brightness":254,"color_mode":"color_temp","color_temp":370,"effect":null}'},
        {"state": "on", "brightness": 255, "color_temp_kelvin": 2703},
        {"state": "on", "effect": "blink"},
        [(Z2M_SET, '{"state": "ON", "effect": "blink"}')],
        id="zigbee2mqtt light",
    ),
    pytest.param(
        "cover",
        Z2M
        | {
            "name": None,
            "command_topic": Z2M_SET,
            "state_topic": Z2M_STATE,
            "value_template": '{% if "moving" in value_json and value_json.moving %} {{ value_json.moving }} '
            "{% else %} STOP {% endif %}",
            "state_opening": "UP",
            "state_closing": "DOWN",
            "state_stopped": "STOP",
            "position_topic": Z2M_STATE,
            "position_template": "{{ value_json.position }}",
            "set_position_topic": Z2M_SET,
            "set_position_template": '{ "position": {{ position }} }',
            "tilt_command_topic": Z2M_SET + "/tilt",
            "tilt_status_topic": Z2M_STATE,
            "tilt_status_template": "{{ value_json.tilt }}",
        },
        {Z2M_STATE: '{"moving":"UP","position":40,"tilt":25}'},
        {"state": "opening", "position": 40, "tilt_position": 25},
        {"tilt_position": 60},
        [(Z2M_SET + "/tilt", "60")],
        id="zigbee2mqtt cover with tilt",
    ),
    pytest.param(
        "climate",
        Z2M
        | {
            "name": None,
            "min_temp": 5,
            "max_temp": 30,
            "temp_step": 0.5,
            "temperature_unit": "C",
            "modes": ["off", "auto", "heat"],
            "mode_state_topic": Z2M_STATE,
            "mode_state_template": "{{ value_json.system_mode }}",
            "mode_command_topic": Z2M_SET + "/system_mode",
            "action_topic": Z2M_STATE,
            "action_template": "{% set values = {None:None,'idle':'idle','heat':'heating','cool':'cooling',"
            "'fan_only':'fan'} %}{{ values[value_json.running_state] }}",
            "current_temperature_topic": Z2M_STATE,
            "current_temperature_template": "{{ value_json.local_temperature }}",
            "temperature_command_topic": Z2M_SET + "/occupied_heating_setpoint",
            "temperature_state_topic": Z2M_STATE,
            "temperature_state_template": "{{ value_json.occupied_heating_setpoint }}",
            "preset_modes": ["schedule", "boost", "eco"],
            "preset_mode_command_topic": Z2M_SET + "/preset",
            "preset_mode_state_topic": Z2M_STATE,
            "preset_mode_value_template": "{{ value_json.preset }}",
        },
        {
            Z2M_STATE: '{"system_mode":"heat","running_state":"idle","local_temperature":20.5,'
            '"occupied_heating_setpoint":21,"preset":"eco"}'
        },
        {
            "state": "heat",
            "hvac_action": "idle",
            "current_temperature": 20.5,
            "temperature": 21,
            "preset_mode": "eco",
            "max_temp": 30,
        },
        {"preset_mode": "boost"},
        [(Z2M_SET + "/preset", "boost")],
        id="zigbee2mqtt thermostat",
    ),
    pytest.param(
        "fan",
        Z2M
        | {
            "name": None,
            "state_topic": Z2M_STATE,
            "state_value_template": "{{ value_json.fan_state }}",
            "command_topic": Z2M_SET + "/fan_state",
            "percentage_state_topic": Z2M_STATE,
            "percentage_command_topic": Z2M_SET + "/fan_mode",
            "percentage_value_template": "{{ {'off':0, 'low':1, 'medium':2, 'high':3}[value_json.fan_mode]"
            " | default('None') }}",
            "percentage_command_template": "{{ {0:'off', 1:'low', 2:'medium', 3:'high'}[value] | default('') }}",
            "speed_range_min": 1,
            "speed_range_max": 3,
            "preset_modes": ["auto", "smart"],
            "preset_mode_state_topic": Z2M_STATE,
            "preset_mode_command_topic": Z2M_SET + "/fan_mode",
            "preset_mode_value_template": "{{ value_json.fan_mode if value_json.fan_mode in ['auto', 'smart']"
            " else 'None' | default('None') }}",
        },
        {Z2M_STATE: '{"fan_state":"ON","fan_mode":"medium"}'},
        {"state": "on", "percentage": 67},
        {"percentage": 100},
        [(Z2M_SET + "/fan_mode", "high")],
        id="zigbee2mqtt fan",
    ),
    pytest.param(
        "number",
        Z2M
        | {
            "name": "Calibration time",
            "state_topic": Z2M_STATE,
            "value_template": "{{ value_json.calibration_time }}",
            "command_topic": Z2M_SET + "/calibration_time",
            "min": 0,
            "max": 500,
            "step": 0.1,
            "unit_of_measurement": "s",
            "entity_category": "config",
        },
        {Z2M_STATE: '{"calibration_time": 12.5}'},
        {"state": "12.5", "value": 12.5, "max": 500},
        {"value": 30},
        [(Z2M_SET + "/calibration_time", "30")],
        id="zigbee2mqtt number",
    ),
    pytest.param(
        "update",
        Z2M
        | {
            "name": None,
            "state_topic": Z2M_STATE,
            "value_template": """{"latest_version":"{{ value_json['update']['latest_version'] }}","""
            """"installed_version":"{{ value_json['update']['installed_version'] }}"}""",
            "command_topic": "zigbee2mqtt/bridge/request/device/ota_update/update",
            "payload_install": '{"id": "0x00158d0001"}',
            "entity_category": "config",
        },
        {Z2M_STATE: '{"update":{"installed_version":587806257,"latest_version":587806258,"state":"available"}}'},
        {"state": "on", "installed_version": "587806257", "latest_version": "587806258"},
        {"install": True},
        [("zigbee2mqtt/bridge/request/device/ota_update/update", '{"id": "0x00158d0001"}')],
        id="zigbee2mqtt update",
    ),
    pytest.param(
        "event",
        Z2M
        | {
            "name": "Action",
            "state_topic": Z2M_STATE,
            "event_types": ["single", "double", "hold"],
            "value_template": "{% set action_value = value_json.action|string %}"
            '{ "event_type": "{{ action_value }}", "button": "left" }',
        },
        {Z2M_STATE: '{"action":"double","battery":97}'},
        {"state": "double", "event_type": "double"},
        None,
        None,
        id="zigbee2mqtt event of a wall switch",
    ),
    pytest.param(
        "climate",
        ESP
        | {
            "curr_temp_t": "esp/climate/thing/current_temperature/state",
            "mode_cmd_t": "esp/climate/thing/mode/command",
            "mode_stat_t": "esp/climate/thing/mode/state",
            "modes": ["off", "cool", "heat", "fan_only"],
            "temp_lo_cmd_t": "esp/climate/thing/target_temperature_low/command",
            "temp_lo_stat_t": "esp/climate/thing/target_temperature_low/state",
            "temp_hi_cmd_t": "esp/climate/thing/target_temperature_high/command",
            "temp_hi_stat_t": "esp/climate/thing/target_temperature_high/state",
            "min_temp": 15,
            "max_temp": 25,
            "act_t": "esp/climate/thing/action/state",
            "swing_mode_cmd_t": "esp/climate/thing/swing_mode/command",
            "swing_mode_stat_t": "esp/climate/thing/swing_mode/state",
            "swing_modes": ["off", "both", "vertical"],
        },
        {
            "esp/climate/thing/mode/state": "cool",
            "esp/climate/thing/swing_mode/state": "both",
            "esp/climate/thing/action/state": "cooling",
            "esp/climate/thing/target_temperature_low/state": "19.0",
        },
        {"state": "cool", "swing_mode": "both", "hvac_action": "cooling", "target_temp_low": 19},
        {"swing_mode": "off"},
        [("esp/climate/thing/swing_mode/command", "off")],
        id="ESPHome air conditioner",
    ),
    pytest.param(
        "fan",
        ESP
        | {
            "stat_t": "esp/fan/thing/state",
            "cmd_t": "esp/fan/thing/command",
            "osc_cmd_t": "esp/fan/thing/oscillation/command",
            "osc_stat_t": "esp/fan/thing/oscillation/state",
            "dir_cmd_t": "esp/fan/thing/direction/command",
            "dir_stat_t": "esp/fan/thing/direction/state",
            "pct_cmd_t": "esp/fan/thing/speed_level/command",
            "pct_stat_t": "esp/fan/thing/speed_level/state",
            "spd_rng_max": 4,
        },
        {
            "esp/fan/thing/state": "ON",
            "esp/fan/thing/oscillation/state": "oscillate_on",
            "esp/fan/thing/direction/state": "reverse",
            "esp/fan/thing/speed_level/state": "2",
        },
        {"state": "on", "oscillating": True, "direction": "reverse", "percentage": 50},
        {"oscillating": False, "direction": "forward"},
        [
            ("esp/fan/thing/oscillation/command", "oscillate_off"),
            ("esp/fan/thing/direction/command", "forward"),
        ],
        id="ESPHome fan",
    ),
    pytest.param(
        "alarm_control_panel",
        ESP
        | {
            "stat_t": "esp/alarm/state",
            "cmd_t": "esp/alarm/command",
            "sup_feat": 3,
            "cod_dis_req": False,
            "cod_arm_req": False,
        },
        {"esp/alarm/state": "armed_home"},
        {"state": "armed_home", "armed_states": ("armed_home", "armed_away")},
        {"state": "armed_away"},
        [("esp/alarm/command", "ARM_AWAY")],
        id="ESPHome alarm panel with its bit mask",
    ),
    pytest.param(
        "valve",
        ESP
        | {
            "stat_t": "esp/valve/state",
            "cmd_t": "esp/valve/command",
            "pos_t": "esp/valve/position/state",
            "set_pos_t": "esp/valve/position/command",
            "dev_cla": "water",
        },
        {"esp/valve/state": "opening", "esp/valve/position/state": "30"},
        {"state": "opening", "position": 30},
        {"state": "closed"},
        [("esp/valve/command", "CLOSE")],
        id="ESPHome valve",
    ),
    pytest.param(
        "select",
        ESP | {"stat_t": "esp/select/state", "cmd_t": "esp/select/command", "ops": ["Off", "Slow Fade"]},
        {"esp/select/state": "Slow Fade"},
        {"state": "slow fade", "value": "Slow Fade", "options": ("Off", "Slow Fade")},
        {"value": "Off"},
        [("esp/select/command", "Off")],
        id="ESPHome select",
    ),
    pytest.param(
        "light",
        TASMOTA
        | {
            "stat_val_tpl": "{{value_json.POWER}}",
            "cmd_t": "cmnd/tasmota_1/POWER",
            "pl_off": "OFF",
            "pl_on": "ON",
            "bri_cmd_t": "cmnd/tasmota_1/Dimmer",
            "bri_stat_t": "stat/tasmota_1/RESULT",
            "bri_scl": 100,
            "on_cmd_type": "brightness",
            "bri_val_tpl": "{{value_json.Dimmer}}",
            "hs_cmd_t": "cmnd/tasmota_1/HSBColor",
            "hs_stat_t": "stat/tasmota_1/RESULT",
            "hs_val_tpl": "{{value_json.HSBColor.split(',')[0:2]|join(',')}}",
            "fx_cmd_t": "cmnd/tasmota_1/Scheme",
            "fx_stat_t": "stat/tasmota_1/RESULT",
            "fx_val_tpl": "{{value_json.Scheme}}",
            "fx_list": ["0", "1", "2", "3", "4"],
        },
        {"stat/tasmota_1/RESULT": '{"POWER":"ON","Dimmer":50,"HSBColor":"240,100,50","Scheme":2}'},
        {"state": "on", "brightness": 128, "hs_color": (240, 100), "effect": "2"},
        {"effect": "4"},
        [("cmnd/tasmota_1/Scheme", "4")],
        id="Tasmota light",
    ),
    pytest.param(
        "cover",
        {key: value for key, value in TASMOTA.items() if key != "stat_t"}
        | {
            "cmd_t": "cmnd/tasmota_1/Backlog",
            "pl_open": "ShutterOpen1",
            "pl_cls": "ShutterClose1",
            "pl_stop": "ShutterStop1",
            "opt": False,
            "ret": False,
            "qos": 1,
            "pos_t": "stat/tasmota_1/SHUTTER1",
            "pos_clsd": 0,
            "pos_open": 100,
            "set_pos_t": "cmnd/tasmota_1/ShutterPosition1",
            "tilt_cmd_t": "cmnd/tasmota_1/ShutterTilt1",
            "tilt_opnd_val": 0,
            "tilt_clsd_val": -90,
        },
        {"stat/tasmota_1/SHUTTER1": "65"},
        {"state": "open", "position": 65},
        {"tilt_position": 50},
        [("cmnd/tasmota_1/ShutterTilt1", "-45")],
        id="Tasmota shutter",
    ),
    pytest.param(
        "light",
        ZWAVE
        | {
            "state_topic": "zwave/7/38/0/currentValue",
            "command_topic": "zwave/7/38/0/targetValue/set",
            "state_value_template": '{{ "OFF" if value_json.value == 0 else "ON" }}',
            "brightness_state_topic": "zwave/7/38/0/currentValue",
            "brightness_command_topic": "zwave/7/38/0/targetValue/set",
            "brightness_value_template": VALUE,
            "brightness_scale": 99,
            "on_command_type": "brightness",
            "rgb_state_topic": "zwave/7/51/0/currentColor",
            "rgb_command_topic": "zwave/7/51/0/targetColor/set",
            "rgb_command_template": "{{ {'red': red, 'green': green, 'blue': blue}|to_json }}",
            "rgb_value_template": "{{ value_json.value.red }},{{ value_json.value.green }},{{ value_json.value.blue }}",
        },
        {
            "zwave/7/38/0/currentValue": '{"time":1,"value":99}',
            "zwave/7/51/0/currentColor": '{"value":{"red":0,"green":255,"blue":0}}',
        },
        {"state": "on", "brightness": 255, "hs_color": (120, 100)},
        {"hs_color": (240, 100)},
        [("zwave/7/51/0/targetColor/set", '{"red": 0, "green": 0, "blue": 255}')],
        id="zwave-js-ui colour light",
    ),
    pytest.param(
        "lock",
        ZWAVE
        | {
            "state_topic": "zwave/7/98/0/currentMode",
            "command_topic": "zwave/7/98/0/targetMode/set",
            "state_locked": 255,
            "state_unlocked": 0,
            "payload_lock": 255,
            "payload_unlock": 0,
            "value_template": VALUE,
        },
        {"zwave/7/98/0/currentMode": '{"value":255}'},
        {"state": "locked"},
        {"state": "unlocked"},
        [("zwave/7/98/0/targetMode/set", "0")],
        id="zwave-js-ui lock",
    ),
    pytest.param(
        "cover",
        ZWAVE
        | {
            "command_topic": "zwave/7/38/0/targetValue/set",
            "position_topic": "zwave/7/38/0/currentValue",
            "set_position_topic": "zwave/7/38/0/targetValue/set",
            "position_template": "{{ value_json.value | round(0) }}",
            "position_open": 99,
            "position_closed": 0,
            "payload_open": "99",
            "payload_close": "0",
            "payload_stop": "stop",
        },
        {"zwave/7/38/0/currentValue": '{"value": 49}'},
        {"state": "open", "position": 49},
        {"position": 50},
        [("zwave/7/38/0/targetValue/set", "50")],
        id="zwave-js-ui cover",
    ),
    # OpenMQTTGateway, issues 786 and 1840 of 1technophile/OpenMQTTGateway: whichever gateway hears a sensor tells of it
    pytest.param(
        "sensor",
        {
            "stat_t": "+/+/RTL_433toMQTT/LaCrosse/0/102",
            "dev_cla": "temperature",
            "unit_of_meas": "°C",
            "name": "temperature",
            "val_tpl": "{{ value_json.temperature_C | is_defined }}",
            "device": {"ids": ["LaCrosse-0-102"], "cns": [["mac", "LaCrosse-0-102"]], "name": "LaCrosse"},
        },
        {"+/+/RTL_433toMQTT/LaCrosse/0/102": '{"id":102,"temperature_C":21.4}'},
        {"state": "21.4"},
        None,
        None,
        id="OpenMQTTGateway sensor",
    ),
    # ebusd, contrib/etc/ebusd/mqtt-hassio.cfg: a message has several fields
    pytest.param(
        "number",
        {
            "unique_id": "ebusd_bai_flowtemp_temp",
            "name": "ebusd bai FlowTemp temp",
            "device": {"identifiers": "ebusd_bai", "manufacturer": "ebusd.eu", "name": "ebusd bai"},
            "value_template": '{{value_json["temp"].value}}',
            "state_topic": "ebusd/bai/FlowTemp",
            "command_topic": "ebusd/bai/FlowTemp/set",
            "min": -10,
            "max": 80.5,
            "unit_of_measurement": "°C",
            "device_class": "temperature",
        },
        {"ebusd/bai/FlowTemp": '{"temp": {"value": 47.5}, "sensor": {"value": "ok"}}'},
        {"state": "47.5", "value": 47.5, "min": -10},
        {"value": 50},
        [("ebusd/bai/FlowTemp/set", "50")],
        id="ebusd number",
    ),
    # Frigate, docs.frigate.video/integrations/mqtt: its topics, announced as people announce them by hand
    pytest.param(
        "switch",
        {
            "name": "Front detect",
            "availability_topic": "frigate/available",
            "state_topic": "frigate/front/detect/state",
            "command_topic": "frigate/front/detect/set",
            "device": {"identifiers": ["frigate_front"], "name": "Front"},
        },
        {"frigate/front/detect/state": "ON"},
        {"state": "on"},
        {"state": "off"},
        [("frigate/front/detect/set", "OFF")],
        id="Frigate switch",
    ),
    # Valetudo, backend/lib/mqtt/homeassistant/components/VacuumHassComponent.js
    pytest.param(
        "vacuum",
        {
            "name": "Robot",
            "object_id": "valetudo_robot",
            "supported_features": ["status", "start", "stop", "pause", "return_home", "fan_speed", "locate"],
            "state_topic": "valetudo/robot/hass/valetudo_vacuum/state",
            "command_topic": "valetudo/robot/hass/valetudo_vacuum/command",
            "payload_start": "START",
            "payload_pause": "PAUSE",
            "payload_return_to_base": "HOME",
            "payload_stop": "STOP",
            "payload_locate": "LOCATE",
            "fan_speed_list": ["low", "medium", "max"],
            "set_fan_speed_topic": "valetudo/robot/FanSpeedControlCapability/preset/set",
            "device": {"identifiers": ["robot"], "name": "Valetudo robot", "manufacturer": "Roborock"},
            "availability_topic": "valetudo/robot/$state",
            "payload_available": "ready",
            "payload_not_available": "lost",
        },
        {"valetudo/robot/hass/valetudo_vacuum/state": '{"state":"returning","fan_speed":"max"}'},
        {"state": "returning", "fan_speed": "max"},
        {"state": "docked", "fan_speed": "low"},
        [
            ("valetudo/robot/hass/valetudo_vacuum/command", "HOME"),
            ("valetudo/robot/FanSpeedControlCapability/preset/set", "low"),
        ],
        id="Valetudo vacuum",
    ),
]


@pytest.mark.parametrize(("component", "config", "messages", "known", "wanted", "published"), READ)
def test_it_is_read_and_told(component, config, messages, known, wanted, published):
    found = read("homeassistant", f"homeassistant/{component}/node/thing/config", json.dumps(config).encode())
    assert not found.problems
    (entity,) = found.entities
    assert set(messages) <= set(topics(entity))
    assert entity.device_ids
    values = dict(entity.dialect.fixed)
    for topic, message in messages.items():
        for reader in entity.dialect.readers[topic]:
            values |= reader(message) or {}
    assert {name: values.get(name) for name in known} == known
    if wanted is not None:
        assert [(message.topic, message.payload) for message in entity.dialect.write(wanted)] == published


def test_a_zigbee_device_is_there_only_when_its_bridge_is():
    """zigbee2mqtt, availability_mode all, states as JSON."""
    config = Z2M | {"state_topic": Z2M_STATE, "command_topic": Z2M_SET}
    (entity,) = read("ha", "ha/switch/x/config", json.dumps(config).encode()).entities
    device, bridge = "zigbee2mqtt/Thing/availability", "zigbee2mqtt/bridge/state"
    for topic, word, available in ((device, "online", True), (bridge, "offline", False), (bridge, "online", True)):
        entity.availability.hear(topic, json.dumps({"state": word}))
        assert entity.availability.available is available


def test_a_sensor_that_any_gateway_may_hear_is_heard(loopback_house):
    """OpenMQTTGateway announces ``+/+/BTtoMQTT/…``: the gateway is whichever is nearest."""
    bus, house = loopback_house
    config = {"stat_t": "+/+/BTtoMQTT/AABB", "val_tpl": "{{ value_json.tempc | is_defined }}", "name": "Fridge"}
    bus.retain("homeassistant/sensor/AABB-tempc/config", json.dumps(config))
    bus.deliver("home/gateway2/BTtoMQTT/AABB", '{"tempc": 4.5}')
    bus.deliver("home/gateway1/BTtoMQTT/AABB", '{"rssi": -70}')
    bus.deliver("home/gateway1/BTtoMQTT/CCDD", '{"tempc": 22}')
    (fridge,) = house.entities()
    assert fridge.state == "4.5"
