"""The audit log: every command to a device, who asked for it, from where, and what proved it."""

from __future__ import annotations

import msgspec

from hub.store.database import Database, Statement
from hub.trace import Trace

ENTRIES_KEPT = 100_000  # years of a household, about 30 MB


class AuditEntry(msgspec.Struct, frozen=True):
    """One command to one device.

    at: start of its turn, UTC. sentence: None where transcripts are not kept. evidence_*: None without proof.
    """

    at: str
    turn: str
    satellite: str
    area: str | None
    sentence: str | None
    entity: str
    command: str
    topic: str
    payload: str
    outcome: str
    evidence_topic: str | None
    evidence_payload: str | None
    evidence_after_ms: float | None


_COLUMNS = ", ".join(AuditEntry.__struct_fields__)
_INSERT = f"INSERT INTO audit ({_COLUMNS}) VALUES ({', '.join('?' * len(AuditEntry.__struct_fields__))})"  # noqa: S608 - our own field names
_PRUNE = "DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?"


def entries(trace: Trace, *, with_sentence: bool) -> list[AuditEntry]:
    """One entry for each action of a turn."""
    return [
        AuditEntry(
            at=trace.started,
            turn=trace.turn,
            satellite=trace.satellite,
            area=trace.area,
            sentence=trace.transcript if with_sentence else None,
            entity=action.entity,
            command=action.command,
            topic=action.topic,
            payload=action.payload,
            outcome=action.outcome,
            evidence_topic=action.evidence.topic if action.evidence else None,
            evidence_payload=action.evidence.payload if action.evidence else None,
            evidence_after_ms=action.evidence.after_ms if action.evidence else None,
        )
        for action in trace.actions
    ]


def appending(trace: Trace, *, with_sentence: bool) -> list[Statement]:
    """The statements that add a turn's actions; none if it did nothing."""
    inserts: list[Statement] = [
        (_INSERT, msgspec.structs.astuple(entry)) for entry in entries(trace, with_sentence=with_sentence)
    ]
    return [*inserts, (_PRUNE, (ENTRIES_KEPT,))] if inserts else []


class AuditLog:
    """Reads the log; turns write it (``TurnStore.add``), in the same transaction as their record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, limit: int, *, entity: str | None = None) -> list[AuditEntry]:
        """Newest first, of one entity if given. Raises StoreLost."""
        where, parameters = ("WHERE entity = ?", (entity, limit)) if entity else ("", (limit,))
        rows = await self._database.rows(
            f"SELECT {_COLUMNS} FROM audit {where} ORDER BY id DESC LIMIT ?",  # noqa: S608 - our own text
            parameters,
        )
        return [AuditEntry(*row) for row in rows]
