"""One engine process as the hub sees it: started without secrets or a shell, its stderr in our log, ended with us."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from wire.parent import PARENT_VARIABLE

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
_OUR_PREFIX = "EARSHOT_"  # places and test switches; secrets are never in the environment under this name
_LINE_BYTES = 2048  # of the engine's stderr; the rest of a longer line is dropped
_LAST_WORDS_SECONDS = 0.5  # a child of its own may hold its stderr open
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

_log = logging.getLogger(__name__)


class Child(Protocol):
    """A running engine process; leaving the context that gave it ends it."""

    @property
    def pid(self) -> int: ...

    def kill(self) -> None:
        """At once: it hangs, and would not hear a request to end."""

    async def wait(self) -> int:
        """Exit status; negative: the signal that ended it."""

    @property
    def last_line(self) -> str:
        """Of what it wrote to its stderr."""


@dataclass(frozen=True, slots=True)
class EngineProgram:
    """What to run. name: for logs and health (``stt``). module: run with ``-m``. uri: where it will listen."""

    name: str
    module: str
    uri: str
    arguments: Sequence[str] = ()

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", self.module, "--uri", self.uri, *self.arguments]


@contextlib.asynccontextmanager
async def run_child(program: EngineProgram, *, stop_seconds: float = 2.0) -> AsyncIterator[Child]:
    """Run ``program`` while the block runs; then SIGTERM and, after ``stop_seconds``, SIGKILL.

    It has a session of its own, so that Ctrl-C reaches only the hub, which then ends it in order. A hub that is killed
    takes it along: the engine asks the kernel for that (wire.parent).
    """
    process = await asyncio.create_subprocess_exec(
        *program.command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        start_new_session=True,
        limit=_LINE_BYTES,
    )
    running = _Running(program.name, process)
    async with asyncio.TaskGroup() as group:
        log = group.create_task(running.log_lines(), name=f"engine[{program.name}].stderr")
        try:
            yield running
        finally:
            await _end(process, stop_seconds)
            await asyncio.wait((log,), timeout=stop_seconds)  # its last words: they say why it ended
            log.cancel()


def _environment() -> dict[str, str]:
    """Only what a Python program needs to start: the hub's own environment may hold credentials."""
    kept = {name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(_OUR_PREFIX)}
    return {**kept, PARENT_VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"}


async def _end(process: asyncio.subprocess.Process, stop_seconds: float) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(stop_seconds):
                await process.wait()
                return


class _Running:
    """A Child."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self._name, self._process = name, process
        self._written = asyncio.Event()
        self.pid, self.last_line = process.pid, ""

    def kill(self) -> None:
        self._process.kill()

    async def wait(self) -> int:
        """It returns when the last words were read: they say why it ended."""
        status = await self._process.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                await self._written.wait()
        return status

    async def log_lines(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        try:
            while line := await _line(stderr):
                self.last_line = line.decode("utf-8", "replace").rstrip()
                _log.info("%s: %s", self._name, self.last_line)
        finally:
            self._written.set()


async def _line(stderr: asyncio.StreamReader) -> bytes:
    """The next one, or as much of it as we read; empty at the end."""
    try:
        return await stderr.readuntil()
    except asyncio.LimitOverrunError:
        return await stderr.read(_LINE_BYTES)
    except asyncio.IncompleteReadError as end:
        return end.partial


def resident_mb(pid: int) -> float | None:
    """Memory that process ``pid`` holds; None if it is gone. Reads a file of /proc: call it in a thread."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:  # noqa: PTH123
            pages = int(statm.read().split()[1])
    except (OSError, IndexError):
        return None
    return round(pages * _PAGE_BYTES / 2**20, 1)
