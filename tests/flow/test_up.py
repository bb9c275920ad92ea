"""``earshot up`` as somebody meets it for the first time: its screen, what the screen says to try, and its end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.cli.up import TRY_THIS
from tests.programs import READY_SECONDS, configure, earshot, until
from tests.pulse import MIC, SPEAKER, Pulse, pulse_server

STOP_SECONDS = 15.0
LAST_LINE = "Ctrl+C ends it."


@dataclass
class Terminal:
    """A terminal in which ``earshot up`` runs. screen: its output up to where it waits. errors: its stderr."""

    process: Process
    screen: str
    errors: Path

    def line(self, name: str) -> str:
        """What the screen says behind ``name``."""
        (found,) = (line for line in self.screen.splitlines() if line.split()[:1] == [name])
        return found.split(maxsplit=1)[1]

    async def interrupt(self) -> int:
        """Ctrl+C: a terminal sends SIGINT to every process of its foreground group. Returns the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)


@asynccontextmanager
async def up(home: Path, *arguments: str) -> AsyncIterator[Terminal]:
    """Run it until its screen is there; killed at the end if it still runs."""
    errors = home / "up.err"
    with errors.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub", "up", "--demo", *arguments),
            stdout=PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    try:
        yield Terminal(process, await _screen(process, errors), errors)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _screen(process: Process, errors: Path) -> str:
    assert process.stdout is not None
    screen = ""
    async with asyncio.timeout(READY_SECONDS):
        while LAST_LINE not in screen:
            line = await process.stdout.readline()
            assert line, f"ended before its screen:\n{errors.read_bytes().decode()}"
            screen += line.decode()
    return screen


async def typed(line: str) -> tuple[int, str]:
    """Type ``line`` into another terminal, in another folder: exit code and output."""
    environment = {name: value for name, value in os.environ.items() if name != "EARSHOT_HOME"}
    shell = await asyncio.create_subprocess_shell(line, stdout=PIPE, cwd="/", env=environment)
    output, _ = await asyncio.wait_for(shell.communicate(), READY_SECONDS)
    assert shell.returncode is not None
    return shell.returncode, output.decode()


def processes_of(home: Path) -> list[str]:
    """Command lines of the living that name ``home``: hub, engines, broker and satellite."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.fsencode(home) in (command := (folder / "cmdline").read_bytes()):
                found.append(command.replace(b"\0", b" ").decode())
        except OSError:  # it ended while we looked
            continue
    return found


async def test_what_the_screen_says_works_and_ctrl_c_ends_it_all(home: Path) -> None:
    configure(home)
    async with up(home) as terminal:
        code, output = await typed(terminal.line("replay"))
        assert code == 0
        assert "light.hall_light turn_on: confirmed" in output
        code, output = await typed(terminal.line("type"))
        assert (code, "light.hall_light turn_on: confirmed" in output) == (0, True)
        code, output = await typed(terminal.line("house"))
        assert (code, "light.bed_light" in output) == (0, True)
        code, output = await typed(terminal.line("check"))
        assert (code, "this-machine" in output) == (0, True)
        page = terminal.line("look").removeprefix("http://")
        _, writer = await asyncio.open_connection(*page.split(":"))
        writer.close()
        assert len(await asyncio.to_thread(processes_of, home)) >= 4
        assert await terminal.interrupt() == 0
        assert await asyncio.to_thread(processes_of, home) == []
        said = (await asyncio.to_thread(terminal.errors.read_text)).splitlines()
        assert all("mic-missing" in line for line in said), said
        assert len(said) <= 1


async def test_ctrl_c_before_it_is_ready(home: Path) -> None:
    configure(home)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub", "up", "--demo"), stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    await until((home / "run" / "lock").exists)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = await asyncio.wait_for(process.communicate(), STOP_SECONDS)
    assert process.returncode == 0
    assert b"Traceback" not in errors
    assert LAST_LINE.encode() not in output
    assert await asyncio.to_thread(processes_of, home) == []


async def test_a_second_one_is_refused_in_one_line_and_harms_nothing(home: Path) -> None:
    configure(home)
    async with up(home) as terminal:
        code, output, errors = await earshot("up", "--demo", home=home)
        assert (code, output, errors.partition(":")[0], errors.count("\n")) == (78, "", "hub-running", 1)
        code, output = await typed(terminal.line("type"))
        assert (code, "confirmed" in output) == (0, True)
        assert await terminal.interrupt() == 0
        assert "broker" not in await asyncio.to_thread(terminal.errors.read_text)


async def test_a_satellite_that_cannot_start_is_told_and_the_hub_goes_on(home: Path) -> None:
    configure(home)
    async with up(home, "--mic", f"wav:{home}/none.wav") as terminal:
        assert "no microphone" in terminal.line("speak")
        async with asyncio.timeout(READY_SECONDS):
            while "the hub goes on" not in (said := await asyncio.to_thread(terminal.errors.read_text)):
                await asyncio.sleep(0.05)
        assert said.startswith("wav-unreadable: ")
        code, output = await typed(terminal.line("type"))
        assert (code, "confirmed" in output) == (0, True)
        assert await terminal.interrupt() == 0


async def test_killed_it_leaves_nothing_behind(home: Path) -> None:
    configure(home)
    async with up(home) as terminal:
        terminal.process.kill()
        await terminal.process.wait()
        async with asyncio.timeout(STOP_SECONDS):
            while await asyncio.to_thread(processes_of, home):
                await asyncio.sleep(0.05)


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[Pulse]:
    with pulse_server(tmp_path) as server:
        yield server


@pytest.mark.audio_device
async def test_with_a_microphone_the_screen_says_what_to_say(home: Path, pulse: Pulse) -> None:
    configure(home)
    async with up(home, "--mic", MIC, "--speaker", SPEAKER) as terminal:
        assert terminal.line("speak") == f'say "okay nabu", then "{TRY_THIS}"'
        async with asyncio.timeout(READY_SECONDS):
            while not await asyncio.to_thread(lambda: pulse.microphone_users):
                await asyncio.sleep(0.05)
        assert await terminal.interrupt() == 0
        assert await asyncio.to_thread(terminal.errors.read_bytes) == b""
