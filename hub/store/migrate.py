"""Makes the database file what this version needs before anybody uses it: checked, migrated, readable by us alone."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from hub.errors import StoreLost

APPLICATION_ID = 0x45617273  # "Ears": tells our file from any other SQLite database
BUSY_SECONDS = 5.0
_DISK_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
_FILE_NAME = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema. version: 1, 2, 3, … without gaps. sql: statements that leave transactions alone."""

    version: int
    sql: str


def migrations() -> tuple[Migration, ...]:
    """Every ``migrations/NNNN_name.sql`` of this version, in order."""
    found = {entry.name: entry for entry in (files("hub.store") / "migrations").iterdir()}
    return tuple(
        Migration(int(match[1]), found[name].read_text("utf-8"))
        for name in sorted(found)
        if (match := _FILE_NAME.fullmatch(name))
    )


def prepare(path: Path, steps: Sequence[Migration]) -> None:
    """Create, check and migrate the database at ``path``; blocks, so call it in a thread.

    Raises StoreLost: store-corrupt, store-newer (both leave the file as it is), store-unusable.
    """
    try:
        _create_private(path)
        unclean = path.with_name(path.name + "-wal").exists()
        with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
            if unclean:  # the only time a check of the whole file is worth its reads
                _check(connection, path)
            version = _version(connection, path, newest=steps[-1].version)  # before anything is written
            connection.execute("PRAGMA journal_mode = WAL")
            for step in steps[version:]:
                _apply(connection, step)
    except (OSError, sqlite3.Error) as error:
        raise translated(error, path) from error


def is_disk_trouble(error: sqlite3.Error) -> bool:
    """True: the file or its disk is at fault, and the same statements may succeed later."""
    return _primary_code(error) in _DISK_TROUBLE


def translated(error: Exception, path: Path) -> StoreLost:
    """What a person can do about an error of SQLite or of the file system."""
    code = _primary_code(error)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreLost(
            "store-corrupt", f"{path} is damaged ({error}); stop the hub, move it away or restore a backup"
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreLost("store-full", f"no room left for {path}; free some space on that disk")
    return StoreLost("store-unusable", f"{path}: {error}; make the folder writable for the hub, check the disk")


def _primary_code(error: Exception) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)  # absent where the module itself complains
    return code & 0xFF  # the other bits say where


def _create_private(path: Path) -> None:
    """SQLite gives its side files (-wal, -shm) the mode of the main file, so that one decides."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)  # a restored backup may have come wide open


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreLost(
            "store-corrupt", f"{path} is damaged ({verdict}); stop the hub, move it away or restore a backup"
        )


def _version(connection: sqlite3.Connection, path: Path, *, newest: int) -> int:
    """The file's schema, 0 for a new file. Raises StoreLost for what is not ours to migrate."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables == 0:
        return 0
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise StoreLost("store-corrupt", f"{path} is a database of another program; move it away")
    version: int = connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
    if version > newest:
        raise StoreLost(
            "store-newer",
            f"{path} was written by a newer Earshot (schema {version}, this one knows {newest}); "
            "install that version again, or move the file away",
        )
    return version


def _apply(connection: sqlite3.Connection, step: Migration) -> None:
    """One step and its version number, wholly or not at all."""
    try:
        script = f"""
            BEGIN IMMEDIATE;
            PRAGMA application_id = {APPLICATION_ID};
            CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT;
            {step.sql}
            INSERT INTO schema_version VALUES ({step.version}, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
            COMMIT;
        """  # noqa: S608 - version is an int, and PRAGMA takes no parameters
        connection.executescript(script)
    finally:
        if connection.in_transaction:
            connection.rollback()
