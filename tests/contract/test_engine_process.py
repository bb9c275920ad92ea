"""What a supervised engine promises, with real processes: no orphan, no hang that lasts, its words in our log."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hub.engines.child import EngineProgram, run_child
from hub.engines.probe import describe
from hub.engines.supervisor import EngineHealth, EngineProcess, Patience
from hub.errors import TtsFailed
from hub.tts.wyoming_client import WyomingSynthesizer
from tests.fakes_engines import SETTINGS, FakeTts, engine, listening
from wire.errors import PeerError

MODULE = "hub.tts.embedded"

HUB = """
import asyncio, sys
from hub.engines.child import EngineProgram, run_child
async def hub():
    async with run_child(EngineProgram("tts", "hub.tts.embedded", sys.argv[1])) as child:
        print(child.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(hub())
"""


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b"State:\tZ" not in Path(f"/proc/{pid}/status").read_bytes()


async def test_no_engine_survives_a_hub_that_is_killed(home: Path) -> None:
    """kill -9 leaves the hub no time to end anything: the kernel ends the engine."""
    uri = f"unix://{home}/tts.sock"
    hub = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HUB, uri, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert hub.stdout
    async with asyncio.timeout(20):
        pid = int(await hub.stdout.readline())
        while not await _answers(uri):
            await asyncio.sleep(0.02)
    hub.kill()
    await hub.wait()
    await until(lambda: not alive(pid))
    with contextlib.suppress(ChildProcessError):  # init was its next parent
        os.waitpid(pid, 0)  # tests adopt orphans (tests/guards)


async def _answers(uri: str) -> bool:
    try:
        await describe(uri, SETTINGS)
    except PeerError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_a_dead_engine_is_back(home: Path, number: signal.Signals) -> None:
    async with engine("tts", MODULE, home) as (process, uri):
        first = process.health.pid
        assert first
        os.kill(first, number)
        await until(lambda: process.health.state == "ready" and process.health.pid != first)
        assert (await describe(uri, SETTINGS)).tts
        assert process.health.restarts == 1
        assert process.health.rss_mb
        assert process.health.rss_mb > 5


async def test_an_engine_that_hangs_is_replaced(home: Path) -> None:
    """Stopped, it does not even answer SIGTERM."""
    program = EngineProgram("tts", MODULE, f"unix://{home}/tts.sock")
    patience = Patience(probe_every_seconds=0.1, pause_min_seconds=0.05)
    process = EngineProcess(
        "tts",
        spawn=partial(run_child, program, stop_seconds=0.2),
        probe=partial(describe, program.uri, SETTINGS, timeout_seconds=0.3),
        patience=patience,
    )
    async with process:
        await process.ready(20)
        first = process.health.pid
        assert first
        os.kill(first, signal.SIGSTOP)
        await until(lambda: process.health.state == "ready" and process.health.pid != first)
        assert not alive(first)


async def test_an_engine_that_cannot_work_says_why(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its last words are in our log, and its state is failed after some tries."""
    caplog.set_level(logging.INFO)
    told: list[EngineHealth] = []
    program = EngineProgram("tts", MODULE, "unix://relative")
    process = EngineProcess(
        "tts",
        spawn=partial(run_child, program),
        probe=partial(describe, f"unix://{home}/none.sock", SETTINGS),
        changed=told.append,
        patience=Patience(pause_min_seconds=0.01, tries=2),
    )
    async with process:
        await until(lambda: process.health.state == "failed")
    assert told[-1].detail.startswith("ended: uri-invalid: ")
    assert "uri-invalid" in caplog.text


async def test_the_engine_gets_no_secret(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the hub was given in its environment stays there."""
    monkeypatch.setenv("MQTT_PASSWORD", "hunter2")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials")
    async with engine("tts", MODULE, home) as (process, _):
        environment = await asyncio.to_thread(Path(f"/proc/{process.health.pid}/environ").read_bytes)
    assert b"hunter2" not in environment
    assert b"CREDENTIALS_DIRECTORY" not in environment


async def test_a_server_that_is_not_wyoming_is_not_well(home: Path) -> None:
    """FakeTts does not answer describe at all."""
    async with listening(FakeTts()) as uri:
        with pytest.raises(PeerError):
            await describe(uri, SETTINGS, timeout_seconds=0.05)


async def test_an_engine_that_hangs_ends_the_turn_soon_and_is_replaced(home: Path) -> None:
    """Nobody waits for the deadline of a slow engine: it answers pings, or it hangs."""
    async with engine("tts", MODULE, home) as (process, uri):
        hung = process.health.pid
        assert hung
        os.kill(hung, signal.SIGSTOP)
        synthesizer = WyomingSynthesizer([uri], SETTINGS, 60, on_silent=lambda _: process.suspect())
        with pytest.raises(TtsFailed):
            await _spoken(synthesizer)
        async with asyncio.timeout(20):
            while process.health.state != "ready" or process.health.pid == hung:
                await asyncio.sleep(0.02)
        assert await _spoken(synthesizer) > 0


async def test_where_one_hangs_the_next_one_answers(home: Path) -> None:
    async with engine("tts", MODULE, home) as (process, first), listening(FakeTts()) as second:
        assert process.health.pid
        os.kill(process.health.pid, signal.SIGSTOP)
        try:
            assert await _spoken(WyomingSynthesizer([first, second], SETTINGS, 60, stands_in=True)) > 0
        finally:
            os.kill(process.health.pid, signal.SIGCONT)


async def _spoken(synthesizer: WyomingSynthesizer) -> float:
    return sum([block.duration_ms async for block in synthesizer.synthesize("The light is on.", language="en")])
