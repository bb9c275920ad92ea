"""``earshot hub``: the hub alone, as systemd runs it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import time

from hub.app import open_hub
from hub.config import HubConfig
from wire.places import places
from wire.settings import load


def log_to_stdout(*, debug: bool) -> None:
    """Journald adds time and unit; we say who and what."""
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.INFO, format="%(levelname)s %(name)s: %(message)s", force=True
    )
    if not debug:
        for chatty in ("aiohttp.access", "hassil"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        # A traceback for every request that is no HTTP: anybody could fill the log. Our handlers' bugs are hub.web's.
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def until_signal() -> asyncio.Event:
    """Set by SIGTERM or SIGINT."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    return ended


async def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM; ``READY`` is printed once satellites can be served."""
    began = time.monotonic()
    where = places()
    path = args.config or where.etc / "hub.toml"
    config = load(path, HubConfig)
    if args.check_config:
        print(f"{path}: correct")
        return 0
    log_to_stdout(debug=args.debug)
    ended = until_signal()
    async with open_hub(config, where) as hub:
        await hub.wait_ready()
        print(
            f"READY after {time.monotonic() - began:.1f} s, page http://{config.web.bind}:{config.web.port}", flush=True
        )
        await ended.wait()
    return 0
