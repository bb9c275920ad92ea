"""Guesses the rooms of devices that have none from what they are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import msgspec

from hub.stages import Area, Entity, House

_PREFIX_LETTERS = 5  # "Küchenlampe" is of the Küche; "Badge" is not of the Bad
# Rooms as devices are named after them, where the house has no room yet.
_USUAL = (
    *("Kitchen", "Living Room", "Bedroom", "Bathroom", "Hallway", "Office", "Garage", "Garden", "Attic", "Basement"),
    *("Küche", "Wohnzimmer", "Schlafzimmer", "Badezimmer", "Flur", "Büro", "Kinderzimmer", "Garten", "Keller"),
    *("Cuisine", "Salon", "Chambre", "Salle de bain", "Couloir", "Bureau", "Jardin", "Grenier", "Cave"),
    *("Cocina", "Salón", "Dormitorio", "Baño", "Pasillo", "Oficina", "Garaje", "Jardín", "Ático", "Sótano"),
    *("Keuken", "Woonkamer", "Slaapkamer", "Badkamer", "Gang", "Kantoor", "Tuin", "Zolder", "Kelder"),
)


class Suggestion(msgspec.Struct, frozen=True):
    """known: the house has that room already."""

    entity_id: str
    name: str
    room: str
    known: bool


def suggestions(house: House) -> list[Suggestion]:
    """One for each device without a room whose name has a room's name in it, by room; the house's own rooms first."""
    areas = house.areas()
    return sorted(_suggested(areas, house.entities()), key=lambda one: (not one.known, one.room, one.name))


def _suggested(areas: Sequence[Area], entities: Sequence[Entity]) -> Iterator[Suggestion]:
    usual = [Area(name) for name in _USUAL]
    for entity in entities:
        if entity.area is None and entity.exposed:
            own = _room_in(entity.name, areas)
            if room := own or _room_in(entity.name, usual):
                yield Suggestion(entity.entity_id, entity.name, room, known=own is not None)


def _room_in(name: str, rooms: Sequence[Area]) -> str | None:
    """The room with the longest name or alias that is in ``name``: as whole words, or as the beginning of a word."""
    words = f" {_folded(name)} "
    called = {folded: room.name for room in rooms for said in (room.name, *room.aliases) if (folded := _folded(said))}
    found = [each for each in called if f" {each} " in words]
    found = found or [each for each in called if len(each) >= _PREFIX_LETTERS and f" {each}" in words]
    return called[max(found, key=len)] if found else None


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold().replace("_", " ")))
