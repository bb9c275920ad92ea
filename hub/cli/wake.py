"""``earshot wake``: what is heard and how well, and words of one's own."""

from __future__ import annotations

import argparse

from hub.cli import wake_tries, wake_watch


async def run(args: argparse.Namespace) -> int:
    actions = {"watch": wake_watch.run, "test": wake_tries.run}
    return await actions[args.action](args)
