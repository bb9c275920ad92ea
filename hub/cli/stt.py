"""``earshot stt``: what hears the commands of a house, corrected, tuned to this house, or made anew."""

from __future__ import annotations

import argparse
import importlib
from importlib.util import find_spec

from wire.errors import ConfigError

_ACTIONS = {
    "turns": "stt_turns",
    "correct": "stt_turns",
    "forget": "stt_turns",
    "adapt": "stt_adapt",
    "train": "stt_train",
}
_NEEDED = ("torch", "wordfreq")  # only training does


async def run(args: argparse.Namespace) -> int:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing and args.action == "train":
        raise ConfigError(
            "stt-training-packages",
            f"{' and '.join(missing)} for training are not installed; run scripts/setup --train",
        )
    action = importlib.import_module(f"hub.cli.{_ACTIONS[args.action]}")
    return int(await action.run(args))
