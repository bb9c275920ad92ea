"""``earshot stt train``: the recogniser of a language, made on this machine out of synthetic speech."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub.cli.progress import ProgressLine, minutes
from hub.recipe.card import Card
from hub.recipe.crew import work_through
from hub.recipe.job import Order, Point, Training
from hub.recipe.size import CURVE_STEPS, FULL, QUICK, Size
from models.recogniser.installed import model_file, second_beside
from models.recogniser.training.curve import PowerLaw
from models.recogniser.training.teaching import learn
from models.wake.library import load_network
from wire.places import places

_BEGINS_WITH = "en"
_MORE = 10  # times the speech, for which the learning curve is continued


async def run(args: argparse.Namespace) -> int:
    """Ctrl+C ends it at once; what is made is kept, but for the clips at hand."""
    stop = threading.Event()
    try:
        await asyncio.to_thread(_train, args, stop)
    except asyncio.CancelledError:
        stop.set()
        print("\nstopped; the same command goes on where this one ended", file=sys.stderr)
        raise
    return 0


def _train(args: argparse.Namespace, stop: threading.Event) -> None:
    cache = places().cache
    folder: Path = args.folder or cache / "stt-training" / args.language
    line = ProgressLine(sys.stderr, time.monotonic)
    size = _size(args)
    jobs = args.jobs or os.cpu_count() or 1
    order = Order(args.language, size, args.seed, jobs, args.fresh, known(args.language, size))
    training = Training(
        order,
        folder.absolute(),
        cache / "wake",
        hands=work_through,
        teach=learn,
        told=lambda progress: None if stop.is_set() else line(progress),
        stopped=stop.is_set,
        clock=time.monotonic,
        now=lambda: datetime.now(UTC),
    )
    load_network(cache / "wake", taps=True)  # is built now, rather than by every process at once
    if args.curve:
        points = training.curve()
        print(msgspec.json.encode(points).decode() if args.json else told_curve(points))
        return
    card = training.run()
    print(msgspec.json.encode(card).decode() if args.json else told(card, folder / "recogniser.onnx"))


def _size(args: argparse.Namespace) -> Size:
    size = QUICK if args.quick else FULL
    if args.curve:
        size = replace(size, steps=CURVE_STEPS)
    wanted = {"hours": args.hours, "copies": args.copies, "steps": args.steps, "both_steps": args.both_steps}
    return replace(size, **{name: value for name, value in wanted.items() if value is not None})


def known(language: str, size: Size) -> tuple[bytes, bytes] | None:
    """What a language begins with: the recogniser of English hears already, where its layers are as many."""
    if language == _BEGINS_WITH or size.shape != FULL.shape:
        return None
    with model_file(_BEGINS_WITH) as file:
        second = second_beside(file)
        return (file.read_bytes(), second.read_bytes()) if second else None


def told(card: Card, model: Path) -> str:
    rates = card.rates
    errors = ", ".join(f"{share:.1%} {where}" for where, share in card.phone_errors.items())
    heard = f"{rates.right:.1%} right, {rates.wrong:.1%} wrong, {rates.asked:.1%} asked back"
    return "\n".join(
        [
            f"{model}: {card.model_bytes / 1e6:.1f} MB, {card.language}, {minutes(card.seconds)}",
            f"{model.with_name('second.onnx')}: {card.second_bytes / 1e6:.1f} MB",
            f"  learned from   {card.hours:.1f} h of {len(card.voices)} voices, {card.hours_learned:.1f} h with copies",
            f"  wrong phones   {errors}, of voices that were held out",
            f"  in a house     {heard} of {card.clips_inside} commands",
            f"  other speech   {rates.false_accepts:.1%} of {card.clips_outside} taken for a command",
            "These voices are synthetic, people differ: `earshot bench stt` with recordings of people",
        ]
    )


def told_curve(points: Sequence[Point]) -> str:
    names = list(points[0].phone_errors)
    lines = [f"{'hours':>8}" + "".join(f"{name:>14}" for name in names) + "   wrong phones of held-out voices"]
    lines += [_row(f"{one.hours:.2f}", [one.phone_errors[name] for name in names]) for one in points]
    hours = [one.hours for one in points]
    laws = [PowerLaw.through(hours, [one.phone_errors[name] for one in points]) for name in names]
    more = points[-1].hours * _MORE
    lines.append(_row(f"{more:.1f}", [law.at(more) for law in laws]) + "   by a power law, with this many steps")
    return "\n".join(lines)


def _row(hours: str, errors: Sequence[float]) -> str:
    return f"{hours:>8}" + "".join(f"{error:>14.1%}" for error in errors)
