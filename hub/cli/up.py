"""``earshot up``: a hub and a satellite on this machine, and with ``--demo`` a simulated house."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from hub.app import open_hub
from hub.cli.hub import log_to_stdout, until_signal
from hub.cli.own_satellite import NAME, OwnSatellite, own_satellite
from hub.cli.page import page_lines
from hub.cli.restart import Restart
from hub.config import HubConfig, SatelliteSection
from hub.control import Hub
from wire.places import Places, places
from wire.settings import load
from wire.wav import write_wav

DEMO_HOUSE = Path(__file__).resolve().parents[2] / "examples" / "demo-house.toml"
DEMO_AREA = "Living Room"
TRY_THIS = "turn on the hall light"


async def run(args: argparse.Namespace) -> int:
    """Run until Ctrl+C. One screen says what to try once everything is ready."""
    began = time.monotonic()
    where = places()
    path = args.config or where.etc / "hub.toml"
    config = load(path, HubConfig)
    _log_to_the_terminal(debug=args.debug)
    ended = until_signal()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, ended.set)  # the terminal was closed
    uri = f"unix://{where.run}/satellite.sock"
    here = SatelliteSection(name=NAME, address=uri, area=DEMO_AREA if args.demo else None)
    simulated, restart = DEMO_HOUSE if args.demo else None, Restart(ended)
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(
            open_hub(config, where, simulated=simulated, beside=[here], file=path, restart=restart)
        )
        satellite = await stack.enter_async_context(own_satellite(uri, args.mic, args.speaker, debug=args.debug))
        if await _done_before(ended, _show(hub, satellite, config, where, began)):
            await _done_before(ended, _tell_of_end(satellite))
            await ended.wait()
    return restart.exit_code


def _log_to_the_terminal(*, debug: bool) -> None:
    """People read along here: what is wrong and nothing else, unless they asked for all of it."""
    log_to_stdout(debug=debug)
    if not debug:
        logging.getLogger().setLevel(logging.WARNING)
        logging.getLogger().handlers[0].setFormatter(logging.Formatter("%(message)s"))


async def _done_before(ended: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Run ``work``, but no longer than until ``ended``; whether it was finished."""
    working = asyncio.create_task(work, name="up")
    waiting = asyncio.create_task(ended.wait(), name="up.ended")
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, waiting):
            task.cancel()
        await asyncio.wait({working, waiting})
    if working.cancelled():
        return False
    working.result()
    return True


async def _show(hub: Hub, satellite: OwnSatellite, config: HubConfig, where: Places, began: float) -> None:
    await hub.wait_ready()
    recording = await _recording(hub, where)
    hears = await satellite.has_microphone()
    seconds = time.monotonic() - began
    print(_screen(recording, page_lines(hub, config.web), hears=hears, seconds=seconds), flush=True)


async def _tell_of_end(satellite: OwnSatellite) -> None:
    status = await satellite.process.wait()
    print(f"the satellite ended (exit {status}); the hub goes on", file=sys.stderr)


async def _recording(hub: Hub, where: Places) -> Path:
    """A recording to try without a microphone, spoken by the hub's own voice."""
    path = where.var / "try" / f"{TRY_THIS.replace(' ', '_')}.wav"
    spoken = await hub.spoken(TRY_THIS)
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(write_wav, path, spoken)
    return path


def _screen(recording: Path, page: Sequence[tuple[str, str]], *, hears: bool, seconds: float) -> str:
    earshot = _command()
    speak = f'say "okay nabu", then "{TRY_THIS}"' if hears else "no microphone found; plug one in, or replay:"
    return "\n".join(
        (
            "",
            f"Earshot is ready after {seconds:.1f} s. Nothing leaves this machine.",
            "",
            f"  speak   {speak}",
            f"  replay  {earshot} ask --wav {shlex.quote(str(recording))}",
            f'  type    {earshot} ask --text "{TRY_THIS}"',
            *(f"  {what:<8}{told}" for what, told in page),
            f"  house   {earshot} house list",
            f"  check   {earshot} doctor",
            "",
            "Ctrl+C ends it.",
        )
    )


def _command() -> str:
    """What a second terminal must type to run this program on this hub."""
    ours = Path(sys.executable).with_name("earshot")
    found = shutil.which("earshot")
    command = "earshot" if found and Path(found) == ours else shlex.quote(str(ours))
    home = os.environ.get("EARSHOT_HOME")
    return f"EARSHOT_HOME={shlex.quote(home)} {command}" if home else command
