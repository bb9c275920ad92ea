"""``earshot up``: a hub and a satellite on this machine, and with ``--demo`` a simulated house."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from hub.app import open_hub
from hub.cli.hub import log_to_stdout, until_signal
from hub.config import HubConfig, SatelliteSection
from hub.control import Hub
from wire.places import Places, places
from wire.settings import load
from wire.wav import write_wav

DEMO_HOUSE = Path(__file__).resolve().parents[2] / "examples" / "demo-house.toml"
SATELLITE_URI = "tcp://127.0.0.1:10700"
TRY_THIS = "turn on the bed light"
STOP_SECONDS = 5.0


async def run(args: argparse.Namespace) -> int:
    """Run until Ctrl+C. One screen says what to try once everything is ready."""
    began = time.monotonic()
    where = places()
    config = load(args.config or where.etc / "hub.toml", HubConfig)
    log_to_stdout(debug=args.debug)
    ended = until_signal()
    here = SatelliteSection(name="this-machine", address=SATELLITE_URI, area="Living Room")
    config = msgspec.structs.replace(config, satellite=[*config.satellite, here])
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(open_hub(config, where, simulated=DEMO_HOUSE if args.demo else None))
        satellite = await stack.enter_async_context(_satellite(args))
        await hub.wait_ready()
        recording = await _recording(hub, where)
        microphone = await _has_microphone(args.mic)
        print(_screen(config, recording, microphone=microphone, seconds=time.monotonic() - began), flush=True)
        await _first(ended, satellite)
    return 0


@asynccontextmanager
async def _satellite(args: argparse.Namespace) -> AsyncIterator[Process]:
    """Our satellite as a program of its own, ended with us."""
    options = ["--name", "this-machine", "--uri", SATELLITE_URI, "--mic", args.mic, "--speaker", args.speaker]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "satellite", *options)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _first(ended: asyncio.Event, satellite: Process) -> None:
    """Wait for the signal; a satellite that ends by itself is told, the hub goes on."""
    waiting = asyncio.create_task(ended.wait(), name="up.signal")
    gone = asyncio.create_task(satellite.wait(), name="up.satellite")
    await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
    if not ended.is_set():
        print(f"the satellite ended (exit {satellite.returncode}); the hub goes on", file=sys.stderr)
    await waiting
    gone.cancel()
    await asyncio.wait({gone})


async def _recording(hub: Hub, where: Places) -> Path:
    """A recording to try without a microphone, spoken by the hub's own voice."""
    path = where.var / "try" / f"{TRY_THIS.replace(' ', '_')}.wav"
    spoken = await hub.spoken(TRY_THIS)
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(write_wav, path, spoken)
    return path


async def _has_microphone(name: str) -> bool:
    """Ask the satellite's program: only it may open sound devices."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "satellite", "--list-devices", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return name.startswith("wav:") or b"mic" in output


def _screen(config: HubConfig, recording: Path, *, microphone: bool, seconds: float) -> str:
    earshot = Path(sys.executable).with_name("earshot")
    speak = f'say "okay nabu", then "{TRY_THIS}"' if microphone else "no microphone here (docs/satellite.md)"
    return "\n".join(
        (
            "",
            f"Earshot is ready after {seconds:.1f} s. Nothing leaves this machine.",
            "",
            f"  speak   {speak}",
            f"  replay  {earshot} ask --wav {shlex.quote(str(recording))}",
            f'  type    {earshot} ask --text "{TRY_THIS}"',
            f"  look    http://{config.web.bind}:{config.web.port}",
            f"  house   {earshot} house list",
            f"  check   {earshot} doctor",
            "",
            "Ctrl+C ends it.",
        )
    )
