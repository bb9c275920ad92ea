"""All that is kept of a household: measured by kind, deleted by kind or altogether, so that nothing of it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from hub.kept import files
from hub.kept.kinds import REMAINING_TABLES, Kept, Kind
from hub.store import audit
from hub.store.database import Database, Statement
from wire.errors import EarshotError

REMAINS = ("owner", "settings", "broker", "models")  # what forgetting leaves; the page says it in words


class KeptRefused(EarshotError):
    """A kind that is not kept, or that cannot be deleted now."""


class Forgotten(msgspec.Struct, frozen=True):
    """What was deleted, by kind; what remains, and why is in docs/settings.md."""

    deleted: list[str]
    remains: list[str]


class Household:
    """database: None without a store; then only files are known."""

    def __init__(self, database: Database | None, kinds: Sequence[Kind]) -> None:
        self._database, self.kinds = database, {kind.name: kind for kind in kinds}

    async def all(self) -> list[Kept]:
        """Every kind, also those of which there is nothing. Raises StoreLost."""
        present = await self.tables()
        return [await self._measured(kind, present) for kind in self.kinds.values()]

    async def delete(self, name: str) -> None:
        """Delete one kind. Raises KeptRefused (kept-unknown, kept-undeletable), StoreLost."""
        if name not in self.kinds:
            raise KeptRefused("kept-unknown", f"nothing is kept as {name[:40]!r}; GET /kept lists the kinds")
        await self._delete(self.kinds[name])
        await self._shrink()

    async def forget(self, progress: Callable[[float, float, str], None]) -> Forgotten:
        """Delete all kinds, and tables that no kind knows. progress: done, total, kind. Raises as ``delete``."""
        total = float(len(self.kinds) + 1)
        for done, kind in enumerate(self.kinds.values()):
            progress(done, total, kind.name)
            await self._delete(kind)
        known = {table for kind in self.kinds.values() for table in kind.tables} | REMAINING_TABLES
        await self._write([(f'DELETE FROM "{table}"', ()) for table in await self.tables() - known])  # noqa: S608 our own schema
        progress(total - 1, total, "")
        await self._shrink()
        progress(total, total, "")
        return Forgotten(list(self.kinds), list(REMAINS))

    async def tables(self) -> set[str]:
        """Of the database, as this version of the schema has them."""
        if self._database is None:
            return set()
        rows = await self._database.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
        )
        return {str(name) for (name,) in rows}

    async def _delete(self, kind: Kind) -> None:
        await kind.before()
        present = await self.tables()
        tables = [table for table in kind.tables if table in present]
        if "audit" in tables:
            await self._write(await self._pruned())
        await self._write([(f'DELETE FROM "{table}"', ()) for table in tables if table != "audit"])  # noqa: S608 our own
        try:
            await asyncio.to_thread(files.delete, kind.paths)
        except OSError as error:
            raise KeptRefused("kept-undeletable", f"{error.filename}: {error.strerror}; delete it by hand") from error
        await kind.after()

    async def _pruned(self) -> list[Statement]:
        """The audit log is never emptied in silence: one entry says when, and how many."""
        assert self._database is not None
        ((count,),) = await self._database.rows("SELECT count(*) FROM audit")
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return audit.pruning(at, int(count)) if count else []

    async def _write(self, statements: list[Statement]) -> None:
        if statements and self._database is not None:
            await self._database.write(*statements)

    async def _shrink(self) -> None:
        if self._database is not None:
            await self._database.shrink()

    async def _measured(self, kind: Kind, present: set[str]) -> Kept:
        entries, size = await asyncio.to_thread(files.measure, kind.paths)
        oldest: str | None = None
        for table in (table for table in kind.tables if table in present):
            rows, table_size, first = await self._table(table, kind.at if table == kind.tables[0] else "")
            entries, size, oldest = (
                entries + (rows if table == kind.tables[0] else 0),
                size + table_size,
                oldest or first,
            )
        return Kept(
            kind=kind.name,
            entries=entries,
            size_bytes=size,
            oldest=oldest,
            setting=kind.setting,
            exported=kind.exported,
        )

    async def _table(self, table: str, at: str) -> tuple[int, int, str | None]:
        assert self._database is not None
        columns = [name for (name,) in await self._database.rows("SELECT name FROM pragma_table_info(?)", (table,))]
        size = " + ".join(f'coalesce(length(CAST("{name}" AS BLOB)), 0)' for name in columns)
        oldest = f'min("{at}")' if at else "NULL"
        sql = f'SELECT count(*), coalesce(sum({size}), 0), {oldest} FROM "{table}"'  # noqa: S608 our own schema
        ((rows, size_bytes, first),) = await self._database.rows(sql)
        return int(rows), int(size_bytes), None if first is None else str(first)
