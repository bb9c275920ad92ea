"""What somebody said, as one of the words and numbers that an entity takes: modes, options, values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from hub.house.dialect import Values, number
from hub.house.errors import CannotDo
from hub.stages import Entity

# What a mode may be of each kind of entity: the attribute to set, and the one that lists its words. The first that has
# the word is meant: "auto" of an air conditioner is its mode, not its fan's.
_MODES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "climate": (
        ("preset_mode", "preset_modes"),
        ("state", "hvac_modes"),
        ("fan_mode", "fan_modes"),
        ("swing_mode", "swing_modes"),
        ("swing_horizontal_mode", "swing_horizontal_modes"),
    ),
    "fan": (("preset_mode", "preset_modes"),),
    "humidifier": (("mode", "available_modes"),),
    "light": (("effect", "effect_list"),),
    "vacuum": (("fan_speed", "fan_speed_list"),),
    "water_heater": (("state", "operation_list"),),
}
_NUMBER = re.compile(
    r"\s*(?P<minus>(?:minus|moins|menos|min)\s+)?(?P<figure>-?\d+(?:[.,]\d+)?)\s*[^\d\s]{0,12}\s*$", re.IGNORECASE
)
_NEAR = 0.75  # of difflib's ratio: "rain bows" is Rainbow, "blue" is not Blink


def mode(entity: Entity, said: str) -> Values:
    """The mode, preset, effect or suction of that name. Raises CannotDo (unknown-mode)."""
    lists = [(name, entity.attributes.get(known) or ()) for name, known in _MODES.get(entity.domain, ())]
    for find in (exact, nearest):
        for name, words in lists:
            if (word := find(said, words)) is not None:
                return {name: word}
    raise CannotDo("unknown-mode")


def value(entity: Entity, said: Any) -> Values:
    """What a number, select or text shall hold.

    Raises CannotDo (unknown-option, no-number, out-of-range, wrong-length).
    """
    match entity.domain:
        case "number":
            return {"value": _stepped(said, entity)}
        case "select":
            options = entity.attributes.get("options") or ()
            option = exact(str(said), options) or nearest(str(said), options)
            if option is None:
                raise CannotDo("unknown-option")
            return {"value": option}
        case "text":
            return {"value": _fitting(str(said), entity)}
    raise CannotDo("not-settable")


def between(given: Any, low: float, high: float) -> float:
    """A number in the range, as an int if it is whole. Raises CannotDo (no-number, out-of-range)."""
    found = numeric(given)
    if not low <= found <= high:
        raise CannotDo("out-of-range")
    return found


def numeric(given: Any) -> float:
    """As an int if it is whole. Raises CannotDo (no-number)."""
    found = number(str(given).strip().replace(",", "."))
    if found is None:
        raise CannotDo("no-number")
    return found


def exact(said: str, words: Sequence[str]) -> str | None:
    """The announced word that has the same letters and digits: "heat pump" is heat_pump."""
    return next((word for word in words if _letters(word) == _letters(said)), None)


def nearest(said: str, words: Sequence[str]) -> str | None:
    """The only announced word that is like it; two alike are none."""
    by_letters = {_letters(word): word for word in words}
    alike = get_close_matches(_letters(said), by_letters, n=2, cutoff=_NEAR)
    return by_letters[alike[0]] if len(alike) == 1 else None


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _stepped(said: Any, entity: Entity) -> float:
    """The nearest of the device's steps, which begin at its minimum."""
    low, high = float(entity.attributes.get("min", 1)), float(entity.attributes.get("max", 100))
    step = float(entity.attributes.get("step", 1))
    wanted = between(_figure(str(said)), low, high)
    stepped = round(min(low + round((wanted - low) / step) * step, high), 6)
    return int(stepped) if stepped.is_integer() else stepped


def _figure(said: str) -> str:
    """The number in "minus 5", "3000 watts", "21,5 °C"."""
    found = _NUMBER.match(said)
    return said if found is None else ("-" if found["minus"] else "") + found["figure"]


def _fitting(said: str, entity: Entity) -> str:
    if not entity.attributes.get("min", 0) <= len(said) <= entity.attributes.get("max", 255):
        raise CannotDo("wrong-length")
    return said
