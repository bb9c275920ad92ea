"""What a simulated device announces. The forms differ from device to device, as they do in real houses. Pure."""

from __future__ import annotations

import zlib
from typing import Any

from hub.house.abbreviations import SHORT
from hub.house.file import Device

_ORIGIN = {"name": "Earshot simulated house"}
_FORMS = 3


def form(device: Device) -> int:
    """0: a message for the entity; 1: the same with short keys and a base topic; 2: a message for the device."""
    return zlib.crc32(device.id.encode()) % _FORMS


def base_topic(device: Device) -> str:
    return f"simulated/{device.component}/{device.object_id}"


def speaks_json(device: Device) -> bool:
    """Every second light speaks the json schema."""
    return device.component == "light" and zlib.crc32(device.object_id.encode()) % 2 == 0


def announcement(device: Device, prefix: str) -> tuple[str, dict[str, Any]]:
    """Discovery topic and payload."""
    about = {"ids": [f"simulated_{device.component}_{device.object_id}"], "name": device.name}
    if device.room is not None:
        about["suggested_area"] = device.room
    options: dict[str, Any] = {
        "name": None,
        "unique_id": device.id.replace(".", "_"),
        "availability_topic": "~/availability",
    }
    options |= _OPTIONS[device.component](device)
    if device.kind is not None:
        options["device_class"] = device.kind
    if form(device) == 2:
        component = _with_base(options, base_topic(device)) | {"platform": device.component}
        component["default_entity_id"] = device.id
        device_id = f"{device.component}_{device.object_id}"
        whole = {"device": about, "origin": _ORIGIN, "components": {"main": component}}
        return f"{prefix}/device/{device_id}/config", whole
    topic = f"{prefix}/{device.component}/{device.object_id}/config"
    options |= {"device": about, "origin": _ORIGIN}
    if form(device) == 1:
        return topic, {"~": base_topic(device)} | {SHORT.get(key, key): value for key, value in options.items()}
    return topic, _with_base(options, base_topic(device))


def _with_base(options: dict[str, Any], base: str) -> dict[str, Any]:
    return {
        key: base + value[1:] if isinstance(value, str) and value.startswith("~") else value
        for key, value in options.items()
    }


def _light(device: Device) -> dict[str, Any]:
    if speaks_json(device):
        modes = ["color_temp", "hs"]
        return {"schema": "json", "state_topic": "~", "command_topic": "~/set", "supported_color_modes": modes}
    pairs = {
        "brightness": ("brightness_state_topic", "brightness_command_topic"),
        "rgb": ("rgb_state_topic", "rgb_command_topic"),
        "color_temp": ("color_temp_state_topic", "color_temp_command_topic"),
    }
    topics = {state: f"~/{name}" for name, (state, _) in pairs.items()}
    topics |= {command: f"~/{name}/set" for name, (_, command) in pairs.items()}
    return {**_switch(device), **topics}


def _switch(_: Device) -> dict[str, Any]:
    return {"state_topic": "~/state", "command_topic": "~/set"}


def _cover(_: Device) -> dict[str, Any]:
    return {
        "state_topic": "~/state",
        "command_topic": "~/set",
        "position_topic": "~/position",
        "set_position_topic": "~/position/set",
    }


def _lock(_: Device) -> dict[str, Any]:
    return {"state_topic": "~", "command_topic": "~/set", "value_template": "{{ value_json.lock }}"}


def _fan(_: Device) -> dict[str, Any]:
    topics = {"percentage_state_topic": "~/speed", "percentage_command_topic": "~/speed/set"}
    return {"state_topic": "~/state", "command_topic": "~/set", **topics}


def _climate(_: Device) -> dict[str, Any]:
    return {
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


_OPTIONS = {
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
}
