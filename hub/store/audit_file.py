"""The audit log read from its file, with or without a hub that runs: for the command line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.errors import StoreLost
from hub.store.audit import COLUMNS, AuditEntry
from hub.store.chain import Broken, Ends, Link, first_broken
from hub.store.migrate import BUSY_SECONDS, translated

_OLDEST_FIRST = f"SELECT id, {COLUMNS} FROM audit ORDER BY id"  # noqa: S608 - our own field names
_ENDS = "SELECT anchor_id, anchor, head_id, head FROM audit_chain"


@dataclass(frozen=True, slots=True)
class Verified:
    """sealed, unsealed: entries with a hash, and from before there was one. head: hash of the newest, to be noted."""

    sealed: int
    unsealed: int
    head: str
    broken: Broken | None


class AuditFile:
    """A context manager: the log as it is at one moment, whatever the hub writes meanwhile. Blocks on the disk.

    Everything raises StoreLost.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            try:
                self._connection = stack.enter_context(closing(_connect(self._path)))
                # Opened read-only, SQLite leaves its side files behind, and the next hub takes them for a power cut.
                self._connection.execute("PRAGMA query_only = ON")
                self._connection.execute("BEGIN")
                ends = self._connection.execute(_ENDS).fetchone()
            except sqlite3.Error as error:
                raise self._lost(error) from error
            self._stack = stack.pop_all()
        self._ends = Ends(*ends) if ends else Ends(0, "", 0, "")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def latest(
        self,
        limit: int,
        *,
        entity: str | None = None,
        area: str | None = None,
        satellite: str | None = None,
        skip: int = 0,
    ) -> list[AuditEntry]:
        """Newest first, only of what is given. satellite: where it was said. skip: newer ones that were seen."""
        wanted = {"entity": entity, "area": area, "satellite": satellite}
        given = {name: value for name, value in wanted.items() if value}
        where = "WHERE " + " AND ".join(f"{name} = ?" for name in given) if given else ""
        sql = f"SELECT id, {COLUMNS} FROM audit {where} ORDER BY id DESC LIMIT ? OFFSET ?"  # noqa: S608 - our own text
        return [entry for _, entry in self._rows(sql, (*given.values(), limit, skip))]

    def values(self) -> dict[str, list[str]]:
        """What there is to look for: entities, areas and satellites that are in the log, in order."""
        found = {}
        for name in ("entity", "area", "satellite"):
            sql = f"SELECT DISTINCT {name} FROM audit WHERE {name} <> '' ORDER BY {name} LIMIT 1000"  # noqa: S608 - ours
            found[name] = [str(value) for (value,) in self._connection.execute(sql)]
        return found

    def entries(self) -> Iterator[AuditEntry]:
        """All, oldest first."""
        return (entry for _, entry in self._rows(_OLDEST_FIRST))

    def verify(self) -> Verified:
        sealed = unsealed = 0

        def links() -> Iterator[Link]:
            nonlocal sealed, unsealed
            for number, entry in self._rows(_OLDEST_FIRST):
                sealed += entry.hash is not None
                unsealed += entry.hash is None
                yield Link(number, entry.text(), entry.previous, entry.hash)

        broken = first_broken(self._ends, links())
        return Verified(sealed, unsealed, self._ends.head, broken)

    def _rows(self, sql: str, parameters: tuple[str | int, ...] = ()) -> Iterator[tuple[int, AuditEntry]]:
        try:
            with closing(self._connection.execute(sql, parameters)) as cursor:
                for number, *fields in cursor:
                    yield number, AuditEntry(*fields)
        except sqlite3.Error as error:
            raise self._lost(error) from error

    def _lost(self, error: sqlite3.Error) -> StoreLost:
        if not self._path.exists():
            return StoreLost("store-unusable", f"{self._path} is not there; a hub makes it when it starts")
        if "no such table" in str(error):
            return StoreLost("store-unusable", f"{self._path} is not of this version yet; start the hub once")
        return translated(error, self._path)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_SECONDS)
