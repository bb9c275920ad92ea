"""Open pages of the live view, as a process of its own: what their browsers cost is not the hub's.

``python -m hub.bench.pages SOCKET COUNT``; ``open`` and ``close`` on standard input, ``done`` after each.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp

READY_SECONDS = 20.0
LIVE_VIEW = "/live?topics=turn,progress,health,reminders,notify"  # js/shell.js and pages/why.js


class Pages:
    """The program, from the benchmark's side."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def open(self) -> None:
        await self._told("open")

    async def close(self) -> None:
        await self._told("close")

    async def _told(self, command: str) -> None:
        streams = self._process.stdin, self._process.stdout
        assert streams[0] is not None, "piped"
        assert streams[1] is not None, "piped"
        streams[0].write(f"{command}\n".encode())
        async with asyncio.timeout(READY_SECONDS):
            answer = await streams[1].readline()
        assert answer == b"done\n", f"the pages ended: {answer!r}"


@asynccontextmanager
async def pages(socket: Path, count: int) -> AsyncIterator[Pages]:
    """``count`` pages that can be opened and closed together, as often as one likes; what is open is left open."""
    arguments = ("-m", "hub.bench.pages", str(socket), str(count))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=PIPE, stdout=PIPE)
    try:
        yield Pages(process)
    finally:
        process.terminate()
        await process.wait()


async def _look(http: aiohttp.ClientSession, opened: asyncio.Semaphore) -> None:
    """One page: everything it is told is read, and after a turn the list is asked for, as the page "Why" does."""
    async with http.ws_connect(LIVE_VIEW) as socket:
        opened.release()
        async for message in socket:
            if any(event["topic"] == "turn" for event in json.loads(message.data)):
                async with http.get("/turns?limit=20") as response:
                    await response.read()


async def _serve(path: str, count: int) -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        connector = aiohttp.UnixConnector(path, limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession("http://hub", connector=connector))
        looking: list[asyncio.Task[None]] = []
        while command := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
            if command == "open" and not looking:
                opened = asyncio.Semaphore(0)
                looking = [asyncio.create_task(_look(http, opened)) for _ in range(count)]
                for _ in looking:
                    await opened.acquire()
            elif command == "close":
                for each in looking:
                    each.cancel()
                await asyncio.gather(*looking, return_exceptions=True)
                looking = []
            sys.stdout.write("done\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
