"""The house as the broker tells it: announced devices, their states, and the notes that people made on them."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from hub.bus.routes import Message
from hub.errors import BrokerLost
from hub.house import discovery
from hub.house.device import LiveDevice
from hub.house.discovery import Announced
from hub.house.file import HouseFile
from hub.house.hearing import Hearing, Listening, OnState
from hub.stages import Area, Entity

MAX_ENTITIES = 10_000
_MAX_PROBLEMS = 100
_SETTLE_SECONDS = 10.0
_log = logging.getLogger(__name__)


class HouseRegistry:
    """A stages.House. Made before the bus connects or after, it learns the same.

    A device that disappears while the broker is away is kept until its announcement is withdrawn: a broker that lost
    its retained messages must not empty the house.
    """

    def __init__(
        self,
        bus: Listening,
        *,
        prefix: str = "homeassistant",
        notes: HouseFile | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """prefix: of discovery. notes: what people wrote on rooms and devices (house.toml)."""
        notes = notes or HouseFile()
        self._bus, self._prefix = bus, prefix
        self._notes = {note.id: note for note in notes.device}
        self._rooms = {area.name: area for area in notes.areas()}
        self._devices: dict[str, LiveDevice] = {}  # by entity_id
        self._announced: dict[str, tuple[bytes, tuple[str, ...]]] = {}  # by discovery topic: digest, entity ids
        self._hearing = Hearing(bus, clock)
        self._problems: dict[str, str] = {}
        self._version = 1
        self._areas: tuple[int, tuple[Area, ...]] = (0, ())  # names version, and the rooms then
        for pattern in discovery.patterns(prefix):
            bus.listen(pattern, self._on_announcement)

    @property
    def names_version(self) -> int:
        return self._version

    @property
    def problems(self) -> Mapping[str, str]:
        """Announcements that were refused, by discovery topic: why. The newest hundred."""
        return MappingProxyType(self._problems)

    def areas(self) -> Sequence[Area]:
        version, areas = self._areas
        if version != self._version:
            version, rooms = self._version, dict(self._rooms)
            for entity in self.entities():
                if entity.area is not None:
                    rooms.setdefault(entity.area, Area(entity.area))
            areas = tuple(rooms.values())
            self._areas = (version, areas)
        return areas

    def entities(self) -> Sequence[Entity]:
        devices = list(self._devices.values())  # one step: grammars are made of it in threads while devices come and go
        return tuple(device.entity for device in devices)

    def device(self, entity_id: str) -> LiveDevice | None:
        return self._devices.get(entity_id)

    def on_state(self, callback: OnState) -> Callable[[], None]:
        """Call back with an entity before and after each message that changed it; returns what ends it.

        As quick as callbacks of the bus, and as little may it raise.
        """
        return self._hearing.on_state(callback)

    async def settled(self, seconds: float = _SETTLE_SECONDS) -> bool:
        """Wait until all that the broker had retained, announcements and then their states, is known; False if late."""
        try:
            async with asyncio.timeout(seconds):
                await self._bus.synced(seconds)
        except (BrokerLost, TimeoutError) as error:
            _log.warning("the house is not wholly known yet: %s", error or f"nothing came for {seconds:g} s")
            return False
        return True

    def _on_announcement(self, message: Message) -> None:
        """Put what this topic announces now in the place of what it announced before."""
        digest = hashlib.sha256(message.payload).digest()
        known, old_ids = self._announced.get(message.topic, (b"", ()))
        if digest == known:
            return  # devices repeat themselves whenever Home Assistant starts
        found = discovery.read(self._prefix, message.topic, message.payload)
        old = [self._devices.pop(entity_id) for entity_id in old_ids]
        for gone in old:
            self._hearing.leave(gone)
        problems = [problem.message for problem in found.problems]
        new = [device for each in found.entities if (device := self._take(each, problems)) is not None]
        self._hearing.tidy([topic for device in old for topic in discovery.topics(device.announced)])
        self._announced.pop(message.topic, None)
        if new:
            self._announced[message.topic] = (digest, tuple(device.entity.entity_id for device in new))
        self._note_problems(message.topic, problems)
        if {_spoken(device.entity) for device in old} != {_spoken(device.entity) for device in new}:
            self._version += 1

    def _take(self, announced: Announced, problems: list[str]) -> LiveDevice | None:
        """Add one entity; None if there is no room for it, or for its name."""
        entity_id = announced.entity_id
        if entity_id in self._devices:  # two devices ask for one id: the later one gets a longer one, always the same
            entity_id += "_" + hashlib.sha256(announced.key.encode()).hexdigest()[:6]
        device = LiveDevice(announced, self._identity(entity_id, announced))
        if entity_id in self._devices:
            problems.append(f"{announced.key[:200]!r}: {entity_id} is announced twice; rename one")
        elif len(self._devices) >= MAX_ENTITIES or not self._hearing.join(device):
            problems.append(f"{announced.key[:200]!r}: the house is full ({MAX_ENTITIES} entities); remove some")
        else:
            self._devices[entity_id] = device
            return device
        return None

    def _identity(self, entity_id: str, announced: Announced) -> Entity:
        entity = Entity(
            entity_id=entity_id,
            domain=announced.domain,
            name=announced.name,
            area=announced.area,
            device_class=announced.device_class,
            unit=announced.unit,
            exposed=announced.exposed,
        )
        note = self._notes.get(entity_id)
        return entity if note is None else note.noted_on(entity)

    def _note_problems(self, topic: str, problems: Sequence[str]) -> None:
        """Log each once; a peer that sends a new broken one every second is seen once a hundred others came."""
        old = self._problems.pop(topic, None)
        if not problems:
            return
        text = "; ".join(problems[:3])
        if old is None:
            _log.warning("discovery-invalid: %s", text)
        self._problems[topic] = text
        if len(self._problems) > _MAX_PROBLEMS:
            del self._problems[next(iter(self._problems))]


def _spoken(entity: Entity) -> tuple[object, ...]:
    """What names, grammars and prompts are made of."""
    return (
        *(entity.entity_id, entity.name, entity.area, entity.aliases),
        *(entity.device_class, entity.sensitive, entity.exposed),
    )
