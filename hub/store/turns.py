"""Turn records on disk: the newest ones, with or without the words that were said."""

from __future__ import annotations

import logging
from typing import Literal

import msgspec

from hub.config import StoreSection
from hub.evidence import TurnEvidence
from hub.privacy import without_words
from hub.store import audit
from hub.store.database import Database, Row, Statement
from hub.trace import Trace

_log = logging.getLogger(__name__)

_INSERT = "INSERT INTO turns (turn, started, record) VALUES (?, ?, ?)"
_PRUNE = "DELETE FROM turns WHERE id <= (SELECT max(id) FROM turns) - ?"
_EXPLAIN = "INSERT OR REPLACE INTO evidence (turn, record) VALUES (?, ?)"
_NEWEST = "SELECT record, mark, note FROM turns LEFT JOIN turn_marks USING (turn)"
_BEFORE = "turns.id < coalesce((SELECT id FROM turns WHERE turn = ?), 0)"
_MARK = """
    INSERT OR REPLACE INTO turn_marks (turn, mark, note) SELECT turn, ?, ? FROM turns WHERE turn = ?
"""

Mark = Literal["false-wake", "meant", "right"]


class MarkedTurn(msgspec.Struct, frozen=True):
    """A record, and what people said about the turn. note: what was meant."""

    trace: Trace
    mark: Mark | None = None
    note: str = ""


class TurnStore:
    """Adds finished turns and finds them again. ``[store] turns = 0`` keeps no records, only the audit log."""

    def __init__(self, database: Database, section: StoreSection) -> None:
        self._database, self._section = database, section

    def keep(self, section: StoreSection) -> None:
        """From the next turn on."""
        self._section = section

    def add(self, trace: Trace, evidence: TurnEvidence | None = None) -> None:
        """Queue the record and its audit entries, written together; never waits, never raises.

        evidence: kept with the record, where words may be kept.
        """
        section = self._section
        statements = audit.appending(trace, with_sentence=section.transcripts, days=section.audit_days)
        if section.turns:
            statements += self._recording(trace, evidence)
        if statements:
            self._database.offer(*statements)

    async def latest(self, limit: int) -> list[Trace]:
        """Newest first. Raises StoreLost."""
        return [turn.trace for turn in await self.marked(limit)]

    async def marked(self, limit: int, *, before: str | None = None) -> list[MarkedTurn]:
        """Newest first; before: only those older than this turn. Raises StoreLost."""
        where, which = (f" WHERE {_BEFORE}", (before,)) if before else ("", ())
        return _turns(await self._database.rows(f"{_NEWEST}{where} ORDER BY turns.id DESC LIMIT ?", (*which, limit)))

    async def since(self, started: str) -> list[MarkedTurn]:
        """Those that began at ``started`` (UTC) or later, oldest first. Raises StoreLost."""
        return _turns(await self._database.rows(f"{_NEWEST} WHERE started >= ? ORDER BY turns.id", (started,)))

    async def get(self, turn: str) -> Trace | None:
        """None: no such turn, or older than what is kept. Raises StoreLost."""
        found = await self.find(turn)
        return found.trace if found else None

    async def find(self, turn: str) -> MarkedTurn | None:
        """None: no such turn, or older than what is kept. Raises StoreLost."""
        found = _turns(await self._database.rows(f"{_NEWEST} WHERE turns.turn = ?", (turn,)))
        return found[0] if found else None

    async def evidence(self, turn: str) -> TurnEvidence | None:
        """None: nothing was kept. Raises StoreLost."""
        rows = await self._database.rows("SELECT record FROM evidence WHERE turn = ?", (turn,))
        try:
            return msgspec.json.decode(rows[0][0], type=TurnEvidence) if rows else None
        except msgspec.DecodeError as error:
            _log.warning("what explains turn %s cannot be read: %s", turn, error)
            return None

    async def mark(self, turn: str, mark: Mark, note: str = "") -> None:
        """In the place of an earlier mark; on the disk when this returns. Raises StoreLost."""
        await self._database.write((_MARK, (mark, note, turn)))

    async def remove(self, turn: str) -> None:
        """With what explains it; on the disk when this returns. The audit log keeps what was done. Raises StoreLost."""
        await self._database.write(("DELETE FROM turns WHERE turn = ?", (turn,)))

    def _recording(self, trace: Trace, evidence: TurnEvidence | None) -> list[Statement]:
        kept = trace if self._section.transcripts else without_words(trace)
        recording: list[Statement] = [(_INSERT, (trace.turn, trace.started, kept.json().decode()))]
        if evidence and self._section.transcripts:
            recording.append((_EXPLAIN, (trace.turn, evidence.json().decode())))
        return [*recording, (_PRUNE, (self._section.turns,))]


def _turns(rows: list[Row]) -> list[MarkedTurn]:
    """A record that this version cannot read is left out: one old turn must not hide the others."""
    turns = []
    for record, mark, note in rows:
        try:
            turns.append(MarkedTurn(msgspec.json.decode(record, type=Trace), mark, note or ""))
        except msgspec.DecodeError as error:
            _log.warning("a stored turn cannot be read: %s", error)
    return turns
