"""Which of all announced entities the house keeps, and under which ids: the same in whatever order they came.

A device may be announced twice, by zigbee2mqtt's list and by its Home Assistant discovery. The richer reader goes
first, device by device; the other one's entities wait hidden, until the first withdraws the device.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from hub.house.discovery import Announced

_MAX_NAMESAKES = 200  # entities that ask for one id; more of them cost more than a message may


@dataclass(frozen=True, slots=True, eq=False)
class _Claim:
    rank: int
    announced: Announced


@dataclass(slots=True)
class _Device:
    """All claims of one device id. Counters, so that a device of thousands of entities costs no more each."""

    claims: dict[_Claim, None] = field(default_factory=dict)
    ranks: Counter[int] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)

    def add(self, claim: _Claim) -> None:
        self.claims[claim] = None
        self.ranks[claim.rank] += 1
        if claim.announced.area is not None:
            self.areas[claim.announced.area] += 1

    def drop(self, claim: _Claim) -> None:
        del self.claims[claim]
        self.ranks -= Counter([claim.rank])
        if claim.announced.area is not None:
            self.areas -= Counter([claim.announced.area])

    @property
    def best(self) -> tuple[int, str | None]:
        """Rank of its richest reader, and its room."""
        return min(self.ranks, default=0), min(self.areas, default=None)


@dataclass(slots=True)
class Change:
    """Entities by the id that they had (gone) or have now (come). refused: those with too many of their name."""

    gone: list[tuple[str, Announced]] = field(default_factory=list)
    come: list[tuple[str, Announced]] = field(default_factory=list)
    refused: list[Announced] = field(default_factory=list)


class Roster:
    """Entities by source; each is kept, or hidden by a richer reader's."""

    def __init__(self) -> None:
        self._sources: dict[str, list[_Claim]] = {}
        self._devices: dict[str, _Device] = {}  # by device id
        self._claims: dict[str, dict[_Claim, None]] = {}  # by the entity id that is asked for
        self._kept: dict[str, dict[str, tuple[_Claim, Announced]]] = {}  # by that id: by the id that was given
        self._count = 0

    def __len__(self) -> int:
        """Announced entities, hidden ones too."""
        return self._count

    def count(self, source: str) -> int:
        return len(self._sources.get(source, ()))

    def replace(self, source: str, rank: int, announced: Iterable[Announced]) -> Change:
        """Put ``announced`` in the place of what the source announced before. rank: 0 goes before 1."""
        change = Change()
        old, new = self._sources.pop(source, []), [_Claim(rank, each) for each in announced]
        device_ids = {device_id for claim in (*old, *new) for device_id in claim.announced.device_ids}
        before = {device_id: self._best(device_id) for device_id in device_ids}
        for claim in old:
            self._drop(claim)
        taken = [claim for claim in new if self._add(claim)]
        change.refused = [claim.announced for claim in new if claim not in taken]
        if taken:
            self._sources[source] = taken
        touched = {claim.announced.entity_id: None for claim in (*old, *new)}
        for device_id in sorted(device_ids):
            if self._best(device_id) != before[device_id] and device_id in self._devices:
                touched |= {claim.announced.entity_id: None for claim in self._devices[device_id].claims}
        for wanted in touched:
            self._settle(wanted, change)
        return change

    def _best(self, device_id: str) -> tuple[int, str | None] | None:
        device = self._devices.get(device_id)
        return None if device is None else device.best

    def _add(self, claim: _Claim) -> bool:
        namesakes = self._claims.setdefault(claim.announced.entity_id, {})
        if len(namesakes) >= _MAX_NAMESAKES:
            return False
        namesakes[claim] = None
        self._count += 1
        for device_id in claim.announced.device_ids:
            self._devices.setdefault(device_id, _Device()).add(claim)
        return True

    def _drop(self, claim: _Claim) -> None:
        self._count -= 1
        namesakes = self._claims[claim.announced.entity_id]
        del namesakes[claim]
        if not namesakes:
            del self._claims[claim.announced.entity_id]
        for device_id in claim.announced.device_ids:
            device = self._devices[device_id]
            device.drop(claim)
            if not device.claims:
                del self._devices[device_id]

    def _settle(self, wanted: str, change: Change) -> None:
        """Give out one id anew: the first of its namesakes has it, each other one has a longer one of its own."""
        shown = [claim for claim in self._claims.get(wanted, ()) if not self._hidden(claim)]
        shown.sort(key=lambda claim: (claim.rank, claim.announced.key))
        before, after = self._kept.pop(wanted, {}), {}
        for place, claim in enumerate(shown):
            given = wanted if place == 0 else f"{wanted}_{_short(claim.announced.key)}"
            after[given] = (claim, self._in_its_room(claim.announced))
        for given, (claim, announced) in before.items():
            now = after.get(given)
            if now is not None and now[0] is claim and now[1].area == announced.area:
                after[given] = (claim, announced)
            else:
                change.gone.append((given, announced))
        change.come += [(given, now[1]) for given, now in after.items() if before.get(given) != now]
        if after:
            self._kept[wanted] = after

    def _hidden(self, claim: _Claim) -> bool:
        return any(self._devices[each].best[0] < claim.rank for each in claim.announced.device_ids)

    def _in_its_room(self, announced: Announced) -> Announced:
        """An entity without a room stands where its device does, whichever reader knows that."""
        if announced.area is not None:
            return announced
        rooms = [room for each in announced.device_ids if (room := self._devices[each].best[1]) is not None]
        return replace(announced, area=min(rooms)) if rooms else announced


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:6]
