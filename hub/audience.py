"""Who is to hear something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audience:
    """Names of satellites and of rooms; both empty is everybody."""

    satellites: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()

    def has(self, satellite: str, room: str | None) -> bool:
        if not self.satellites and not self.rooms:
            return True
        return satellite in self.satellites or (room is not None and room.casefold() in map(str.casefold, self.rooms))


EVERYBODY = Audience()
