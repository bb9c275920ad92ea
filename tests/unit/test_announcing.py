"""What is to be told in other rooms is told there, and what comes of it is what was heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from hub.announcing import AnnounceActor
from hub.audience import Audience
from hub.health import SatelliteStatus
from hub.stages import Area, Intent
from tests.fakes_house import FakeHouse
from wire.errors import EarshotError
from wire.pcm import Pcm

AREAS = (Area("Kitchen", "Ground Floor"), Area("Bedroom", "Upstairs"), Area("Office", "Upstairs"))
PLACES = {"kitchen": "Kitchen", "bed": "Bedroom", "desk": "Office", "porch": None}


@dataclass
class Satellites:
    """deaf: those that nobody heard to the end."""

    states: Mapping[str, str] = field(default_factory=dict)
    deaf: tuple[str, ...] = ()
    gone: bool = False
    told: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def statuses(self) -> list[SatelliteStatus]:
        return [
            SatelliteStatus(name, area, "", self.states.get(name, "idle"), muted=False) for name, area in PLACES.items()
        ]

    async def tell(self, text: str, *, audience: Audience, before: Callable[[int], Pcm]) -> list[str]:
        assert before(16_000).frames
        if self.gone:
            raise EarshotError("satellite-none", "no satellite is connected")
        self.told.append((text, audience.satellites))
        return [name for name in audience.satellites if name not in self.deaf]


@dataclass
class Speaking:
    rooms: Satellites | None


async def told(satellites: Satellites | None, **slots: str) -> tuple[str, list[str]]:
    actor = AnnounceActor(FakeHouse((), AREAS), Speaking(satellites))
    intent = Intent("HassBroadcast", {"message": "dinner is ready", **slots}, "default", "en", "")
    result = await actor.carry_out(intent, area="Kitchen", satellite="kitchen")
    return result.kind, [room for one in result.told for room in one.values.get("rooms", [])]


async def test_everybody_else_hears_it() -> None:
    satellites = Satellites()
    assert await told(satellites) == ("answered", ["Bedroom", "Office", "porch"])
    assert satellites.told == [("dinner is ready", ("bed", "desk", "porch"))]


@pytest.mark.parametrize(
    ("slots", "rooms"), [({"floor": "Upstairs"}, ["Bedroom", "Office"]), ({"area": "office"}, ["Office"])]
)
async def test_a_floor_or_a_room_hears_it(slots: dict[str, str], rooms: list[str]) -> None:
    assert await told(Satellites(), **slots) == ("answered", rooms)


async def test_what_nobody_heard_is_not_said_to_be_done() -> None:
    assert await told(Satellites(deaf=("bed", "desk")), floor="Upstairs") == ("refused", [])
    assert await told(Satellites(states={"bed": "lost", "desk": "lost"}), floor="Upstairs") == ("refused", [])
    assert await told(Satellites(gone=True)) == ("refused", [])
    assert await told(Satellites(), area="Kitchen") == ("refused", [])  # they have heard it
    assert await told(None) == ("unsupported", [])
    assert await told(Satellites(), message=" ") == ("unsupported", [])
