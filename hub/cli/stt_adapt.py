"""``earshot stt adapt``: the recogniser tuned to what this household corrected."""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
import time
from pathlib import Path

import msgspec
import numpy as np

from hub.cli.progress import ProgressLine
from hub.cli.stt_turns import SPEECH_FOLDER
from hub.engines.programs import ADAPTATION_FILE, GRAMMAR_FILE
from hub.store.speech import SpeechShelf
from hub.stt.phrase.adapting import Adapted, Corrected, adapted
from hub.stt.phrase.grammar import Grammar
from hub.stt.phrase.recogniser import load_listener
from models.recogniser.household import Count
from models.wake.training.progress import Progress
from wire.errors import AudioInvalid, ConfigError
from wire.places import places


class _Stopped(Exception):
    """Somebody pressed Ctrl+C."""


async def run(args: argparse.Namespace) -> int:
    """Ctrl+C ends it, and nothing has changed."""
    stop = threading.Event()
    where = places()
    try:
        done = await asyncio.to_thread(_adapted, where.var / SPEECH_FOLDER, where.run, stop)
    except asyncio.CancelledError:
        stop.set()
        raise
    if not args.dry_run:
        try:
            done.adaptation.write(where.var / ADAPTATION_FILE)
        except OSError as error:
            raise ConfigError("folder-unusable", f"{error}; run it as the hub's own user") from error
    print(msgspec.json.encode(done).decode() if args.json else told(done, is_written=not args.dry_run))
    return 0


def _adapted(folder: Path, run_folder: Path, stop: threading.Event) -> Adapted:
    grammar = Grammar.read(run_folder / GRAMMAR_FILE)
    turns = list(_corrected(SpeechShelf(folder), grammar.language))
    if not turns:
        raise ConfigError(
            "stt-nothing-corrected", "no kept turn is corrected; see `earshot stt turns`, then `earshot stt correct`"
        )
    line = ProgressLine(sys.stderr, time.monotonic)

    def tell(stage: str, done: int, total: int) -> None:
        if stop.is_set():
            raise _Stopped
        line(Progress(stage, done, total, None))

    return adapted(grammar, load_listener(grammar.language), turns, tell)


def _corrected(shelf: SpeechShelf, language: str) -> list[Corrected]:
    """A recording that is damaged is named and left out."""
    found = []
    for kept in shelf.turns():
        if kept.said is None or kept.language.partition("-")[0] != language:
            continue
        try:
            found.append(Corrected(np.frombuffer(shelf.sound(kept).data, "<i2").astype(np.int16), kept.said))
        except AudioInvalid as error:
            print(error, file=sys.stderr)
    return found


def told(done: Adapted, *, is_written: bool) -> str:
    lines = [
        f"{done.adaptation.turns} corrected turns: {_counts(done.before)} before, {_counts(done.after)} now",
        f"  believed from  {done.adaptation.accept:.0%} sure on",
    ]
    lines += [
        f"  {word:<14} is also said {', '.join(' '.join(way) for way in ways)}"
        for word, ways in sorted(done.adaptation.ways.items())
    ]
    lines += [f"  no sentence of this house: “{said}”" for said in done.unknown]
    lines.append("the hub hears this way at once" if is_written else "nothing was changed (--dry-run)")
    return "\n".join(lines)


def _counts(count: Count) -> str:
    return f"{count.right} right, {count.rejected} not believed, {count.wrong} wrong"
