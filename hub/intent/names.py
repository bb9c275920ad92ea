"""The names of a house as lists for the sentence matcher, kept small for houses of thousands of devices."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from hassil.expression import TextChunk
from hassil.intents import SlotList, TextSlotList, TextSlotValue
from hassil.util import normalize_text

from hub.intent.spoken import spoken_forms
from hub.stages import Area, Entity

NEAREST = 3
# Names are near by their letters ("bad light", "Bed Light") or by a whole word and some letters ("bed lamp").
_NEAR_RATIO = 0.66
_NEAR_RATIO_WORD = 0.5


def spoken_domains(entity: Entity) -> tuple[str, ...]:
    """Domains that an entity's name stands for in sentences: a button is pressed, and run like a script."""
    return ("button", "script") if entity.domain == "button" else (entity.domain,)


@dataclass(frozen=True, slots=True)
class HouseName:
    """said: a way to say ``written``. key: its letters and digits, to find it in a sentence."""

    key: str
    said: str
    written: str
    context: dict[str, Any]


class HouseNames:
    """Names, aliases, rooms and floors at one ``names_version``, for one language."""

    def __init__(self, entities: Iterable[Entity], areas: Sequence[Area], language: str) -> None:
        self._names = [name for entity in entities if entity.exposed for name in _entity_names(entity, language)]
        rooms = [(area.name, alias) for area in areas for alias in (area.name, *area.aliases)]
        floors = [(floor, floor) for floor in dict.fromkeys(area.floor for area in areas) if floor]
        self._areas = [name for written, alias in rooms for name in _names(written, alias, {}, language)]
        self._floors = [name for written, alias in floors for name in _names(written, alias, {}, language)]
        self.language = language

    def lists_for(self, text: str) -> dict[str, SlotList]:
        """Slot lists of the names that occur in ``text``: the matcher tries every value of a list."""
        letters = _letters(text)
        return {
            "name": _slot_list("name", self._names, letters),
            "area": _slot_list("area", self._areas, letters),
            "floor": _slot_list("floor", self._floors, letters),
        }

    @property
    def kinds(self) -> dict[str, Sequence[HouseName]]:
        """Devices, rooms and floors, by the list that they are said in."""
        return {"name": self._names, "area": self._areas, "floor": self._floors}

    def has(self, name: str) -> bool:
        """Whether a device, room or floor is called that."""
        letters = _letters(name)
        return any(entry.key == letters for entry in (*self._names, *self._areas, *self._floors))

    def device(self, name: str) -> str | None:
        """How the device that is called that is written; None without one."""
        return _written(self._names, name)

    def area(self, name: str) -> str | None:
        """How the room that is called that is written; None without one."""
        return _written(self._areas, name)

    def nearest(self, name: str) -> tuple[str, ...]:
        """Written names most like one that nothing is called, the most alike first."""
        written = {entry.said.lower(): entry.written for entry in (*self._names, *self._areas, *self._floors)}
        close = get_close_matches(name.lower(), written, n=4 * NEAREST, cutoff=_NEAR_RATIO_WORD)
        near = [said for said in close if _is_near(name.lower(), said)]
        return tuple(dict.fromkeys(written[said] for said in near))[:NEAREST]


def _written(names: Iterable[HouseName], name: str) -> str | None:
    letters = _letters(name)
    return next((entry.written for entry in names if entry.key == letters), None)


def _is_near(one: str, other: str) -> bool:
    shared = not set(one.split()).isdisjoint(other.split())
    return shared or SequenceMatcher(None, one, other).ratio() >= _NEAR_RATIO


def _entity_names(entity: Entity, language: str) -> Iterable[HouseName]:
    for domain in spoken_domains(entity):
        context = {"domain": domain}
        if entity.device_class is not None:
            context["device_class"] = entity.device_class
        for alias in (entity.name, *entity.aliases):
            yield from _names(entity.name, alias, context, language)


def _names(written: str, alias: str, context: dict[str, Any], language: str) -> Iterable[HouseName]:
    """The alias as written, and as it is said where that differs ("Lamp 2", "lamp two")."""
    forms = {
        said.casefold(): said for said in (*reversed(spoken_forms(alias, language)), normalize_text(alias).strip())
    }
    return (HouseName(_letters(said), said, written, context) for said in forms.values() if _letters(said))


def _slot_list(name: str, names: Iterable[HouseName], letters: str) -> TextSlotList:
    values = [
        TextSlotValue(text_in=TextChunk(entry.said), value_out=entry.written, context=entry.context)
        for entry in names
        if entry.key in letters
    ]
    return TextSlotList(name=name, values=values)


def _letters(text: str) -> str:
    """Only letters and digits, without case: what no spelling of a name can differ in."""
    return "".join(char for char in unicodedata.normalize("NFC", text).casefold() if char.isalnum())
