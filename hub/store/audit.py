"""The audit log: every command to a device, who asked for it, from where, why, and what proved it; a hash chain."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from hub.store import chain
from hub.store.database import Database, Statement
from hub.trace import Trace

ENTRIES_KEPT = 100_000  # years of a household, about 50 MB
_PRUNED_AT_ONCE = 100  # so that an hour with a wrong clock does not cost the whole log
LOG_ITSELF = "audit.log"  # in an entity's place, where entries of the log itself were deleted
_PROOFS_READ = 20_000  # entries


class AuditEntry(msgspec.Struct, frozen=True):
    """One command to one device, also one that was refused, or that was asked about and not done.

    at: start of its turn, UTC. sentence: None where transcripts are not kept. evidence_*: None without proof.
    why: what started it where no sentence did (a rule, a routine). problem: code of the turn's error. via: the way it
    came in. granted: what was shown for it. person: who showed it. These are None where nothing is known.
    previous, hash: the chain; None from before there was one.
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
    why: str | None = None
    problem: str | None = None
    via: str | None = None
    granted: str | None = None
    person: str | None = None
    previous: str | None = None
    hash: str | None = None

    def text(self) -> str:
        """What its hash covers, besides the hash before."""
        return chain.canonical({name: getattr(self, name) for name in _SEALED})


_SEALED = AuditEntry.__struct_fields__[:-2]
COLUMNS = ", ".join(AuditEntry.__struct_fields__)
_INSERT = f"""
    INSERT INTO audit ({COLUMNS})
    SELECT {", ".join("?" * len(_SEALED))}, head, {chain.SEAL}(head, ?)
    FROM (SELECT coalesce((SELECT head FROM audit_chain), '') AS head)
"""  # noqa: S608 - our own field names
_MOVE_HEAD = """
    UPDATE audit_chain SET (head_id, head) = (SELECT id, hash FROM audit WHERE id = last_insert_rowid())
"""
# ?1: entries kept, ?2: what is older goes. The newest entry is never older.
_LAST_TO_GO = f"""
    min((SELECT max(id) FROM (SELECT id FROM audit ORDER BY id LIMIT {_PRUNED_AT_ONCE})),
        max((SELECT max(id) FROM audit) - ?1, (SELECT id - 1 FROM audit WHERE at >= ?2 ORDER BY id LIMIT 1)))
"""  # noqa: S608 - our own number
_MOVE_ANCHOR = f"""
    UPDATE audit_chain SET anchor_id = gone.id, anchor = gone.hash
    FROM (SELECT id, hash FROM audit WHERE id <= {_LAST_TO_GO} AND hash IS NOT NULL ORDER BY id DESC LIMIT 1) AS gone
"""  # noqa: S608 - our own text
_PRUNE = f"DELETE FROM audit WHERE id <= {_LAST_TO_GO}"  # noqa: S608 - our own text
_ANCHOR_BEFORE_HEAD = """
    UPDATE audit_chain SET (anchor_id, anchor) = (SELECT id - 1, previous FROM audit WHERE id = head_id)
"""
_PROOFS = """
    SELECT entity, evidence_after_ms FROM audit
    WHERE id > (SELECT max(id) FROM audit) - ? AND evidence_after_ms IS NOT NULL ORDER BY id
"""


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
            evidence_after_ms=float(action.evidence.after_ms) if action.evidence else None,
            why=trace.why or None,
            problem=trace.error.code if trace.error else None,
            via=trace.via or None,
            granted=trace.granted or None,
            person=trace.person or None,
        )
        for action in trace.actions
    ]


def appending(trace: Trace, *, with_sentence: bool, days: int) -> list[Statement]:
    """The statements that add a turn's actions and remove what is too old; none if it did nothing."""
    added: list[Statement] = []
    for entry in entries(trace, with_sentence=with_sentence):
        added += [(_INSERT, (*msgspec.structs.astuple(entry)[:-2], entry.text())), (_MOVE_HEAD, ())]
    if not added:
        return []
    oldest = (datetime.fromisoformat(trace.started) - timedelta(days=days)).isoformat()
    bounds = (ENTRIES_KEPT, oldest)
    return [*added, (_MOVE_ANCHOR, bounds), (_PRUNE, bounds)]


def pruning(at: str, entries: int) -> list[Statement]:
    """The statements that delete the whole log but for one new entry, sealed like all, which says so.

    It follows the entry that was the last, whose hash becomes the chain's beginning: a head that was noted still tells.
    """
    entry = AuditEntry(
        at=at,
        turn="",
        satellite="",
        area=None,
        sentence=None,
        entity=LOG_ITSELF,
        command="delete",
        topic="",
        payload="",
        outcome="confirmed",
        evidence_topic=None,
        evidence_payload=None,
        evidence_after_ms=None,
        why=f"{entries} entries were deleted on purpose",
    )
    return [
        (_INSERT, (*msgspec.structs.astuple(entry)[:-2], entry.text())),
        (_MOVE_HEAD, ()),
        (_ANCHOR_BEFORE_HEAD, ()),
        ("DELETE FROM audit WHERE id < (SELECT head_id FROM audit_chain)", ()),
    ]


class AuditLog:
    """Reads the log; turns write it (``TurnStore.add``), in the same transaction as their record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def latest(self, limit: int, *, entity: str | None = None) -> list[AuditEntry]:
        """Newest first, of one entity if given. Raises StoreLost."""
        where, parameters = ("WHERE entity = ?", (entity, limit)) if entity else ("", (limit,))
        rows = await self._database.rows(
            f"SELECT {COLUMNS} FROM audit {where} ORDER BY id DESC LIMIT ?",  # noqa: S608 - our own text
            parameters,
        )
        return [AuditEntry(*row) for row in rows]

    async def proofs(self) -> list[tuple[str, float]]:
        """Entities and how long they took to prove a command (milliseconds), oldest first. Raises StoreLost."""
        return [(entity, after_ms) for entity, after_ms in await self._database.rows(_PROOFS, (_PROOFS_READ,))]
