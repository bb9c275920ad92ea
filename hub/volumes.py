"""How loud each satellite plays what the hub sends it; kept over restarts, and changed by voice or over MQTT."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import numpy as np

from hub.errors import StoreLost
from hub.health import SatelliteStatus
from hub.stages import Granted, Intent, Result, Told
from hub.store.database import Database
from wire.pcm import Pcm

_log = logging.getLogger(__name__)

INTENTS = frozenset({"HassSetVolume", "HassSetVolumeRelative"})
STEP_PERCENT = 10
MOST_SATELLITES = 256
_SET = "INSERT OR REPLACE INTO volumes (satellite, percent) VALUES (?, ?)"


class Volumes:
    """100 % plays sound as it was made. Without a database it forgets at the hub's end."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._percent: dict[str, int] = {}

    async def load(self) -> None:
        """A store that is lost costs the volumes, not the hub."""
        if self._database is None:
            return
        try:
            rows = await self._database.rows("SELECT satellite, percent FROM volumes LIMIT ?", (MOST_SATELLITES,))
        except StoreLost as error:
            _log.warning("volumes are not read: %s", error)
            return
        self._percent = {str(satellite): int(percent) for satellite, percent in rows}

    def of(self, satellite: str) -> int:
        return self._percent.get(satellite, 100)

    def put(self, satellite: str, percent: int) -> None:
        """At once; on the disk soon. percent: what is beyond 0 to 100 is brought there."""
        if satellite not in self._percent and len(self._percent) >= MOST_SATELLITES:
            return
        self._percent[satellite] = max(0, min(100, percent))
        if self._database is not None:
            self._database.offer((_SET, (satellite, self._percent[satellite])))

    def played(self, satellite: str, pcm: Pcm) -> Pcm:
        """16-bit sound as loud as that satellite plays it: half the volume sounds half as loud (a quarter of it)."""
        percent = self.of(satellite)
        if percent == 100 or pcm.width_bytes != 2:
            return pcm
        quieter = np.frombuffer(pcm.data, "<i2") * (percent / 100) ** 2
        return Pcm(pcm.rate_hz, pcm.width_bytes, pcm.channels, np.rint(quieter).astype("<i2").tobytes())


class VolumeActor:
    """A stages.Actor for INTENTS: of the satellites in a room that is named, else of the one that was spoken to."""

    def __init__(self, volumes: Volumes, satellites: Callable[[], Sequence[SatelliteStatus]]) -> None:
        self._volumes, self._satellites = volumes, satellites

    async def carry_out(
        self,
        intent: Intent,
        *,
        area: str | None,
        satellite: str = "",
        granted: Granted = "",  # noqa: ARG002 nobody minds
    ) -> Result:
        meant = self._meant(intent, area, satellite)
        if "name" in intent.slots or not meant:
            return Result("unsupported", problem=intent.name)
        for name in meant:
            self._volumes.put(name, self._wanted(intent, name))
        return Result("answered", told=(Told("volume_set", {"volume": self._volumes.of(meant[0])}),))

    def _meant(self, intent: Intent, area: str | None, satellite: str) -> list[str]:
        known = {status.name: status.area for status in self._satellites()}
        room = str(intent.slots.get("area") or area or "").casefold()
        if satellite in known and (not intent.slots.get("area") or (known[satellite] or "").casefold() == room):
            return [satellite]
        return [name for name, its in known.items() if its is not None and its.casefold() == room]

    def _wanted(self, intent: Intent, satellite: str) -> int:
        if intent.name == "HassSetVolume":
            return int(intent.slots.get("volume_level", 100))
        step = intent.slots.get("volume_step", "up")
        if step in {"up", "down"}:
            step = STEP_PERCENT if step == "up" else -STEP_PERCENT
        return self._volumes.of(satellite) + int(step)
