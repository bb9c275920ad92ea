"""Our own programs as processes that a benchmark starts, and what they cost."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

READY_WAIT_SECONDS = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def program(environ: dict[str, str], module: str, *options: str) -> AsyncIterator[tuple[Process, float]]:
    """One of our programs, with the seconds from its start to its line READY."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *options,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_WAIT_SECONDS):
            while b"READY" not in (line := await process.stdout.readline()):
                if not line:
                    raise EOFError(f"{module} ended before it was ready")
        yield process, round(time.monotonic() - began, 2)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
