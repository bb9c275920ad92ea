"""Kills a house's reminders with -9 again and again, and counts what was lost and what rang after it was done."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST_LINE_SECONDS = 30.0
START_SECONDS = 0.6  # from starting the program to its first lines


@dataclass
class Account:
    """What the houses said, over all power cuts; numbers are those of tests.reminders_child."""

    kills: int = 0
    made: set[str] = field(default_factory=set)
    rang: int = 0
    rang_again_before_done: int = 0
    done: set[str] = field(default_factory=set)
    rung_after_done: list[str] = field(default_factory=list)
    done_unheard: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    ringing: set[str] = field(default_factory=set)

    def take(self, line: str) -> None:
        word, number = line.split()
        if word == "made":
            self.made.add(number)
        elif word == "done":
            self.done.add(number)
            if number not in self.ringing:
                self.done_unheard.append(number)
        else:
            self.rang += 1
            if number in self.done:
                self.rung_after_done.append(number)
            self.rang_again_before_done += number in self.ringing
            self.ringing.add(number)

    def settle(self, kept: set[str]) -> None:
        """What was confirmed is acknowledged, or rang and its acknowledgement was on its way, or is kept."""
        self.lost = sorted(self.made - self.done - self.ringing - kept, key=int)

    def figures(self) -> dict[str, int]:
        return {
            "kills": self.kills,
            "confirmed": len(self.made),
            "rang": self.rang,
            "acknowledged": len(self.done),
            "rang_again_unacknowledged": self.rang_again_before_done,
            "lost": len(self.lost),
            "acknowledged_unheard": len(self.done_unheard),
            "rung_after_acknowledgement": len(self.rung_after_done),
        }


async def cut(path: Path, kills: int, *, seed: int = 1, longest_seconds: float = 0.3) -> Account:
    """Each house is killed a random time after its first line; one of five while it starts."""
    account, chance = Account(), random.Random(seed)
    for kill in range(kills):
        starting = chance.random() < 0.2
        seconds = chance.uniform(0.0, START_SECONDS if starting else longest_seconds)
        await _one_house(path, kill * 1_000_000, account, seconds, starting=starting)
        account.kills += 1
    account.settle(await asyncio.to_thread(_kept, path))
    return account


async def _one_house(path: Path, number: int, account: Account, seconds: float, *, starting: bool) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.reminders_child", str(path), str(number), stdout=PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    try:
        if not starting:
            async with asyncio.timeout(FIRST_LINE_SECONDS):
                account.take((await process.stdout.readline()).decode())
        killer = asyncio.create_task(_kill_after(process, seconds))
        async for line in process.stdout:
            if line.endswith(b"\n"):  # the last may have been cut
                account.take(line.decode())
        await killer
    except BaseException:
        os.kill(process.pid, signal.SIGKILL)
        raise
    finally:
        await process.wait()


async def _kill_after(process: Process, seconds: float) -> None:
    await asyncio.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)


def _kept(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {text or command for text, command in connection.execute("SELECT text, command FROM reminders")}
