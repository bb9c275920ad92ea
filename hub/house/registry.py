"""The house as the broker tells it: announced devices, their states, and the notes that people made on them."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hub.bus.routes import Message
from hub.errors import BrokerLost
from hub.house import discovery
from hub.house.backlog import Backlog
from hub.house.device import LiveDevice
from hub.house.dialect import Outgoing
from hub.house.discovery import Announced
from hub.house.file import HouseFile
from hub.house.hearing import Hearing, Listening, OnState
from hub.house.problems import Problems
from hub.house.reader import HomeAssistantReader, Part, Reader
from hub.house.roster import Roster
from hub.stages import Area, Entity

MAX_ENTITIES = 10_000  # announced; one that two readers know counts twice
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
        bridges: Sequence[Reader] = (),
        notes: HouseFile | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """prefix: of Home Assistant's discovery. bridges: readers that go before it where both know a device, the
        richest first. notes: what people wrote on rooms and devices (house.toml).
        """
        self._bus = bus
        self._devices: dict[str, LiveDevice] = {}  # by entity_id
        self._roster = Roster()
        self._digests: dict[str, bytes] = {}  # of what each source announces, without those that had a problem
        self._hearing = Hearing(bus, clock)
        self._problems = Problems()
        self._backlog = Backlog()
        self._version = 1
        self._areas: tuple[int, tuple[Area, ...]] = (0, ())  # names version, and the rooms then
        self.renote(notes or HouseFile())
        for rank, reader in enumerate([*bridges, HomeAssistantReader(prefix)]):
            for pattern in reader.patterns:
                bus.listen(pattern, partial(self._on_message, rank, reader), large=reader.large)

    @property
    def names_version(self) -> int:
        return self._version

    @property
    def problems(self) -> Mapping[str, str]:
        """Announcements that were refused, by topic, in a list with the entry: why. The newest hundred."""
        return self._problems.texts

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

    def questions(self) -> Sequence[Outgoing]:
        """What to send to devices that can be reached and have not told their state."""
        silent = [device for device in self._devices.values() if device.told("state") is None]
        return [message for device in silent if device.entity.available for message in device.announced.asks]

    def renote(self, notes: HouseFile) -> None:
        """Put other notes in the place of those before; devices keep their states."""
        self._notes = {note.id: note for note in notes.device}
        self._rooms = {area.name: area for area in notes.areas()}
        for entity_id, device in self._devices.items():
            device.rename(self._identity(entity_id, device.announced))
        self._version += 1

    async def settled(self, seconds: float = _SETTLE_SECONDS) -> bool:
        """Wait until all that the broker had retained, announcements and then their states, is known; False if late."""
        try:
            async with asyncio.timeout(seconds):
                await self._bus.synced(seconds)
                while await self._backlog.empty():  # its devices have state topics of their own
                    await self._bus.synced(seconds)
        except (BrokerLost, TimeoutError) as error:
            _log.warning("the house is not wholly known yet: %s", error or f"nothing came for {seconds:g} s")
            return False
        return True

    async def read_large(self) -> None:
        """Until cancelled: read large announcements beside the event loop. Without it they are read in it."""
        await self._backlog.run(self._on_part)

    def _on_message(self, rank: int, reader: Reader, message: Message) -> None:
        if self._backlog.takes(reader, message):
            self._backlog.add(rank, reader, message)
            return
        for part in reader.read(message):
            self._on_part(rank, part)

    def _on_part(self, rank: int, part: Part) -> None:
        digest = hashlib.sha256(part.content).digest()
        if digest != self._digests.get(part.source):  # devices repeat themselves whenever Home Assistant starts
            self._digests.pop(part.source, None)
            if self._take(rank, part):
                self._digests[part.source] = digest

    def _take(self, rank: int, part: Part) -> bool:
        """Put what this source announces now in the place of what it announced before; whether it is all in order."""
        found = part.read()
        problems = [problem.message for problem in found.problems]
        room = max(0, MAX_ENTITIES - len(self._roster) + self._roster.count(part.source))
        problems += [_full(each) for each in found.entities[room:]]
        change = self._roster.replace(part.source, rank, found.entities[:room])
        problems += [_twice(each, each.entity_id) for each in change.refused]
        old = [device for entity_id, announced in change.gone if (device := self._pop(entity_id, announced))]
        for gone in old:
            self._hearing.leave(gone)
        new = [device for entity_id, each in change.come if (device := self._add(entity_id, each, problems))]
        self._hearing.tidy([topic for device in old for topic in discovery.topics(device.announced)])
        self._problems.note(part.source, problems)
        if {_spoken(device.entity) for device in old} != {_spoken(device.entity) for device in new}:
            self._version += 1
        return bool(found.entities) and not problems

    def _pop(self, entity_id: str, announced: Announced) -> LiveDevice | None:
        device = self._devices.get(entity_id)
        return self._devices.pop(entity_id) if device is not None and device.announced is announced else None

    def _add(self, entity_id: str, announced: Announced, problems: list[str]) -> LiveDevice | None:
        """None if there is no room for its topics, or for its name."""
        device = LiveDevice(announced, self._identity(entity_id, announced))
        if entity_id in self._devices:
            problems.append(_twice(announced, entity_id))
        elif not self._hearing.join(device):
            problems.append(_full(announced))
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


def _full(announced: Announced) -> str:
    return f"{announced.key[:200]!r}: the house is full ({MAX_ENTITIES} entities); remove some"


def _twice(announced: Announced, entity_id: str) -> str:
    return f"{announced.key[:200]!r}: {entity_id} is announced too often; rename one"


def _spoken(entity: Entity) -> tuple[object, ...]:
    """What names, grammars and prompts are made of."""
    return (
        *(entity.entity_id, entity.name, entity.area, entity.aliases),
        *(entity.device_class, entity.sensitive, entity.exposed),
    )
