"""Run in a network namespace of its own: announces and browses while the machine has no address, one, and another."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys

from wire import discovery
from wire.discovery import Found

CABLE = (
    "ip link set lo up",
    "ip link add v0 type veth peer name v1",
    "ip link set v1 up",
    "ip link set v0 up",
    "ip addr add 10.7.0.1/24 dev v0",
    "ip route add default dev v0",
)
NEW_ADDRESS = (
    "ip addr del 10.7.0.1/24 dev v0",
    "ip addr add 10.7.0.2/24 dev v0",
    "ip route replace default dev v0",
)


def run(commands: tuple[str, ...]) -> None:
    for command in commands:
        subprocess.run(command.split(), check=True)


async def until(changes: asyncio.Queue[tuple[str, Found]], kind: str, host: str) -> None:
    async with asyncio.timeout(30):
        while True:
            change, found = await changes.get()
            if (change, found.host) == (kind, host):
                print(kind, host, flush=True)  # noqa: T201
                return


async def main() -> None:
    changes: asyncio.Queue[tuple[str, Found]] = asyncio.Queue()
    async with (
        discovery.browse(lambda kind, found: changes.put_nowait((kind, found))),
        discovery.announce("satellite", 10700),
    ):
        await asyncio.sleep(1)
        run(CABLE)
        await until(changes, "added", "10.7.0.1")
        run(NEW_ADDRESS)
        await until(changes, "removed", "10.7.0.1")
        await until(changes, "added", "10.7.0.2")


if __name__ == "__main__":
    discovery._RECHECK_SECONDS = 0.2  # type: ignore[misc]
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    logging.getLogger("zeroconf").disabled = True  # it cannot say goodbye where the address is gone
    asyncio.run(main())
