"""``earshot wake test``: ten tries at a wake word in one room, and the threshold that would suit."""

from __future__ import annotations

import argparse
import asyncio

import msgspec

from hub.cli.reach import running
from hub.stages import ScoreTold
from hub.wake.calibration import calibrate
from hub.web.client import ControlClient
from models.wake.settings import THRESHOLD
from wire.errors import EarshotError

QUIET_SECONDS = 5.0  # what the room scores by itself
TRY_SECONDS = 4.0


async def run(args: argparse.Namespace) -> int:
    """Exit 0 if nine of ten were heard. Raises EarshotError (hub-unreachable, wake-no-scores)."""
    ear = Ear(args.satellite, args.word)
    threshold = args.threshold or THRESHOLD
    async with running() as hub, asyncio.TaskGroup() as tasks:
        following = tasks.create_task(_follow(hub, ear), name="wake.scores")
        print(f"{QUIET_SECONDS:g} s of the room as it is: say nothing", flush=True)
        room = await ear.best_within(QUIET_SECONDS)
        tries = []
        for number in range(1, args.times + 1):
            print(f"{number} of {args.times}: say {args.word or 'the wake word'} now", end="", flush=True)
            tries.append(await ear.best_within(TRY_SECONDS))
            print(f"  {tries[-1]:.2f}{'' if tries[-1] >= threshold else '  (not heard)'}", flush=True)
        following.cancel()
    if not ear.told:
        raise EarshotError("wake-no-scores", "no satellite told a score of this word; see `earshot wake watch`")
    done = calibrate(tries, room, threshold)
    print(msgspec.json.encode(done).decode() if args.json else done.told(args.metres))
    return 0 if done.heard * 10 >= done.said * 9 else 1


async def _follow(hub: ControlClient, ear: Ear) -> None:
    async for score in hub.wake_scores():
        ear.take(score)
    raise EarshotError("hub-unreachable", "the hub ended while it was watched; start it again")


class Ear:
    """The best score of a room's word. room, word: None is any."""

    def __init__(self, room: str | None, word: str | None) -> None:
        self._room, self._word = room, word
        self._best = 0.0
        self.told = False

    def take(self, score: ScoreTold) -> None:
        if self._room in {None, score.room}:
            scores = [value for word, value in score.words.items() if self._word in {None, word}]
            self.told = self.told or bool(scores)
            self._best = max([self._best, *scores])

    async def best_within(self, seconds: float) -> float:
        self._best = 0.0
        await asyncio.sleep(seconds)
        return self._best
