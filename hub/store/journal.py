"""What the hub remembers of its turns, whether or not the disk plays along: the store's one face to the rest."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.config import StoreSection
from hub.errors import StoreLost
from hub.evidence import TurnEvidence
from hub.health import Component, lost
from hub.privacy import without_words
from hub.store.audit import AuditEntry, AuditLog
from hub.store.database import Database
from hub.store.turns import MarkedTurn, TurnStore
from hub.trace import Trace

_log = logging.getLogger(__name__)

IN_MEMORY = 50  # turns that the status page can still show when the disk cannot


class Journal:
    """An async context manager that a lost store never stops: then it remembers the last turns in memory only."""

    def __init__(self, path: Path, section: StoreSection) -> None:
        self._database = Database(path)
        self._turns = TurnStore(self._database, section)
        self._audit = AuditLog(self._database)
        self._section = section
        self._recent: deque[Trace] = deque(maxlen=min(IN_MEMORY, section.turns))
        self._lost: StoreLost | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._stack.enter_async_context(self._database)
        except StoreLost as error:
            _log.error("turns are not stored: %s", error)
            self._lost = error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def database(self) -> Database | None:
        """None where there is none that could be opened."""
        return None if self._lost else self._database

    def keep(self, section: StoreSection) -> None:
        """Other bounds, from the next turn on; what is kept already goes with it."""
        self._section = section
        self._turns.keep(section)
        self._recent = deque(list(self._recent)[: section.turns], maxlen=min(IN_MEMORY, section.turns))

    def forget(self) -> None:
        """What is remembered beside the disk."""
        self._recent.clear()

    @property
    def turns(self) -> TurnStore:
        """For who looks back. Raises StoreLost where there is no database that could be opened."""
        if self._lost:
            raise self._lost
        return self._turns

    def record(self, trace: Trace, evidence: TurnEvidence | None = None) -> None:
        """Remember one finished turn, and what explains it; never waits, never raises."""
        self._recent.appendleft(trace if self._section.transcripts else without_words(trace))
        if self._lost is None:
            self._turns.add(trace, evidence)

    async def latest(self, limit: int) -> list[Trace]:
        """Newest first; from memory when the disk has trouble."""
        return [turn.trace for turn in await self.marked(limit)]

    async def marked(self, limit: int, *, before: str | None = None) -> list[MarkedTurn]:
        """Newest first; before: only those older than this turn. From memory when the disk has trouble."""
        if self._lost is None and self._database.trouble is None:
            try:
                return await self._turns.marked(limit, before=before)
            except StoreLost as error:
                _log.warning("turns cannot be read: %s", error)
        return [MarkedTurn(trace) for trace in self._recent if before is None or trace.turn < before][:limit]

    async def find(self, turn: str) -> MarkedTurn | None:
        """None: no such turn, or older than what is kept; from memory when the disk has trouble."""
        if self._lost is None and self._database.trouble is None:
            return await self._turns.find(turn)
        return next((MarkedTurn(trace) for trace in self._recent if trace.turn == turn), None)

    async def evidence(self, turn: str) -> TurnEvidence | None:
        """None: nothing that explains it was kept. Raises StoreLost."""
        return None if self._lost else await self._turns.evidence(turn)

    async def forget_turn(self, turn: str) -> None:
        """Delete one turn's record and what explains it. Raises StoreLost."""
        kept = [trace for trace in self._recent if trace.turn != turn]
        self._recent.clear()
        self._recent.extend(kept)
        await self.turns.remove(turn)

    async def actions(self, limit: int, *, entity: str | None = None) -> list[AuditEntry]:
        """The audit log, newest first. Raises StoreLost: it is never made up from memory."""
        if self._lost:
            raise self._lost
        return await self._audit.latest(limit, entity=entity)

    async def proofs(self) -> list[tuple[str, float]]:
        """Entities and how long they took to prove a command (milliseconds), oldest first; none without the disk."""
        try:
            return [] if self._lost else await self._audit.proofs()
        except StoreLost as error:
            _log.warning("deadlines are learned anew: %s", error)
            return []

    def component(self) -> Component:
        """Turns go on without the store: its loss only degrades the hub."""
        if self._lost:
            return lost("store", self._lost, required=False)
        trouble, dropped = self._database.trouble, self._database.dropped
        missing = f"; {dropped} records were not stored" if dropped else ""
        if trouble:
            return Component("store", "degraded", trouble.message + missing, trouble.code, required=False)
        return Component("store", "ok", missing.removeprefix("; "), required=False)
