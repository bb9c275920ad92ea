"""How busy and warm the box was, a row every five minutes, for thirty days."""

from __future__ import annotations

from hub.machine import Sample
from hub.store.database import Database

KEPT_SECONDS = 30 * 24 * 3600
_INSERT = """
    INSERT OR REPLACE INTO machine_samples
    (at, cpu_percent, memory_percent, hub_cpu_percent, hub_memory_mb, temperature_c) VALUES (?, ?, ?, ?, ?, ?)
"""
_SINCE = """
    SELECT at, cpu_percent, memory_percent, hub_cpu_percent, hub_memory_mb, temperature_c
    FROM machine_samples WHERE at >= ? ORDER BY at
"""
_MOST_ROWS = KEPT_SECONDS // 300 + 1
_PRUNE = """
    DELETE FROM machine_samples WHERE at < ?
    OR at <= (SELECT at FROM machine_samples ORDER BY at DESC LIMIT 1 OFFSET ?)
"""  # by number, too: a clock that ran ahead once must not keep rows for ever


class SampleStore:
    """Never makes anybody wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, sample: Sample) -> None:
        row = (
            sample.at,
            sample.cpu_percent,
            sample.memory_percent,
            sample.hub_cpu_percent,
            sample.hub_memory_mb,
            sample.temperature_c,
        )
        self._database.offer((_INSERT, row), (_PRUNE, (sample.at - KEPT_SECONDS, _MOST_ROWS)))

    async def since(self, at: int) -> list[Sample]:
        """Oldest first. Raises StoreLost."""
        return [Sample(*row) for row in await self._database.rows(_SINCE, (at,))]
