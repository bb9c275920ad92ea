"""The satellite of ``earshot up``: our own, a process beside the hub, at a socket that only this user can open."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wire.parent import PARENT_VARIABLE

NAME = "this-machine"
STOP_SECONDS = 5.0
LIST_SECONDS = 10.0
READY_SECONDS = 10.0
_INPUT = re.compile(r"^(?P<name>.*): [1-9]\d* in, \d+ out, \d+ Hz$")  # of --list-devices: one that records


@dataclass(frozen=True, slots=True)
class OwnSatellite:
    """process: ends with the block that gave it. mic: its device if the command line named one."""

    process: Process
    mic: str | None

    async def has_microphone(self) -> bool:
        """Ask the satellite's program: only it may open sound devices."""
        if not await self._ready():
            return False
        if self.mic and self.mic.startswith("wav:"):
            return True
        wanted = "" if self.mic in {None, "default"} else str(self.mic).casefold()
        lister = await asyncio.create_subprocess_exec(*_program("--list-devices"), stdout=PIPE, stderr=DEVNULL)
        try:
            output, _ = await asyncio.wait_for(lister.communicate(), LIST_SECONDS)
        except TimeoutError:  # a sound system that hangs records nothing either
            return False
        finally:
            if lister.returncode is None:
                lister.kill()
                await lister.wait()
        inputs = [
            found["name"] for line in output.decode("utf-8", "replace").splitlines() if (found := _INPUT.match(line))
        ]
        return any(wanted in name.casefold() for name in inputs)

    async def _ready(self) -> bool:
        """Wait until it serves; False if it ended, having said why on stderr, or is not there in time."""
        assert self.process.stdout is not None
        try:
            return (await asyncio.wait_for(self.process.stdout.readline(), READY_SECONDS)).startswith(b"READY")
        except TimeoutError:
            return False


@asynccontextmanager
async def own_satellite(uri: str, mic: str | None, speaker: str | None, *, debug: bool) -> AsyncIterator[OwnSatellite]:
    """Run it while the block runs. What is wrong with its devices it tells the hub, whose log says so."""
    options = ["--name", NAME, "--uri", uri, "--log-level", "debug" if debug else "error"]
    options += [text for flag, value in (("--mic", mic), ("--speaker", speaker)) if value for text in (flag, value)]
    process = await asyncio.create_subprocess_exec(
        *_program(*options),
        stdin=DEVNULL,
        stdout=PIPE,
        start_new_session=True,  # Ctrl+C is for us; we end it in order
        env={**os.environ, PARENT_VARIABLE: str(os.getpid())},
    )
    try:
        yield OwnSatellite(process, mic)
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def _program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "satellite", *arguments]
