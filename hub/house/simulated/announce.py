"""What a simulated device announces. The forms differ from device to device, as they do in real houses. Pure."""

from __future__ import annotations

import zlib
from typing import Any

from hub.house.abbreviations import SHORT
from hub.house.file import Device
from hub.house.simulated.options import options_of

_ORIGIN = {"name": "Earshot simulated house"}
_FORMS = 3


def form(device: Device) -> int:
    """0: a message for the entity; 1: the same with short keys and a base topic; 2: a message for the device."""
    return zlib.crc32(device.id.encode()) % _FORMS


def base_topic(device: Device) -> str:
    return f"simulated/{device.component}/{device.object_id}"


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
    options |= options_of(device)
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
