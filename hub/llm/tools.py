"""What a language model may ask of this house: its real actions and questions, with the names of its real devices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.house.colors import NAMED
from hub.llm.house_text import plain
from hub.llm.messages import LISTED, Function, Tool
from hub.stages import Entity, House

_SWITCHED = frozenset({"light", "switch", "fan", "climate"})
_KINDS = {"light": "light", "switch": "switch", "fan": "fan", "cover": "blind", "lock": "lock", "climate": "heating"}
DOMAINS = {kind: domain for domain, kind in _KINDS.items()}
_PERCENT = {"type": "integer", "minimum": 0, "maximum": 100}
_MAX_NAMES = 3000


@dataclass(frozen=True, slots=True)
class HouseTool:
    """One kind of call, and the intent that it is carried out as. is_question: nothing changes by it.

    domains: of the devices that it is about. values: parameters besides the device. by_kind: a room or a kind will do.
    """

    name: str
    description: str
    intent: str
    domains: Collection[str]
    values: Mapping[str, Any] = field(default_factory=dict)
    by_kind: bool = True
    is_question: bool = False
    response: str = "default"

    def parameters(self, fits: Sequence[Entity]) -> dict[str, Any]:
        """A JSON schema; properties in the order in which our server has them written."""
        about: dict[str, Any] = {"name": _listed(plain(entity.name) for entity in fits)}
        if self.by_kind:
            if areas := {plain(entity.area) for entity in fits if entity.area}:
                about["area"] = _listed(areas)
            about["kind"] = _one_of(_KINDS[entity.domain] for entity in fits)
        return {
            "type": "object",
            "properties": {**self.values, **about},
            "required": list(self.values) if self.by_kind else [*self.values, "name"],
            "minProperties": len(self.values) + 1,
        }


_COLORS = sorted(name for name, rgb in NAMED.items() if any(rgb))
HOUSE_TOOLS: Sequence[HouseTool] = (
    HouseTool("turn_on", "Switch on.", "HassTurnOn", _SWITCHED),
    HouseTool("turn_off", "Switch off.", "HassTurnOff", _SWITCHED),
    HouseTool("open", "Open blinds or a gate.", "HassTurnOn", {"cover"}, response="cover"),
    HouseTool("close", "Close blinds or a gate.", "HassTurnOff", {"cover"}, response="cover"),
    HouseTool("lock", "Lock a door.", "HassTurnOn", {"lock"}, response="lock"),
    HouseTool("run", "Start a scene or press a button.", "HassTurnOn", {"scene", "button"}, by_kind=False),
    HouseTool("set_brightness", "Percent.", "HassLightSet", {"light"}, {"brightness": _PERCENT}, response="brightness"),
    HouseTool(
        "set_color",
        "Colour of lights.",
        "HassLightSet",
        {"light"},
        {"color": {"type": "string", "enum": _COLORS}},
        response="color",
    ),
    HouseTool("set_position", "Percent open.", "HassSetPosition", {"cover"}, {"position": _PERCENT}),
    HouseTool("set_speed", "Percent, of a fan.", "HassFanSetSpeed", {"fan"}, {"percentage": _PERCENT}),
    HouseTool(
        "set_temperature",
        "Degrees wanted of the heating.",
        "HassClimateSetTemperature",
        {"climate"},
        {"temperature": {"type": "integer", "minimum": 5, "maximum": 90}},
    ),
    HouseTool(
        "get_state",
        "How a device is now.",
        "HassGetState",
        _SWITCHED | {"cover", "lock", "sensor", "binary_sensor"},
        by_kind=False,
        is_question=True,
        response="one",
    ),
)
BY_NAME: Mapping[str, HouseTool] = {tool.name: tool for tool in HOUSE_TOOLS}


def tools_of(house: House) -> list[Tool]:
    """Those that something in this house can do, always in one order: the prompt begins with them."""
    exposed = [entity for entity in house.entities() if entity.exposed][:_MAX_NAMES]
    found = ((tool, [entity for entity in exposed if entity.domain in tool.domains]) for tool in HOUSE_TOOLS)
    return [Tool(Function(tool.name, tool.description, tool.parameters(fits))) for tool, fits in found if fits]


def _one_of(values: Iterable[str]) -> dict[str, Any]:
    return {"type": "string", "enum": sorted({value for value in values if value})}


def _listed(values: Iterable[str]) -> dict[str, Any]:
    """Names that stand in the house's text: the grammar needs them, the prompt does not need them again."""
    return {**_one_of(values), LISTED: True}
