"""The inside of every engine process: its arguments, its end with the hub's, and the server that it is.

Imported by engines only, which start fast because they import little: no numpy, nothing of the hub's other parts.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from wire.connection import PeerSettings
from wire.errors import EarshotError
from wire.parent import die_with_parent
from wire.server import Handler, serve

_MAX_PEERS = 16  # the hub's requests at one time, and somebody who looks
_EXIT_CONFIGURATION = 78

IDLE_SECONDS = 300.0  # a peer that asks nothing for so long is closed
# The hub may take a long reply as slowly as it is played; everybody else on this socket is the hub too.
_SETTINGS = PeerSettings(write_seconds=120.0)


def arguments(description: str) -> argparse.ArgumentParser:
    """The arguments that every engine has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--uri", required=True, help="where to listen: unix:///path or tcp://host:port")
    parser.add_argument("--nice", type=int, default=0, choices=range(20), metavar="N", help="lower priority by 0 to 19")
    parser.add_argument(
        "--memory-mb", type=int, default=1024, help="address space limit; more is refused by the kernel"
    )
    return parser


def run(args: argparse.Namespace, engine: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Run ``engine`` under the limits of ``args`` until SIGTERM or the hub's death; gives the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    if not die_with_parent():
        return 0
    os.nice(args.nice)
    _limit_memory(args.memory_mb << 20)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what was said
    try:
        asyncio.run(engine())
    except EarshotError as error:
        print(error, file=sys.stderr)  # noqa: T201  # the hub logs it
        return _EXIT_CONFIGURATION
    return 0


async def serve_engine(uri: str, handler: Handler) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serve(uri, handler, _SETTINGS, max_peers=_MAX_PEERS):
        await stop.wait()


def _limit_memory(limit_bytes: int) -> None:
    _, allowed_bytes = resource.getrlimit(resource.RLIMIT_AS)
    if allowed_bytes == resource.RLIM_INFINITY or limit_bytes < allowed_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
