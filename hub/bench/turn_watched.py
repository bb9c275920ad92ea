"""``earshot bench turn --pages N``: whether open pages make turns slower. Each sentence with and without, in turn."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from statistics import median

from hub.bench.pages import Pages
from hub.bench.report import Report, goal, spread, this_machine, versions
from hub.bench.stand_in import StandIn
from hub.bench.turn import Failed, one_turn
from hub.web.client import ControlClient
from wire.pcm import Pcm

RATIO_GOAL = 1.05


async def measure(
    hub: ControlClient, room: StandIn, sentences: Sequence[Pcm], turns: int, *, opened: Pages, count: int
) -> Report:
    """``turns`` pairs of turns; which of a pair has pages open first alternates."""
    own: dict[bool, list[float]] = {False: [], True: []}
    failed: list[str] = []
    known: str | None = None
    for number, spoken in enumerate(itertools.islice(itertools.cycle(sentences), turns)):
        for watched in (False, True) if number % 2 else (True, False):
            await (opened.open() if watched else opened.close())
            taken = await one_turn(hub, room, spoken, known)
            known = taken.turn
            if isinstance(taken, Failed):
                failed.append(taken.why)
            else:
                own[watched].append(taken.own_ms)
    ratio = median(own[True]) / median(own[False]) if own[True] and own[False] else float("inf")
    return Report(
        bench="turn",
        machine=this_machine(),
        versions=versions("aiohttp"),
        results={
            "pages": count,
            "own_ms_without": spread(own[False]),
            "own_ms_with": spread(own[True]),
            "ratio_of_medians": round(ratio, 3),
            "turns": sum(map(len, own.values())) + len(failed),
            "failed": failed,
        },
        goals=[goal(f"own code with {count} pages open, as part of without", ratio, "<=", RATIO_GOAL)],
    )
