"""``earshot say``: an announcement in one room or in all."""

from __future__ import annotations

import argparse

from hub.cli.reach import running


async def run(args: argparse.Namespace) -> int:
    """Needs a running hub: only that has satellites."""
    async with running() as hub:
        names = await hub.say(" ".join(args.text), satellite=args.satellite, language=args.language)
    print(f"said on {', '.join(names)}")
    return 0
