"""``earshot wake watch``: a live score meter of every room and word, in a terminal or as JSON lines."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from hub.cli.reach import running
from hub.stages import ScoreTold
from hub.web.client import ControlClient

DRAW_SECONDS = 0.1
HOLD_SECONDS = 2.0  # how long the highest score stays marked
FORGET_SECONDS = 10.0  # a room that told nothing for so long is no longer shown


async def run(args: argparse.Namespace) -> int:
    """Until Ctrl+C. Raises EarshotError hub-unreachable."""
    async with running() as hub:
        if args.json or not sys.stdout.isatty():
            async for score in hub.wake_scores():
                print(msgspec.json.encode(score).decode(), flush=True)
            return 0
        meter = Meter(time.monotonic)
        async with asyncio.TaskGroup() as tasks:
            drawing = tasks.create_task(_draw(meter), name="wake.meter")
            try:
                await _follow(hub, meter)
            finally:
                drawing.cancel()
    return 0


async def _follow(hub: ControlClient, meter: Meter) -> None:
    async for score in hub.wake_scores():
        meter.take(score)


async def _draw(meter: Meter) -> None:
    print("wake words, live (Ctrl+C ends); a satellite that is quiet or hears nothing does not show")
    height = 0
    with suppress(asyncio.CancelledError):
        while True:
            lines = list(meter.lines(shutil.get_terminal_size().columns))
            sys.stdout.write(f"\x1b[{height}F\x1b[J" if height else "")
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
            height = len(lines)
            await asyncio.sleep(DRAW_SECONDS)


@dataclass
class _Line:
    score: float = 0.0
    told_at: float = 0.0
    peak: float = 0.0
    peak_at: float = 0.0
    heard_at: float = field(default=float("-inf"))


class Meter:
    """What was scored last, and highest a moment ago. clock: seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: dict[tuple[str, str], _Line] = {}

    def take(self, told: ScoreTold) -> None:
        now = self._clock()
        for word, score in told.words.items():
            line = self._lines.setdefault((told.room, word), _Line())
            line.score, line.told_at = score, now
            if score >= line.peak or now - line.peak_at > HOLD_SECONDS:
                line.peak, line.peak_at = score, now
        if told.heard:
            self._lines.setdefault((told.room, told.heard), _Line(told_at=now)).heard_at = now

    def lines(self, columns: int) -> Iterable[str]:
        """One for each room and word: name, bar with the highest score marked, figures."""
        now = self._clock()
        shown = {key: line for key, line in sorted(self._lines.items()) if now - line.told_at <= FORGET_SECONDS}
        names = max((len(f"{room}  {word}") for room, word in shown), default=0)
        width = max(columns - names - 25, 10)
        for (room, word), line in shown.items():
            peak = line.peak if now - line.peak_at <= HOLD_SECONDS else line.score
            heard = "HEARD" if now - line.heard_at <= HOLD_SECONDS else ""
            bar = _bar(line.score, peak, width)
            yield f"{f'{room}  {word}':<{names}}  [{bar}] {line.score:.2f}  max {peak:.2f} {heard}".rstrip()[:columns]


def _bar(score: float, peak: float, width: int) -> str:
    filled, mark = round(score * width), min(round(peak * width), width - 1)
    return "".join("█" if place < filled else "│" if place == mark and peak > score else " " for place in range(width))
