"""Runs our programs as a household does, each a process of its own, for tests of the whole."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
DEMO_HOUSE = ROOT / "examples" / "demo-house.toml"
READY_SECONDS = 60.0


@asynccontextmanager
async def program(
    *arguments: str, home: Path, ready: str | None = None, prefix: Sequence[str] = (), log: Path | None = None
) -> AsyncIterator[Process]:
    """Run ``python -m arguments`` while the block runs; wait for the line with ``ready``; then SIGTERM.

    prefix: what starts it (``ip netns exec …``). log: gets its stderr, which a failing test shows.
    """
    log = log or home / f"{arguments[0]}.log"
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *prefix,
            sys.executable,
            "-m",
            *arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            cwd=ROOT,
            env={**os.environ, "EARSHOT_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        )
    try:
        if ready:
            await expect(process, ready, log)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.communicate(), 15)
        except TimeoutError:
            process.kill()
            await process.communicate()
            raise AssertionError(f"{arguments} did not end when told to:\n{log.read_text()[-3000:]}") from None


async def expect(process: Process, text: str, log: Path) -> str:
    """Read standard output up to the line that has ``text``."""
    assert process.stdout is not None
    async with asyncio.timeout(READY_SECONDS):
        while text.encode() not in (line := await process.stdout.readline()):
            assert line, f"ended before {text!r}:\n{log.read_text()[-3000:]}"
    return line.decode()


async def earshot(*arguments: str, home: Path, seconds: float = READY_SECONDS) -> tuple[int, str, str]:
    """Run one ``earshot`` command to its end, which is killed after ``seconds``: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hub",
        *arguments,
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
        env={**os.environ, "EARSHOT_HOME": str(home)},
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), seconds)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that another task or process brings about."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


def configure(home: Path, text: str = "") -> None:
    """Write hub.toml: no page, nothing found by zeroconf, then what the test wants."""
    (home / "etc").mkdir(exist_ok=True)
    (home / "etc" / "hub.toml").write_text(f'[web]\nport = 0\nbind = "127.0.0.1"\n[links]\ndiscover = false\n{text}')


@asynccontextmanager
async def running_hub(
    home: Path, *, prefix: Sequence[str] = (), house: Path | None = DEMO_HOUSE
) -> AsyncIterator[Process]:
    """A hub, and beside it a simulated house on its broker, both ready."""
    async with program("hub", "hub", home=home, ready="READY", prefix=prefix) as hub:
        if house is None:
            yield hub
            return
        simulating = ("hub", "house", "simulate", str(house))
        async with program(*simulating, home=home, ready="simulating", prefix=prefix, log=home / "simulate.log"):
            yield hub


@dataclass
class RoomProgram:
    """A stand-in satellite as a process (tests/room_program.py), for what one process cannot show."""

    process: Process
    log: Path

    async def turn(self, wav: Path) -> dict[str, object]:
        """Speak one recording in real time; what the room noticed."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{wav}\n".encode())
        await self.process.stdin.drain()
        heard: dict[str, object] = json.loads(await expect(self.process, "{", self.log))
        return heard


@asynccontextmanager
async def room_program(uri: str, *, home: Path, prefix: Sequence[str] = ()) -> AsyncIterator[RoomProgram]:
    log = home / "room.log"
    async with program("tests.room_program", uri, home=home, ready="READY", prefix=prefix, log=log) as process:
        yield RoomProgram(process, log)
