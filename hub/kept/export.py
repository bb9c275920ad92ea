"""All that is kept as one ZIP file for people: JSON and CSV of every table, sound as it is, their own files."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import zipfile
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub.kept import files
from hub.kept.household import Household, KeptRefused
from hub.kept.kinds import Kind
from hub.store.database import Database, Row

PAGE_ROWS = 2000
_README = """This is what the hub kept of your household on {at}.

KIND/TABLE.json   every row, one JSON object each, in a list
KIND/TABLE.csv    the same for a spreadsheet
speech/           commands as they sounded (WAV), and what was heard (JSON)
settings/         the files that you wrote; passwords and the PIN are not in them
What each kind is: docs/settings.md of Earshot.
"""


class Export:
    """folder: of var, for the file until it was fetched. etc: whose TOML files are copied."""

    def __init__(self, household: Household, database: Database | None, *, folder: Path, etc: Path) -> None:
        self._household, self._database = household, database
        self._folder, self._etc = folder, etc

    async def make(self, progress: Callable[[float, float, str], None]) -> Path:
        """A new file, readable by the hub alone; one from before is deleted. Raises KeptRefused, StoreLost."""
        path = self._folder / f"earshot-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
        try:
            await self._write(path, progress)
        except OSError as error:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise KeptRefused("export-failed", f"{path}: {error.strerror}; free some space, then try again") from error
        except BaseException:  # cancelled: half a file is nobody's
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
        return path

    async def _write(self, path: Path, progress: Callable[[float, float, str], None]) -> None:
        archive = await asyncio.to_thread(_opened, path)
        try:
            readme = _README.format(at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
            await asyncio.to_thread(archive.writestr, "README.txt", readme)
            exported = [kind for kind in self._household.kinds.values() if kind.exported and kind.name != "exports"]
            present = await self._household.tables()
            for done, kind in enumerate(exported):
                progress(float(done), float(len(exported)), kind.name)
                for table in (table for table in kind.tables if table in present):
                    await self._table(archive, kind, table)
                await asyncio.to_thread(_copy, archive, kind.name, kind.paths)
            await asyncio.to_thread(_copy, archive, "settings", (self._etc / "*.toml",))
            progress(float(len(exported)), float(len(exported)), "")
        finally:
            await asyncio.to_thread(archive.close)

    async def _table(self, archive: zipfile.ZipFile, kind: Kind, table: str) -> None:
        assert self._database is not None
        columns = [
            str(name) for (name,) in await self._database.rows("SELECT name FROM pragma_table_info(?)", (table,))
        ]

        async def rows(offset: int) -> list[Row]:
            sql = f'SELECT * FROM "{table}" LIMIT ? OFFSET ?'  # noqa: S608 our own schema
            assert self._database is not None
            return await self._database.rows(sql, (PAGE_ROWS, offset))

        name = f"{kind.name}/{table}"
        await _pages(rows, lambda page, first: _json(columns, page, first), archive, f"{name}.json", end=b"\n]\n")
        await _pages(rows, lambda page, first: _csv(columns, page, first), archive, f"{name}.csv")


async def _pages(
    rows: Callable[[int], Awaitable[list[Row]]],
    text: Callable[[list[Row], bool], bytes],
    archive: zipfile.ZipFile,
    name: str,
    *,
    end: bytes = b"",
) -> None:
    with archive.open(name, "w") as entry:
        offset = 0
        while True:
            page = await rows(offset)
            await asyncio.to_thread(entry.write, text(page, offset == 0))
            offset += len(page)
            if len(page) < PAGE_ROWS:
                break
        await asyncio.to_thread(entry.write, end)


def _opened(path: Path) -> zipfile.ZipFile:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.delete((path.parent,))
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    return _Owning(os.fdopen(number, "w+b"))


class _Owning(zipfile.ZipFile):
    """Closes the file that it was given."""

    def __init__(self, file: io.BufferedRandom) -> None:
        super().__init__(file, "w", zipfile.ZIP_DEFLATED)
        self._given = file

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._given.close()


def _copy(archive: zipfile.ZipFile, name: str, paths: tuple[Path, ...]) -> None:
    for path in files.files(paths):
        try:
            archive.write(path, f"{name}/{path.name}")
        except FileNotFoundError:  # it was the oldest and had to go
            continue


def _json(columns: Sequence[str], page: Iterable[Row], first: bool) -> bytes:  # noqa: FBT001 of _pages alone
    objects = [msgspec.json.encode(dict(zip(columns, map(_readable, row), strict=True))) for row in page]
    opening = b"[\n" if first else b",\n" if objects else b""
    return opening + b",\n".join(objects)


def _csv(columns: Sequence[str], page: Iterable[Row], first: bool) -> bytes:  # noqa: FBT001 likewise
    text = io.StringIO()
    writer = csv.writer(text)
    if first:
        writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in page)
    return text.getvalue().encode()


def _readable(value: object) -> object:
    """A column that holds JSON becomes part of the object."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value


def _cell(value: object) -> object:
    """A spreadsheet must not take what was said for a formula."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value.hex() if isinstance(value, bytes) else value
