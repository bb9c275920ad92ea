"""Another program that is measured beside ours: a process of its own that answers each line with one of JSON."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Any

import msgspec


class Peer:
    """stdin, stdout: of the process."""

    def __init__(self, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader) -> None:
        self._stdin, self._stdout = stdin, stdout

    async def ask(self, line: str) -> Any:
        self._stdin.write(f"{line}\n".encode())
        return msgspec.json.decode(await self._stdout.readline())


@contextlib.asynccontextmanager
async def peer(module: str, *arguments: str) -> AsyncIterator[Peer]:
    """Run ``python -m module`` while the block runs. It says READY first."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        await process.stdout.readline()
        yield Peer(process.stdin, process.stdout)
    finally:
        process.kill()
        await process.wait()
