"""Turn records on disk: the newest ones, with or without the words that were said."""

from __future__ import annotations

import logging

import msgspec

from hub.config import StoreSection
from hub.privacy import without_words
from hub.store import audit
from hub.store.database import Database, Row, Statement
from hub.trace import Trace

_log = logging.getLogger(__name__)

_INSERT = "INSERT INTO turns (turn, started, record) VALUES (?, ?, ?)"
_PRUNE = "DELETE FROM turns WHERE id <= (SELECT max(id) FROM turns) - ?"


class TurnStore:
    """Adds finished turns and finds them again. ``[store] turns = 0`` keeps no records, only the audit log."""

    def __init__(self, database: Database, section: StoreSection) -> None:
        self._database, self._section = database, section

    def keep(self, section: StoreSection) -> None:
        """From the next turn on."""
        self._section = section

    def add(self, trace: Trace) -> None:
        """Queue the record and its audit entries, written together; never waits, never raises."""
        section = self._section
        statements = audit.appending(trace, with_sentence=section.transcripts, days=section.audit_days)
        if section.turns:
            statements += self._recording(trace)
        if statements:
            self._database.offer(*statements)

    async def latest(self, limit: int) -> list[Trace]:
        """Newest first. Raises StoreLost."""
        return _traces(await self._database.rows("SELECT record FROM turns ORDER BY id DESC LIMIT ?", (limit,)))

    async def get(self, turn: str) -> Trace | None:
        """None: no such turn, or older than what is kept. Raises StoreLost."""
        found = _traces(await self._database.rows("SELECT record FROM turns WHERE turn = ?", (turn,)))
        return found[0] if found else None

    def _recording(self, trace: Trace) -> list[Statement]:
        kept = trace if self._section.transcripts else without_words(trace)
        record = kept.json().decode()
        return [(_INSERT, (trace.turn, trace.started, record)), (_PRUNE, (self._section.turns,))]


def _traces(rows: list[Row]) -> list[Trace]:
    """A record that this version cannot read is left out: one old turn must not hide the others."""
    traces = []
    for (record,) in rows:
        try:
            traces.append(msgspec.json.decode(record, type=Trace))
        except msgspec.DecodeError as error:
            _log.warning("a stored turn cannot be read: %s", error)
    return traces
