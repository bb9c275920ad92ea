"""A whole hub with a simulated house and a satellite: what browser tests open."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from hub.app import open_hub
from hub.bench.stand_in import stand_in
from hub.config import HubConfig, SatelliteSection
from wire.places import places
from wire.settings import load

ROOM = "kitchen"


async def main(house: Path) -> None:
    where = places()
    uri = f"unix://{where.run}/room.sock"
    config = load(where.etc / "hub.toml", HubConfig)
    here = SatelliteSection(name=ROOM, address=uri, area="Kitchen")
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(open_hub(config, where, simulated=house, beside=[here]))
        await stack.enter_async_context(stand_in(ROOM, uri))
        await running.wait_ready()
        print(f"READY {running.page.port}", flush=True)  # noqa: T201
        await ended.wait()


asyncio.run(main(Path(sys.argv[1])))
