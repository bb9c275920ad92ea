"""How each kind of simulated device behaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.house.dialect import json_object, number
from hub.house.file import Device
from hub.house.simulated.options import speaks_json
from hub.house.simulated.parts import Behaviour, Cover, Held, JsonLight, JsonState, Pressed, Values

Commands = dict[str, Callable[[str], dict[str, Any]]]

_SWITCH = {"ON": "ON", "OFF": "OFF"}


def behaviour(device: Device) -> Behaviour:
    return _BEHAVIOURS[device.component](device)


def _light(device: Device) -> Behaviour:
    state = (device.state or "OFF").upper()
    if speaks_json(device):
        return JsonLight(state, {key: value for key, value in device.attributes.items() if key != "effect_list"})
    values = {"state": state, "brightness": "255", "rgb": "255,255,255", "color_temp": "370"}
    if "effect_list" in device.attributes:
        values["effect"] = "none"
    given = {key: str(value) for key, value in device.attributes.items() if key != "effect_list"}
    return Values(values | given, _SWITCH)


def _switch(device: Device) -> Behaviour:
    return Values({"state": (device.state or "OFF").upper()}, _SWITCH)


def _fan(device: Device) -> Behaviour:
    values = {"state": (device.state or "OFF").upper(), "speed": str(device.attributes.get("percentage", 0))}
    if "oscillating" in device.attributes:
        values["oscillation"] = "oscillate_on" if device.attributes["oscillating"] else "oscillate_off"
    if "preset_modes" in device.attributes:
        values["preset_mode"] = str(device.attributes.get("preset_mode", ""))
    return Values(values, _SWITCH)


def _cover(device: Device) -> Behaviour:
    tilt = {"tilt": str(device.attributes["tilt_position"])} if "tilt_position" in device.attributes else {}
    return Cover((device.state or "closed").lower(), device.attributes.get("position"), tilt)


def _lock(device: Device) -> Behaviour:
    words = {"LOCK": {"lock": "LOCKED"}, "UNLOCK": {"lock": "UNLOCKED"}}
    return JsonState({"lock": (device.state or "LOCKED").upper()}, {"set": lambda word: words.get(word, {})})


def _climate(device: Device) -> Behaviour:
    presets = device.attributes.get("preset_modes", [])
    values, commands = _heating(device, {"off", "heat", "cool"})
    commands["preset/set"] = lambda word: {"preset": word} if word in presets else {}
    return JsonState(values | {"preset": device.attributes.get("preset_mode", "none")}, commands)


def _sensor(device: Device) -> Behaviour:
    return JsonState({"value": device.state}, {})


def _binary_sensor(device: Device) -> Behaviour:
    return Values({"state": (device.state or "OFF").upper()}, {})


def _press(_: Device) -> Behaviour:
    return Pressed()


def _humidifier(device: Device) -> Behaviour:
    values = {"humidity": str(device.attributes.get("humidity", 45)), "mode": device.attributes.get("mode", "auto")}
    return Values({"state": (device.state or "OFF").upper(), **values}, _SWITCH)


def _vacuum(device: Device) -> Behaviour:
    """It is at its dock as soon as it is told to return."""
    words = {"start": "cleaning", "stop": "idle", "pause": "paused", "return_to_base": "docked"}
    speeds = device.attributes.get("fan_speed_list", ["quiet", "max"])
    values = {"state": device.state or "docked", "battery_level": device.attributes.get("battery_level", 100)}
    commands: Commands = {
        "set": lambda word: {"state": words[word]} if word in words else {},
        "fan_speed/set": lambda speed: {"fan_speed": speed} if speed in speeds else {},
    }
    return JsonState(values | {"fan_speed": speeds[0]}, commands)


def _siren(device: Device) -> Behaviour:
    def obey(payload: str) -> dict[str, Any]:
        word = (json_object(payload) or {}).get("state")
        return {"state": word} if word in _SWITCH else {}

    return JsonState({"state": (device.state or "OFF").upper()}, {"set": obey})


def _valve(device: Device) -> Behaviour:
    words = {"OPEN": "open", "CLOSE": "closed"}
    position = device.attributes.get("position")
    if position is None:
        return JsonState(
            {"state": device.state or "closed"}, {"set": lambda word: {"state": words[word]} if word in words else {}}
        )
    return JsonState({"position": position}, {"set": lambda word: {"position": int(word)} if word.isdecimal() else {}})


def _select(device: Device) -> Behaviour:
    options = device.attributes.get("options", ["low", "high"])
    return Held(device.state or options[0], lambda word: word in options)


def _number(device: Device) -> Behaviour:
    low, high = device.attributes.get("min", 1), device.attributes.get("max", 100)

    def allowed(word: str) -> bool:
        value = number(word)
        return value is not None and low <= value <= high

    return Held(device.state or str(low), allowed)


def _text(device: Device) -> Behaviour:
    return Held(device.state or "", lambda word: len(word) <= 255)


def _alarm(device: Device) -> Behaviour:
    armed = {f"ARM_{mode.upper()}": f"armed_{mode}" for mode in ("home", "away", "night", "vacation")}
    return Values({"state": device.state or "disarmed"}, armed | {"DISARM": "disarmed"})


def _update(device: Device) -> Behaviour:
    versions = {name: device.attributes.get(name, "1.0") for name in ("installed_version", "latest_version")}
    latest = versions["latest_version"]
    return JsonState(versions, {"set": lambda word: {"installed_version": latest} if word == "INSTALL" else {}})


def _event(device: Device) -> Behaviour:
    return JsonState({"event_type": device.state}, {})


def _lawn_mower(device: Device) -> Behaviour:
    words = {"start_mowing": "mowing", "pause": "paused", "dock": "docked"}
    return Values({"state": device.state or "docked"}, words)


def _water_heater(device: Device) -> Behaviour:
    values, commands = _heating(device, {"off", "eco", "performance"})
    power = {"ON": "performance", "OFF": "off"}
    commands["power/set"] = lambda word: {"mode": power[word]} if word in power else {}
    return JsonState(values, commands)


def _heating(device: Device, modes: set[str]) -> tuple[dict[str, Any], Commands]:
    """What thermostats and water heaters hold, and how it is set."""
    values = {
        "mode": device.state or "off",
        "target": device.attributes.get("temperature", 20.0),
        "now": device.attributes.get("current_temperature", 20.0),
    }

    def target(word: str) -> dict[str, Any]:
        temperature = number(word)
        return {} if temperature is None else {"target": temperature}

    return values, {"mode/set": lambda word: {"mode": word} if word in modes else {}, "temperature/set": target}


_BEHAVIOURS: dict[str, Callable[[Device], Behaviour]] = {
    "light": _light,
    "switch": _switch,
    "fan": _fan,
    "cover": _cover,
    "lock": _lock,
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
    "text": _text,
    "alarm_control_panel": _alarm,
    "update": _update,
    "event": _event,
    "lawn_mower": _lawn_mower,
    "water_heater": _water_heater,
}
