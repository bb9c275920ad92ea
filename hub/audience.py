"""Who is to hear something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hub.stages import Area


@dataclass(frozen=True, slots=True)
class Audience:
    """Names of satellites and of rooms; both empty is everybody."""

    satellites: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()

    def has(self, satellite: str, room: str | None) -> bool:
        if not self.satellites and not self.rooms:
            return True
        return satellite in self.satellites or (room is not None and room.casefold() in map(str.casefold, self.rooms))

    def in_house(self, areas: Iterable[Area]) -> Audience:
        """With a floor's rooms for its name, and a room for its alias; names that nobody knows stay as they are."""
        known = tuple(areas)
        rooms = (room for name in self.rooms for room in (_rooms(name.casefold(), known) or (name,)))
        return replace(self, rooms=tuple(dict.fromkeys(rooms)))


def _rooms(called: str, areas: Iterable[Area]) -> tuple[str, ...]:
    return tuple(
        area.name
        for area in areas
        if called in {area.name.casefold(), (area.floor or "").casefold(), *map(str.casefold, area.aliases)}
    )


EVERYBODY = Audience()
