"""Why rules fired, on disk; in memory alone where there is no disk."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime
from itertools import islice

import msgspec

from hub.errors import StoreLost
from hub.rules.checks import Check
from hub.rules.report import Done, Fired
from hub.store.database import Database

ENTRIES_KEPT = 5000
IN_MEMORY = 100
_log = logging.getLogger(__name__)

_INSERT = "INSERT INTO rule_firings (at, rule, cause, conditions, actions) VALUES (?, ?, ?, ?, ?)"
_PRUNE = "DELETE FROM rule_firings WHERE id <= (SELECT max(id) FROM rule_firings) - ?"
_COLUMNS = "SELECT at, rule, cause, conditions, actions FROM rule_firings"
_LAST = "SELECT rule, max(at) FROM rule_firings WHERE actions <> '[]' GROUP BY rule"


class RuleHistory:
    def __init__(self, database: Database | None) -> None:
        """database: open, or None if there is none."""
        self._database = database
        self._recent: deque[Fired] = deque(maxlen=IN_MEMORY)

    def forget(self) -> None:
        """What is remembered beside the disk."""
        self._recent.clear()

    def add(self, fired: Fired) -> None:
        """Never waits, never raises."""
        self._recent.appendleft(fired)
        if self._database is not None:
            conditions, actions = (msgspec.json.encode(part).decode() for part in (fired.conditions, fired.actions))
            values = (fired.at, fired.rule, fired.trigger, conditions, actions)
            self._database.offer((_INSERT, values), (_PRUNE, (ENTRIES_KEPT,)))

    async def latest(self, limit: int, *, rule: str | None = None) -> list[Fired]:
        """Newest first, of one rule if given; from memory when the disk has trouble."""
        if self._database is not None and self._database.trouble is None:
            where, parameters = ("WHERE rule = ?", (rule, limit)) if rule else ("", (limit,))
            try:
                rows = await self._database.rows(f"{_COLUMNS} {where} ORDER BY id DESC LIMIT ?", parameters)
            except StoreLost as error:
                _log.warning("the history of rules cannot be read: %s", error)
            else:
                return [_fired(*row) for row in rows]
        return list(islice((one for one in self._recent if rule in {None, one.rule}), limit))

    async def last_fired(self) -> dict[str, datetime]:
        """When each rule last did something; empty when that cannot be known."""
        if self._database is None:
            return {}
        try:
            return {rule: datetime.fromisoformat(at) for rule, at in await self._database.rows(_LAST)}
        except StoreLost as error:
            _log.warning("when rules fired last is not known, they may fire before their cool-down: %s", error)
            return {}


def _fired(at: str, rule: str, trigger: str, conditions: str, actions: str) -> Fired:
    return Fired(
        at,
        rule,
        trigger,
        msgspec.json.decode(conditions, type=tuple[Check, ...]),
        msgspec.json.decode(actions, type=tuple[Done, ...]),
    )
