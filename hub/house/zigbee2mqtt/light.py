"""Lights of zigbee2mqtt: Home Assistant's json schema, with its keys suffixed where a device has several lights."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hub.house.components.light import light as component_light
from hub.house.dialect import Options, Reader, Values
from hub.house.json_messages import document
from hub.house.zigbee2mqtt.documents import Expose, Found, Node, endpoint_label, object_id

_SCALE = 254.0
_KEYS = ("state", "brightness", "color_temp", "color")


def light(expose: Expose, node: Node) -> Found:
    brightness = expose.feature("brightness")
    options: dict[str, Any] = {
        "schema": "json",
        "state_topic": node.topic,
        "command_topic": f"{node.topic}/{expose.endpoint}/set" if expose.endpoint else f"{node.topic}/set",
        "brightness_scale": (brightness and brightness.value_max) or _SCALE,
        "supported_color_modes": _modes([feature.name for feature in expose.features]),
    }
    dialect = component_light(Options(options))
    if expose.endpoint:
        readers = {
            topic: tuple(_of_endpoint(reader, expose.endpoint) for reader in readers)
            for topic, readers in dialect.readers.items()
        }
        dialect = replace(dialect, readers=readers)
    return Found("light", object_id("light", expose), dialect, endpoint_label(expose))


def _modes(features: list[str]) -> list[str]:
    """Of xy and hue and saturation the form that the device names first."""
    colors = [name for name in features if name in {"color_xy", "color_hs"}]
    modes = [name.removeprefix("color_") for name in colors[:1]]
    modes += [name for name in ("color_temp",) if name in features]
    return modes or (["brightness"] if "brightness" in features else ["onoff"])


def _of_endpoint(reader: Reader, endpoint: str) -> Reader:
    def read(payload: str) -> Values | None:
        message = document(payload)
        own = {key: message[f"{key}_{endpoint}"] for key in _KEYS if f"{key}_{endpoint}" in message}
        return reader(json.dumps(own)) if own else None

    return read


def merged(lights: Iterable[Expose]) -> Expose:
    """The light that a group of them is: it has every feature that one of them has."""
    features = {feature.name: feature for each in lights for feature in each.features}
    return Expose(type="light", features=tuple(features.values()))
