"""A zigbee2mqtt and a Tasmota device as they are on a broker: what they announce, and that they obey.

Shapes after zigbee2mqtt's lib/extension/bridge.ts and homeassistant.ts, and Tasmota's discovery as hatasmota reads it.
"""

from __future__ import annotations

import json
from typing import Any

from tests.fakes_bus import FakeBus

STATE, SET, GET = 1, 2, 4
ALL = STATE | SET | GET


def binary(name: str, on: Any = "ON", off: Any = "OFF", *, access: int = STATE, key: str | None = None, **more: Any):
    return {
        "type": "binary",
        "name": name,
        "property": key or name,
        "access": access,
        "label": name.capitalize(),
        "value_on": on,
        "value_off": off,
        **more,
    }


def numeric(name: str, *, access: int = STATE, key: str | None = None, **more: Any):
    return {
        "type": "numeric",
        "name": name,
        "property": key or name,
        "access": access,
        "label": name.replace("_", " ").capitalize(),
        **more,
    }


def enum(name: str, values: list[str], *, access: int = STATE, key: str | None = None, **more: Any):
    return {"type": "enum", "name": name, "property": key or name, "access": access, "values": values, **more}


def state(endpoint: str = "") -> dict[str, Any]:
    return binary("state", access=ALL, key=f"state_{endpoint}" if endpoint else "state", value_toggle="TOGGLE")


def control(kind: str, *features: dict[str, Any], endpoint: str = "") -> dict[str, Any]:
    return {"type": kind, "features": list(features), **({"endpoint": endpoint} if endpoint else {})}


def light(*, color: str = "", endpoint: str = "", warmth: bool = True) -> dict[str, Any]:
    suffix = f"_{endpoint}" if endpoint else ""
    features = [state(endpoint), numeric("brightness", access=ALL, key=f"brightness{suffix}", value_max=254)]
    if warmth:
        features.append(numeric("color_temp", access=ALL, key=f"color_temp{suffix}", value_min=150, value_max=500))
    if color:
        composite = {"type": "composite", "name": f"color_{color}", "property": f"color{suffix}", "access": ALL}
        features.append(composite | {"features": [numeric(axis, access=ALL) for axis in color]})
    return control("light", *features, endpoint=endpoint)


def device(name: str, ieee: str, *exposes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "ieee_address": ieee,
        "friendly_name": name,
        "type": "Router",
        "network_address": 4711,
        "supported": True,
        "disabled": False,
        "interview_completed": True,
        "power_source": "Mains (single phase)",
        "model_id": "X",
        "definition": {"model": "X", "vendor": "V", "exposes": [*exposes, numeric("linkquality", unit="lqi")]},
        "endpoints": {"1": {"bindings": [], "clusters": {"input": ["genOnOff"], "output": []}, "scenes": []}},
        **more,
    }


COORDINATOR = {
    "ieee_address": "0x00124b0018e27f02",
    "friendly_name": "Coordinator",
    "type": "Coordinator",
    "network_address": 0,
    "supported": False,
    "disabled": False,
    "definition": None,
    "endpoints": {},
}


class FakeZigbee2Mqtt:
    """Publishes its lists and obeys ``<name>/set``, merging the message into its state as zigbee2mqtt does."""

    def __init__(self, bus: Any, base: str = "zigbee2mqtt") -> None:
        self.bus, self.base = bus, base
        self.states: dict[str, dict[str, Any]] = {}

    def lists(self, devices: list[Any], groups: list[Any] = ()) -> dict[str, str]:
        return {
            f"{self.base}/bridge/state": json.dumps({"state": "online"}),
            f"{self.base}/bridge/devices": json.dumps([COORDINATOR, *devices]),
            f"{self.base}/bridge/groups": json.dumps(list(groups)),
        }

    def obey(self, topic: str, payload: str) -> tuple[str, str]:
        """A command to what is published then."""
        name, endpoint = topic.removeprefix(f"{self.base}/").removesuffix("/set"), ""
        if name.endswith("/get"):
            return f"{self.base}/{name[:-4]}", json.dumps(self.states[name[:-4]])
        if name not in self.states and name.rpartition("/")[0] in self.states:
            name, _, endpoint = name.rpartition("/")
        suffix = f"_{endpoint}" if endpoint else ""
        wanted = {f"{key}{suffix}": value for key, value in json.loads(payload).items()}
        self.states.setdefault(name, {}).update(wanted)
        return f"{self.base}/{name}", json.dumps(self.states[name] | {"linkquality": 120})


MAC = "DC4F2249A3BC"


def tasmota(**more: Any) -> dict[str, Any]:
    return {
        "ip": "192.0.2.7",
        "dn": "Desk",
        "fn": ["Desk Plug", None, None, None],
        "hn": "desk-7",
        "mac": MAC,
        "md": "Sonoff Basic",
        "ty": 0,
        "if": 0,
        "ofln": "Offline",
        "onln": "Online",
        "sw": "13.1.0",
        "t": "desk",
        "state": ["OFF", "ON", "TOGGLE", "HOLD"],
        "ft": "%prefix%/%topic%/",
        "tp": ["cmnd", "stat", "tele"],
        "rl": [1, 0, 0, 0, 0, 0, 0, 0],
        "swc": [-1, -1],
        "swn": [None, None],
        "btn": [0, 0],
        "lk": 1,
        "lt_st": 0,
        "so": {"4": 0, "11": 0, "13": 0, "17": 1, "20": 0, "30": 0, "68": 0, "73": 0, "82": 0, "114": 0},
        "sho": [0, 0, 0, 0],
        "ver": 1,
        **more,
    }


class FakeTasmota:
    """Obeys commands as the firmware does: one answer on RESULT, and on POWERn for a relay."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.values: dict[str, Any] = {}

    def topic(self, prefix: int, tail: str) -> str:
        full = self.config["ft"].replace("%prefix%", self.config["tp"][prefix]).replace("%topic%", self.config["t"])
        return full + tail

    def obey(self, command: str, payload: str) -> list[tuple[str, str]]:
        if command == "STATE":
            return [(self.topic(1, "RESULT"), json.dumps({"POWER1": "OFF", "POWER2": "OFF"} | self.values))]
        if command == "STATUS":
            shutter = {"Shutter1": {"Position": 20, "Direction": 0, "Target": 20}}
            return [(self.topic(1, "STATUS10"), json.dumps({"StatusSNS": shutter}))]
        if command.startswith("POWER"):
            self.values[command] = payload
            result = {command: payload}
            return [(self.topic(1, "RESULT"), json.dumps(result)), (self.topic(1, command), payload)]
        if command.startswith("Shutter"):
            number, kind = command[-1], command[7:-1]
            position = {"Open": 100, "Close": 0, "Stop": 42}.get(kind) if kind != "Position" else int(payload)
            answer: dict[str, Any] = {f"Shutter{number}": {"Position": position, "Direction": 0, "Target": position}}
        elif command.startswith("HSBColor"):
            parts = self.values.setdefault("HSBColor", "0,0,100").split(",")
            parts[int(command[-1]) - 1] = payload
            self.values["HSBColor"] = ",".join(parts)
            answer = {"POWER1": "ON", "HSBColor": self.values["HSBColor"]}
        else:
            answer = {"POWER1": "ON", command: int(payload)}
        return [(self.topic(1, "RESULT"), json.dumps(answer))]


async def publish_all(bus: FakeBus | Any, messages: dict[str, str]) -> None:
    for topic, payload in messages.items():
        await bus.publish(topic, payload, qos=1, retain=True)
