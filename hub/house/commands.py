"""What an intent wants of one entity: the values it shall have then, under Home Assistant's name for that. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import copysign
from typing import Any

from hub.house import choices
from hub.house.choices import between
from hub.house.colors import NAMED, rgb_to_hs
from hub.house.dialect import Values
from hub.house.errors import CannotDo
from hub.stages import Entity


@dataclass(frozen=True, slots=True)
class Command:
    """name: as the service of Home Assistant is called. wanted: see hub.house.dialect."""

    name: str
    wanted: Values


def command_for(intent: str, slots: Mapping[str, Any], entity: Entity) -> Command:
    """Raises CannotDo."""
    return _COMMANDS[intent](slots, entity)


_SWITCHES = ("light", "switch", "fan", "siren", "humidifier")
# What "on" and "off" are called and lead to, where it is always the same.
_ON: Mapping[str, Command] = {
    **dict.fromkeys(_SWITCHES, Command("turn_on", {"state": "on"})),
    "button": Command("press", {"press": True}),
    "cover": Command("open_cover", {"state": "open"}),
    "lawn_mower": Command("start_mowing", {"state": "mowing"}),
    "lock": Command("lock", {"state": "locked"}),  # as in Home Assistant: on is locked
    "scene": Command("turn_on", {"press": True}),
    "vacuum": Command("start", {"state": "cleaning"}),
    "valve": Command("open_valve", {"state": "open"}),
    "water_heater": Command("turn_on", {"power": "on"}),
}
_OFF: Mapping[str, Command] = {
    **dict.fromkeys((*_SWITCHES, "climate"), Command("turn_off", {"state": "off"})),
    "cover": Command("close_cover", {"state": "closed"}),
    "lawn_mower": Command("dock", {"state": "docked"}),
    "lock": Command("unlock", {"state": "unlocked"}),
    "vacuum": Command("return_to_base", {"state": "docked"}),
    "valve": Command("close_valve", {"state": "closed"}),
    "water_heater": Command("turn_off", {"power": "off"}),
}
_ACTIVE = frozenset({"on", "open", "locked", "heat", "cool", "auto", "heat_cool", "cleaning", "mowing"})
_TURNED_ON_BY_MODE = frozenset({"light", "fan", "humidifier"})  # as in Home Assistant


def _turn_on(_: Mapping[str, Any], entity: Entity) -> Command:
    if entity.domain == "climate" and (mode := entity.attributes.get("turn_on_mode")):
        return Command("turn_on", {"state": mode})
    if (command := _ON.get(entity.domain)) is None:
        raise CannotDo("not-switchable")
    return command


def _turn_off(_: Mapping[str, Any], entity: Entity) -> Command:
    if (command := _OFF.get(entity.domain)) is None:
        raise CannotDo("not-switchable")
    return command


def _toggle(slots: Mapping[str, Any], entity: Entity) -> Command:
    active = entity.state in _ACTIVE or entity.attributes.get("power") == "on"
    return _turn_off(slots, entity) if active else _turn_on(slots, entity)


def _light_set(slots: Mapping[str, Any], entity: Entity) -> Command:
    wanted: dict[str, Any] = {"state": "on"}
    if "brightness_step" in slots:
        percent = _stepped(entity, "brightness", slots["brightness_step"], scale=255)
        wanted["brightness"] = max(1, round(percent * 255 / 100))
    elif "brightness" in slots:
        percent = between(slots["brightness"], 0, 100)
        if percent == 0:
            return Command("turn_off", {"state": "off"})
        wanted["brightness"] = max(1, round(percent * 255 / 100))
    if "color" in slots:
        rgb = NAMED.get(str(slots["color"]).lower())
        if rgb is None or not any(rgb):  # no lamp shines black
            raise CannotDo("unknown-color")
        wanted["hs_color"] = rgb_to_hs(rgb)
    if "temperature" in slots:
        wanted["color_temp_kelvin"] = round(between(slots["temperature"], 1000, 20_000))
    if len(wanted) == 1:
        raise CannotDo("nothing-to-set")
    return Command("turn_on", wanted)


def _set_position(slots: Mapping[str, Any], entity: Entity) -> Command:
    if "position_step" in slots:
        position = _clamped(_now(entity, "position") + choices.numeric(slots["position_step"]), 0, 100)
    else:
        position = between(slots.get("position"), 0, 100)
    return Command(f"set_{entity.domain}_position", {"position": round(position)})


def _set_tilt(slots: Mapping[str, Any], _: Entity) -> Command:
    return Command("set_cover_tilt_position", {"tilt_position": round(between(slots.get("position"), 0, 100))})


def _stop(_: Mapping[str, Any], entity: Entity) -> Command:
    return Command(f"stop_{entity.domain}", {"stop": True})


def _fan_speed(slots: Mapping[str, Any], entity: Entity) -> Command:
    if "percentage_step" in slots:
        step, smallest = choices.numeric(slots["percentage_step"]), float(entity.attributes.get("percentage_step", 1))
        step = copysign(max(abs(step), smallest), step)  # a fan of three speeds takes the next one
        percentage = round(_stepped(entity, "percentage", step, least=smallest))
        return Command("set_percentage", {"state": "on", "percentage": percentage})
    percentage = round(between(slots.get("percentage"), 0, 100))
    if percentage == 0:
        return Command("turn_off", {"state": "off"})
    return Command("set_percentage", {"state": "on", "percentage": percentage})


def _oscillate(slots: Mapping[str, Any], _: Entity) -> Command:
    return Command("oscillate", {"oscillating": slots.get("state") != "off"})


def _set_temperature(slots: Mapping[str, Any], entity: Entity) -> Command:
    low, high = entity.attributes.get("min_temp", 7), entity.attributes.get("max_temp", 35)
    if "temperature_step" in slots:
        temperature = _clamped(_now(entity, "temperature") + choices.numeric(slots["temperature_step"]), low, high)
        return Command("set_temperature", {"temperature": choices.numeric(round(temperature, 1))})
    return Command("set_temperature", {"temperature": between(slots.get("temperature"), low, high)})


def _set_humidity(slots: Mapping[str, Any], entity: Entity) -> Command:
    """As in Home Assistant, a humidifier that shall reach something is turned on."""
    low, high = entity.attributes.get("min_humidity", 0), entity.attributes.get("max_humidity", 100)
    return Command("set_humidity", {"state": "on", "humidity": round(between(slots.get("humidity"), low, high))})


def _set_fan_mode(slots: Mapping[str, Any], entity: Entity) -> Command:
    chosen = choices.exact(str(slots.get("fan_mode", "")), entity.attributes.get("fan_modes") or ())
    if chosen is None:
        raise CannotDo("unknown-mode")
    return Command("set_fan_mode", {"fan_mode": chosen})


def _set_mode(slots: Mapping[str, Any], entity: Entity) -> Command:
    wanted = choices.mode(entity, str(slots.get("mode", "")))
    (name,) = wanted
    if name == "state":
        return Command("set_hvac_mode" if entity.domain == "climate" else "set_operation_mode", wanted)
    turned_on = {"state": "on"} if entity.domain in _TURNED_ON_BY_MODE else {}
    return Command(f"set_{name}" if name != "effect" else "turn_on", {**turned_on, **wanted})


def _set_value(slots: Mapping[str, Any], entity: Entity) -> Command:
    service = "select_option" if entity.domain == "select" else "set_value"
    return Command(service, choices.value(entity, slots.get("value", "")))


def _arm(slots: Mapping[str, Any], entity: Entity) -> Command:
    """Away where no mode is said. A panel that lacks the mode is not armed in another: less might be watched."""
    mode = str(slots.get("mode") or "away")
    state = f"armed_{mode}"
    if state not in entity.attributes.get("armed_states", ()):
        raise CannotDo("unknown-mode")
    return Command(f"alarm_arm_{mode}", {"state": state})


def _disarm(_: Mapping[str, Any], __: Entity) -> Command:
    return Command("alarm_disarm", {"state": "disarmed"})


def _stepped(entity: Entity, attribute: str, step: Any, *, scale: float = 100, least: float = 1) -> float:
    """Percent of what it is now and a step; what is on stays on, what is off is neither brighter nor faster.

    scale: of the attribute, where 100 is meant.
    """
    if entity.state == "off":
        raise CannotDo("is-off")
    return _clamped(_now(entity, attribute) * 100 / scale + choices.numeric(step), least, 100)


def _now(entity: Entity, attribute: str) -> float:
    try:
        return choices.numeric(entity.attributes.get(attribute))
    except CannotDo:
        raise CannotDo("state-unknown") from None


def _clamped(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


_COMMANDS: Mapping[str, Callable[[Mapping[str, Any], Entity], Command]] = {
    "HassTurnOn": _turn_on,
    "HassTurnOff": _turn_off,
    "HassToggle": _toggle,
    "HassLightSet": _light_set,
    "HassSetPosition": _set_position,
    "HassStopMoving": _stop,
    "HassFanSetSpeed": _fan_speed,
    "HassClimateSetTemperature": _set_temperature,
    "HassClimateSetFanMode": _set_fan_mode,
    "HassHumidifierSetpoint": _set_humidity,
    "HassHumidifierMode": _set_mode,
    "HassVacuumStart": _turn_on,
    "HassVacuumReturnToBase": _turn_off,
    "HassLawnMowerStartMowing": _turn_on,
    "HassLawnMowerDock": _turn_off,
    "EarshotArm": _arm,
    "EarshotDisarm": _disarm,
    "EarshotOscillate": _oscillate,
    "EarshotSetMode": _set_mode,
    "EarshotSetTilt": _set_tilt,
    "EarshotSetValue": _set_value,
}
COMMANDS = frozenset(_COMMANDS)
