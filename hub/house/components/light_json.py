"""Lights in the json schema: one message in, one message out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hub.house.colors import hs_to_rgb, hs_to_xy, kelvin_to_mireds, mireds_to_kelvin, rgb_to_hs, xy_to_hs
from hub.house.dialect import Dialect, Options, Outgoing, Values, json_object

_COLOR_MODES = ("hs", "xy", "rgb", "rgbw", "rgbww")
_MAX_EFFECT = 64  # characters of its name


def json_light(options: Options) -> Dialect:
    command_topic = options.required_topic("command_topic")
    state_topic = options.topic("state_topic")
    scale = options.number("brightness_scale", 255) or 255
    kelvin = options.flag("color_temp_kelvin", default=False)
    modes = _modes(options)
    color = next((mode for mode in _COLOR_MODES if mode in modes), None)
    effects = options.words("effect_list") if options.flag("effect", default=False) else ()

    def write(wanted: Values) -> list[Outgoing]:
        message: dict[str, Any] = {"state": str(wanted.get("state", "on")).upper()}
        if "brightness" in wanted:
            message["brightness"] = max(1, round(wanted["brightness"] * scale / 255))
        if "color_temp_kelvin" in wanted:
            warmth = wanted["color_temp_kelvin"]
            message["color_temp"] = round(warmth) if kelvin else kelvin_to_mireds(warmth)
        if "hs_color" in wanted and color is not None:
            message["color"] = _color(color, wanted["hs_color"])
        if "effect" in wanted:
            message["effect"] = wanted["effect"]
        return [options.command(command_topic, json.dumps(message))]

    def read(payload: str) -> Values | None:
        return _read(payload, scale, kelvin=kelvin)

    values = _values(modes) | ({"effect"} if effects else set())
    readers = {} if state_topic is None else {state_topic: (read,)}
    reads = frozenset() if state_topic is None else values
    fixed = {"supported_color_modes": tuple(sorted(modes))} | ({"effect_list": effects} if effects else {})
    return Dialect(readers, write, reads, values, fixed)


def _modes(options: Options) -> set[str]:
    """Colour modes, from the list or from the flags that came before it."""
    modes = set(options.words("supported_color_modes"))
    if not modes:
        modes = {mode for mode in ("brightness", "color_temp", "hs", "rgb", "xy") if options.flag(mode, default=False)}
    if not modes and options.flag("color_mode", default=False):
        modes = {"brightness"}
    return modes or {"onoff"}


def _values(modes: set[str]) -> frozenset[str]:
    names = {"state"}
    if modes - {"onoff"}:  # every mode but on/off dims
        names.add("brightness")
    if "color_temp" in modes:
        names.add("color_temp_kelvin")
    if modes & set(_COLOR_MODES):
        names.add("hs_color")
    return frozenset(names)


def _color(mode: str, hs: tuple[float, float]) -> dict[str, float]:
    if mode == "hs":
        return {"h": round(hs[0], 1), "s": round(hs[1], 1)}
    if mode == "xy":
        x, y = hs_to_xy(hs)
        return {"x": x, "y": y}
    red, green, blue = hs_to_rgb(hs)
    whites = {"rgbw": {"w": 0}, "rgbww": {"c": 0, "w": 0}}.get(mode, {})
    return {"r": red, "g": green, "b": blue, **whites}


def _read(payload: str, scale: float, *, kelvin: bool) -> Values | None:
    """Unknown and malformed keys change nothing; a message may hold just what changed."""
    message = json_object(payload)
    if message is None:
        return None
    values: dict[str, Any] = {}
    state = message.get("state")
    if isinstance(state, str) and state.lower() in {"on", "off"}:
        values["state"] = state.lower()
    if (brightness := _number(message.get("brightness"))) is not None:
        values["brightness"] = min(255, max(0, round(brightness * 255 / scale)))
    if (warmth := _number(message.get("color_temp"))) is not None:
        values["color_temp_kelvin"] = round(warmth) if kelvin else mireds_to_kelvin(warmth)
    if (hs := _hue_saturation(message.get("color"))) is not None:
        values["hs_color"] = hs
    if isinstance(effect := message.get("effect"), str):
        values["effect"] = effect[:_MAX_EFFECT]
    return values


def _hue_saturation(color: Any) -> tuple[float, float] | None:
    if not isinstance(color, Mapping):
        return None
    for keys in (("h", "s"), ("hue", "saturation"), ("r", "g", "b"), ("x", "y")):
        parts = [part for key in keys if (part := _number(color.get(key))) is not None]
        if len(parts) == len(keys):
            if keys == ("x", "y"):
                return xy_to_hs((parts[0], parts[1]))
            return rgb_to_hs((parts[0], parts[1], parts[2])) if len(parts) == 3 else (parts[0], parts[1])
    return None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and -1e9 < value < 1e9 else None
