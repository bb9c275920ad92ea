"""What somebody wants told in other rooms: "tell everyone upstairs dinner is ready"."""

from __future__ import annotations

from typing import Protocol

from hub.audience import Audience
from hub.chime import chime
from hub.ringing import Rooms
from hub.stages import Granted, House, Intent, Result, Told
from wire.errors import EarshotError

INTENTS = frozenset({"HassBroadcast"})
MOST_CHARACTERS = 500


class Speaking(Protocol):
    """See hub.ringing.RoomAnnouncer. rooms: None before there are any."""

    rooms: Rooms | None


class AnnounceActor:
    """A stages.Actor for INTENTS. Where it was said it is not said again: they have heard it."""

    def __init__(self, house: House, announcer: Speaking) -> None:
        self._house, self._announcer = house, announcer

    async def carry_out(
        self,
        intent: Intent,
        *,
        area: str | None,  # noqa: ARG002 the satellite says where
        satellite: str = "",
        granted: Granted = "",  # noqa: ARG002 nobody minds
    ) -> Result:
        """Done when it was heard; told are the rooms where it was."""
        text = " ".join(str(intent.slots.get("message", "")).split())[:MOST_CHARACTERS]
        rooms = self._announcer.rooms
        if not text or rooms is None:
            return Result("unsupported", problem=intent.name)
        places = {status.name: status.area for status in rooms.statuses() if status.state != "lost"}
        named = tuple(str(intent.slots[slot]) for slot in ("area", "floor") if intent.slots.get(slot))
        audience = Audience(rooms=named).in_house(self._house.areas())
        meant = tuple(name for name, room in places.items() if name != satellite and audience.has(name, room))
        heard: list[str] = []
        if meant:
            try:
                heard = await rooms.tell(text, audience=Audience(satellites=meant), before=chime)
            except EarshotError as error:
                return Result("refused", told=(Told("announced_nowhere"),), problem=error.code)
        if not heard:
            return Result("refused", told=(Told("announced_nowhere"),), problem="nobody-there")
        return Result("answered", told=(Told("announced", {"rooms": [places[name] or name for name in heard]}),))
