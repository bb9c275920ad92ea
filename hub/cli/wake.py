"""``earshot wake``: what is heard and how well, and words of one's own."""

from __future__ import annotations

import argparse
import importlib

_ACTIONS = {"watch": "wake_watch", "test": "wake_tries", "train": "wake_train", "teach": "wake_teach"}


async def run(args: argparse.Namespace) -> int:
    action = importlib.import_module(f"hub.cli.{_ACTIONS[args.action]}")  # only what this action needs is loaded
    return int(await action.run(args))
