"""The hub's one SQLite file under asyncio: one queue feeds one writer, reads go through a read-only connection.

Write-ahead log with ``synchronous = FULL``: a committed turn or action survives pulling the plug. That costs one
flush of a few pages per turn, some hundred a day in a household, which wears out no card; NORMAL would save them and
lose the last minutes, and with them the proof of who opened the door.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import aiosqlite

from hub.errors import StoreLost
from hub.store.chain import SEAL, seal
from hub.store.migrate import BUSY_SECONDS, Migration, is_disk_trouble, migrations, prepare, translated

_log = logging.getLogger(__name__)
logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at debug it logs every parameter: words that were said

QUEUE_WRITES = 256  # an evening's turns while a disk is full
READ_SECONDS = 5.0
RETRY_MIN_SECONDS, RETRY_MAX_SECONDS = 1.0, 60.0
_WRITER_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",  # what was deleted cannot be read from the card
    "PRAGMA journal_size_limit = 1048576",
)

Parameters = Sequence[str | float | bytes | None]
Statement = tuple[str, Parameters]
Row = tuple[Any, ...]


@dataclass(slots=True, eq=False)
class _Write:
    """Statements that become true together. done: set for a caller that waits for the disk."""

    statements: tuple[Statement, ...]
    done: asyncio.Future[None] | None = None
    shrinks: bool = False


class Database:
    """An async context manager; leaving it writes what is queued and closes both connections, always.

    Entering raises StoreLost (store-corrupt, store-newer, store-full, store-unusable).
    """

    def __init__(
        self,
        path: Path,
        *,
        queue_writes: int = QUEUE_WRITES,
        steps: Sequence[Migration] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._path, self._steps, self._jitter = path, steps, jitter
        self._queue: deque[_Write] = deque()
        self._queue_writes = queue_writes
        self._stir = asyncio.Event()  # something was queued, or the end has come
        self._end = asyncio.Event()
        self._stack = AsyncExitStack()
        self.dropped = 0
        self.trouble: StoreLost | None = None

    async def __aenter__(self) -> Self:
        steps = self._steps if self._steps is not None else await asyncio.to_thread(migrations)
        await asyncio.to_thread(prepare, self._path, steps)
        async with AsyncExitStack() as stack:
            try:
                self._writer = await stack.enter_async_context(_connect(self._path, "rw"))
                for pragma in _WRITER_PRAGMAS:
                    await self._writer.execute(pragma)
                await self._writer.create_function(SEAL, 2, seal, deterministic=True)
                self._reader = await stack.enter_async_context(_connect(self._path, "ro"))
            except sqlite3.Error as error:
                raise translated(error, self._path) from error
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            tasks.create_task(self._write_queued(), name="store.writer")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Safe to call again. The body's own error goes on untouched, not wrapped in a group."""
        self._end.set()
        self._stir.set()
        await self._stack.aclose()

    def offer(self, *statements: Statement) -> None:
        """Queue one write and go on; it is kept through trouble. A full queue drops its oldest write, counted."""
        self._enqueue(_Write(statements))

    async def write(self, *statements: Statement) -> None:
        """Write and wait until it is on the disk. Raises StoreLost; then nothing of it was written.

        While earlier writes wait for the disk to recover this does not join them, but fails at once.
        """
        if self.trouble and self._queue:
            raise StoreLost(self.trouble.code, self.trouble.message)
        done = asyncio.get_running_loop().create_future()
        self._enqueue(_Write(statements, done))
        await done

    async def shrink(self) -> None:
        """Write the file anew without what was deleted, and empty its log: nothing of it is left in either.

        Raises StoreLost (store-unusable) also where another program reads the file just now.
        """
        done = asyncio.get_running_loop().create_future()
        self._enqueue(_Write((), done, shrinks=True))
        await done

    async def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Read what was committed. Raises StoreLost."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                return [tuple(row) for row in await self._reader.execute_fetchall(sql, parameters)]
        except sqlite3.Error as error:
            raise translated(error, self._path) from error
        except TimeoutError as error:
            raise StoreLost("store-unusable", f"{self._path} does not answer; check the disk") from error

    def _enqueue(self, write: _Write) -> None:
        if self._end.is_set():
            self._drop(write)
            return
        if len(self._queue) >= self._queue_writes:
            self._drop(self._queue.popleft())
        self._queue.append(write)
        self._stir.set()

    def _drop(self, write: _Write) -> None:
        self.dropped += 1
        _fail(write, self.trouble or StoreLost("store-unusable", f"{self._path} takes no more writes now"))

    async def _write_queued(self) -> None:
        """Runs until the end; then writes what is left, giving up at the first failure."""
        failures = 0
        while True:
            if self._queue:
                failures = 0 if await self._commit(self._queue.popleft()) else failures + 1
            if self._end.is_set() and (failures or not self._queue):
                break
            if not self._queue:
                failures = 0
                self._stir.clear()
                await self._stir.wait()
            elif failures:
                await self._wait_for_end(self._retry_seconds(failures))
        while self._queue:
            self._drop(self._queue.popleft())

    async def _commit(self, write: _Write) -> bool:
        """False: the disk is in trouble, try again later."""
        try:
            if write.shrinks:
                await self._write_anew()
                return self._committed(write)
            await self._writer.execute("BEGIN IMMEDIATE")
            for sql, parameters in write.statements:
                await self._writer.execute(sql, parameters)
            await self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):  # the file may be in no state even for that; closing rolls back too
                await self._writer.rollback()
            return self._failed(write, error)
        return self._committed(write)

    async def _write_anew(self) -> None:
        for sql in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            async with self._writer.execute(sql) as cursor:
                row = await cursor.fetchone()
            if row is not None and row[0]:  # the checkpoint's own word for "somebody reads"
                busy = sqlite3.OperationalError("another program reads it")
                busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise busy

    def _committed(self, write: _Write) -> bool:
        if self.trouble:
            _log.info("%s can be written again", self._path)
            self.trouble = None
        if write.done and not write.done.done():
            write.done.set_result(None)
        return True

    def _failed(self, write: _Write, error: sqlite3.Error) -> bool:
        if not is_disk_trouble(error):  # our own mistake: the same statements would fail again
            _log.error("a write was refused: %s", error)
            self.dropped += 1
            _fail(write, error)
            return True
        trouble = translated(error, self._path)
        if self.trouble is None or self.trouble.code != trouble.code:
            _log.warning("%s", trouble)
        self.trouble = trouble
        unwritten = (write, *self._queue)
        self._queue = deque(one for one in unwritten if one.done is None)  # the others' callers do not wait that long
        for one in unwritten:
            _fail(one, trouble)
        if len(self._queue) > self._queue_writes:
            self._drop(self._queue.popleft())
        return False

    def _retry_seconds(self, failures: int) -> float:
        return min(RETRY_MAX_SECONDS, RETRY_MIN_SECONDS * 2.0 ** min(failures, 16)) * (1 + self._jitter()) / 2

    async def _wait_for_end(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._end.wait()


def _connect(path: Path, mode: Literal["rw", "ro"]) -> aiosqlite.Connection:
    """Transactions are ours to begin and end (isolation_level None). Must be entered: its thread is no daemon."""
    return aiosqlite.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_SECONDS
    )


def _fail(write: _Write, error: Exception) -> None:
    if write.done and not write.done.done():
        write.done.set_exception(error)
