"""``earshot hub``: the hub alone, as systemd runs it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import time

from hub.app import open_hub
from hub.cli.page import page_lines
from hub.cli.restart import Restart
from hub.config import HubConfig, WebSection
from hub.control import Hub
from hub.preparing import check
from wire.errors import EarshotError
from wire.places import places
from wire.settings import load
from wire.tasks import Tasks

_log = logging.getLogger(__name__)


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
        await asyncio.to_thread(check, config, where)
        print(f"{path}: correct")
        return 0
    log_to_stdout(debug=args.debug)
    ended = until_signal()
    restart = Restart(ended)
    async with open_hub(config, where, file=path, restart=restart) as hub, Tasks() as tasks:
        tasks.start(_tell_ready(hub, began, config.web), name="ready")
        await ended.wait()
    return restart.exit_code


async def _tell_ready(hub: Hub, began: float, web: WebSection) -> None:
    """Print READY. A broker or engine that is away is waited for: the hub heals when it comes."""
    while True:
        try:
            await hub.wait_ready()
        except EarshotError as error:
            _log.warning("%s", error)
        else:
            told = dict(page_lines(hub, web))
            code = f"; the code {told['code']}" if "code" in told else ""
            print(f"READY after {time.monotonic() - began:.1f} s, page {told['look']}{code}", flush=True)
            return
