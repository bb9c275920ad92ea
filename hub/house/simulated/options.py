"""The options that each kind of simulated device announces, below its base topic ``~``. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

from hub.house.file import Device


def speaks_json(device: Device) -> bool:
    """Every second light speaks the json schema."""
    return device.component == "light" and zlib.crc32(device.object_id.encode()) % 2 == 0


def options_of(device: Device) -> dict[str, Any]:
    """Without identity and availability."""
    return _OPTIONS[device.component](device)


def _light(device: Device) -> dict[str, Any]:
    effects = _listed(device, "effect_list")
    if speaks_json(device):
        modes = ["color_temp", "hs"]
        json_light = {"schema": "json", "state_topic": "~", "command_topic": "~/set", "supported_color_modes": modes}
        return json_light | ({"effect": True} | effects if effects else {})
    pairs = {
        "brightness": ("brightness_state_topic", "brightness_command_topic"),
        "rgb": ("rgb_state_topic", "rgb_command_topic"),
        "color_temp": ("color_temp_state_topic", "color_temp_command_topic"),
    }
    topics = {state: f"~/{name}" for name, (state, _) in pairs.items()}
    topics |= {command: f"~/{name}/set" for name, (_, command) in pairs.items()}
    return {**_switch(device), **topics, **effects, **(_value("effect") if effects else {})}


def _switch(_: Device) -> dict[str, Any]:
    return {"state_topic": "~/state", "command_topic": "~/set"}


def _cover(device: Device) -> dict[str, Any]:
    topics = {"position_topic": "~/position", "set_position_topic": "~/position/set"}
    tilt = {"tilt_status_topic": "~/tilt", "tilt_command_topic": "~/tilt/set"}
    return {**_switch(device), **topics, **(tilt if "tilt_position" in device.attributes else {})}


def _lock(_: Device) -> dict[str, Any]:
    return {"state_topic": "~", "command_topic": "~/set", "value_template": "{{ value_json.lock }}"}


def _fan(device: Device) -> dict[str, Any]:
    topics = {"percentage_state_topic": "~/speed", "percentage_command_topic": "~/speed/set"}
    presets = _listed(device, "preset_modes")
    return {
        **_switch(device),
        **topics,
        **presets,
        **(_value("preset_mode") if presets else {}),
        **(_value("oscillation") if "oscillating" in device.attributes else {}),
    }


def _climate(device: Device) -> dict[str, Any]:
    presets = _listed(device, "preset_modes")
    if presets:
        template = {"preset_mode_state_topic": "~", "preset_mode_value_template": "{{ value_json.preset }}"}
        presets |= template | {"preset_mode_command_topic": "~/preset/set"}
    return presets | {
        "modes": ["off", "heat", "cool"],
        "mode_state_topic": "~",
        "mode_state_template": "{{ value_json.mode }}",
        "mode_command_topic": "~/mode/set",
        "temperature_state_topic": "~",
        "temperature_state_template": "{{ value_json.target }}",
        "temperature_command_topic": "~/temperature/set",
        "current_temperature_topic": "~",
        "current_temperature_template": "{{ value_json.now }}",
    }


def _sensor(device: Device) -> dict[str, Any]:
    template = {"state_topic": "~", "value_template": "{{ value_json.value }}"}
    return template | ({} if device.unit is None else {"unit_of_measurement": device.unit})


def _binary_sensor(_: Device) -> dict[str, Any]:
    return {"state_topic": "~/state"}


def _press(_: Device) -> dict[str, Any]:
    return {"command_topic": "~/set"}


def _humidifier(device: Device) -> dict[str, Any]:
    target = {"target_humidity_state_topic": "~/humidity", "target_humidity_command_topic": "~/humidity/set"}
    modes = {"modes": device.attributes.get("available_modes", ["auto", "sleep"])}
    return {**_switch(device), **target, **_value("mode"), **modes}


def _vacuum(device: Device) -> dict[str, Any]:
    features = ["start", "stop", "pause", "return_home", "fan_speed"]
    speeds = {"fan_speed_list": device.attributes.get("fan_speed_list", ["quiet", "max"])}
    topics = {"state_topic": "~", "command_topic": "~/set", "set_fan_speed_topic": "~/fan_speed/set"}
    return {**topics, **speeds, "supported_features": features}


def _siren(_: Device) -> dict[str, Any]:
    return {"state_topic": "~", "command_topic": "~/set"}


def _valve(device: Device) -> dict[str, Any]:
    by_position = {"reports_position": True} if "position" in device.attributes else {}
    return {"state_topic": "~", "command_topic": "~/set", **by_position}


def _select(device: Device) -> dict[str, Any]:
    return {**_switch(device), "options": device.attributes.get("options", ["low", "high"])}


def _number(device: Device) -> dict[str, Any]:
    limits: dict[str, Any] = {
        name: device.attributes[name] for name in ("min", "max", "step") if name in device.attributes
    }
    unit = {} if device.unit is None else {"unit_of_measurement": device.unit}
    return {**_switch(device), **limits, **unit}


def _update(_: Device) -> dict[str, Any]:
    return {"state_topic": "~", "command_topic": "~/set", "payload_install": "INSTALL"}


def _event(device: Device) -> dict[str, Any]:
    return {"state_topic": "~", "event_types": device.attributes.get("event_types", ["press"])}


def _lawn_mower(_: Device) -> dict[str, Any]:
    commands = {f"{word}_command_topic": "~/set" for word in ("start_mowing", "pause", "dock")}
    return {"activity_state_topic": "~/state", **commands}


def _water_heater(device: Device) -> dict[str, Any]:
    temperatures = {name: option for name, option in _climate(device).items() if "temperature" in name}
    mode = {"mode_state_topic": "~", "mode_state_template": "{{ value_json.mode }}", "mode_command_topic": "~/mode/set"}
    return {**temperatures, **mode, "modes": ["off", "eco", "performance"], "power_command_topic": "~/power/set"}


def _value(name: str) -> dict[str, Any]:
    """A topic for one value, and one for its command."""
    return {f"{name}_state_topic": f"~/{name}", f"{name}_command_topic": f"~/{name}/set"}


def _listed(device: Device, name: str) -> dict[str, Any]:
    return {name: device.attributes[name]} if name in device.attributes else {}


_OPTIONS: Mapping[str, Callable[[Device], dict[str, Any]]] = {
    "light": _light,
    "switch": _switch,
    "cover": _cover,
    "lock": _lock,
    "fan": _fan,
    "climate": _climate,
    "sensor": _sensor,
    "binary_sensor": _binary_sensor,
    "scene": _press,
    "button": _press,
    "humidifier": _humidifier,
    "vacuum": _vacuum,
    "siren": _siren,
    "valve": _valve,
    "select": _select,
    "number": _number,
    "text": _switch,
    "alarm_control_panel": _switch,
    "update": _update,
    "event": _event,
    "lawn_mower": _lawn_mower,
    "water_heater": _water_heater,
}
