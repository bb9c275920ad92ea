"""The database file: what was acknowledged survives, what is wrong is named, and nothing of it stops the hub."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from hub.errors import StoreLost
from hub.store.database import Database
from hub.store.migrate import Migration, migrations, prepare

ROOT = Path(__file__).resolve().parents[2]
INSERT = "INSERT INTO turns (turn, started, record) VALUES (?, '2026-11-20T18:02:11.120Z', ?)"
COUNT = "SELECT count(*) FROM turns"
EARLIER = [Migration(1, "CREATE TABLE notes (text TEXT NOT NULL) STRICT;")]
LATER = [*EARLIER, Migration(2, "ALTER TABLE notes ADD COLUMN room TEXT NOT NULL DEFAULT 'hall';")]

WRITER = """
import asyncio, sys
from pathlib import Path
from hub.store.database import Database

async def main(path, insert, number):
    async with Database(Path(path)) as database:
        while True:
            await database.write((insert, (str(number), "x" * 3000)), ("DELETE FROM turns WHERE id <= ?", (0,)))
            print(number, flush=True)
            number += 1

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "var" / "earshot.db"


def row(number):
    return (INSERT, (str(number), "{}"))


def fill(path):
    """Write until nothing more fits on that disk."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


async def count(database):
    return (await database.rows(COUNT))[0][0]


@contextmanager
def small_disk(folder: Path):
    """A file system of 512 KiB in memory."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


async def test_a_write_is_there_when_it_is_acknowledged(path):
    async with Database(path) as database:
        await database.write(row(1), row(2))
        assert await count(database) == 2
    async with Database(path) as database:
        assert await count(database) == 2


async def test_offered_writes_are_written_before_it_closes(path):
    async with Database(path) as database:
        for number in range(50):
            database.offer(row(number))
    async with Database(path) as database:
        assert await count(database) == 50


async def test_statements_of_one_write_become_true_together(path):
    async with Database(path) as database:
        await database.write(row(1))
        with pytest.raises(sqlite3.IntegrityError):
            await database.write(row(2), row(1))
        assert await count(database) == 1
        database.offer(row(3))
        await database.write(row(4))
        assert await count(database) == 3


async def test_reading_cannot_write(path):
    async with Database(path) as database:
        with pytest.raises(StoreLost):
            await database.rows("DELETE FROM turns")


async def test_only_we_can_read_it(path):
    path.parent.mkdir()
    path.touch(0o644)
    async with Database(path) as database:
        await database.write(row(1))
        assert {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()} == {
            "earshot.db": 0o600,
            "earshot.db-wal": 0o600,
            "earshot.db-shm": 0o600,
        }


async def test_leaving_twice_and_writing_afterwards_do_no_harm(path):
    database = Database(path)
    async with database:
        pass
    await database.__aexit__(None, None, None)
    database.offer(row(1))
    assert database.dropped == 1
    with pytest.raises(StoreLost):
        await database.write(row(2))


async def test_the_bodys_own_error_comes_out_as_it_is(path):
    async def fail():
        async with Database(path) as database:
            database.offer(row(1))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with Database(path) as database:
        assert await count(database) == 1


async def test_cancelling_the_owner_closes_it(path):
    entered = asyncio.Event()

    async def own():
        async with Database(path):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(own())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not path.with_name("earshot.db-wal").exists()  # closed cleanly; the leak guard looks for its threads


async def test_a_full_queue_drops_the_oldest_and_counts(path):
    async with Database(path, queue_writes=4) as database:
        for number in range(10):  # the writer has had no turn yet
            database.offer(row(number))
        assert database.dropped == 6
        await database.write(row(99))
        kept = [turn for (turn,) in await database.rows("SELECT turn FROM turns ORDER BY id")]
    assert kept == ["7", "8", "9", "99"]


@pytest.mark.parametrize("round_", range(3))
def test_kill_9_loses_nothing_that_was_acknowledged(path, round_):
    acknowledged = []
    for start in (0, 1_000_000):  # the second life begins with what the first one left
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), INSERT, str(start)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            acknowledged += [process.stdout.readline().strip() for _ in range(20 + 7 * round_)]
            os.kill(process.pid, signal.SIGKILL)
            acknowledged += process.stdout.read().split()
    assert path.with_name("earshot.db-wal").exists()
    prepare(path, migrations())  # checks the whole file, because of that
    with closing(sqlite3.connect(path)) as connection:
        there = {turn for (turn,) in connection.execute("SELECT turn FROM turns")}
    assert set(acknowledged) <= there
    assert len(there) <= len(acknowledged) + 2  # at most the write that was under way, of each life


def test_every_old_schema_comes_up_to_date(tmp_path):
    every = migrations()
    assert [step.version for step in every] == list(range(1, len(every) + 1))
    for newest in range(len(every)):
        path = tmp_path / f"{newest}.db"
        prepare(path, every[: newest + 1])
        prepare(path, every)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (every[-1].version,)
            connection.execute(INSERT, ("1", "{}"))


def test_a_migration_keeps_what_was_there(path):
    prepare(path, EARLIER)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO notes VALUES ('milk')")
    prepare(path, LATER)
    prepare(path, LATER)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM notes").fetchall() == [("milk", "hall")]


def test_a_migration_that_fails_leaves_the_file_as_it_was(path):
    prepare(path, EARLIER)
    broken = [*EARLIER, Migration(2, "CREATE TABLE half (x TEXT) STRICT; CREATE TABLE notes (again TEXT) STRICT;")]
    with pytest.raises(StoreLost):
        prepare(path, broken)
    with closing(sqlite3.connect(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert tables == {"schema_version", "notes"}
    prepare(path, LATER)


def test_a_newer_database_is_refused_and_left_alone(path):
    prepare(path, LATER)
    before = path.read_bytes()
    with pytest.raises(StoreLost) as caught:
        prepare(path, EARLIER)
    assert caught.value.code == "store-newer"
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database " * 500, b"SQLite format 3\x00" + b"\xff" * 8192])
async def test_a_damaged_file_is_refused_and_left_alone(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreLost) as caught:
        await Database(path).__aenter__()
    assert caught.value.code == "store-corrupt"
    assert path.read_bytes() == content


async def test_damage_inside_is_found_after_a_crash(path):
    async with Database(path) as database:
        for number in range(200):
            database.offer((INSERT, (str(number), "x" * 500)))
    content = bytearray(path.read_bytes())
    content[8192:40960] = b"\xa5" * (40960 - 8192)
    path.write_bytes(content)
    path.with_name("earshot.db-wal").touch()  # what a crash leaves behind
    with pytest.raises(StoreLost) as caught:
        await Database(path).__aenter__()
    assert caught.value.code == "store-corrupt"


def test_another_programs_database_is_refused_and_left_alone(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(StoreLost) as caught:
        prepare(path, migrations())
    assert caught.value.code == "store-corrupt"
    assert path.read_bytes() == before


async def test_a_place_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreLost) as caught:
        await Database(tmp_path / "file" / "earshot.db").__aenter__()
    assert caught.value.code == "store-unusable"
    assert str(tmp_path) in caught.value.message


async def test_a_full_disk_is_waited_out(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with small_disk(tmp_path / "disk") as disk:
        async with Database(disk / "earshot.db", jitter=lambda: 0) as database:
            await database.write(row(1))
            ballast = disk / "ballast"
            fill(ballast)
            big = (INSERT, ("2", "x" * 60_000))
            with pytest.raises(StoreLost) as caught:
                await database.write(big)
            assert caught.value.code == "store-full"
            database.offer(big)
            with pytest.raises(StoreLost):  # at once, not after the writes that wait
                await asyncio.wait_for(database.write(row(3)), 10)
            assert await count(database) == 1  # what is there can still be read
            ballast.unlink()
            async with asyncio.timeout(20):
                while database.trouble:
                    await asyncio.sleep(0.05)
            assert await count(database) == 2
            assert database.dropped == 0
    assert "can be written again" in caplog.text


async def test_a_full_disk_does_not_hold_up_the_end(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        async with Database(disk / "earshot.db") as database:
            for number in range(20):
                database.offer((INSERT, (str(number), "x" * 100_000)))
        assert database.dropped > 0
        assert database.trouble.code == "store-full"
        async with Database(disk / "earshot.db") as again:
            assert await count(again) == 20 - database.dropped
