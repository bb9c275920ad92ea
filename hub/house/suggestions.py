"""Guesses the rooms of devices that have none from what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from hub.house.naming import suggested_room
from hub.stages import Area, Entity, House

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
            own = suggested_room(entity.name, areas)
            if room := own or suggested_room(entity.name, usual):
                yield Suggestion(entity.entity_id, entity.name, room, known=own is not None)
