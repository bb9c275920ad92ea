"""``python -m tests.reminders_child DATABASE FIRST``: a house's reminders that are killed at any moment.

It makes reminders and alarms that are due at once, stops what rings, and prints a line, flushed, after each
confirmed step: ``made N``, ``rang N`` (heard in a room), ``done N`` (acknowledged).
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.reminders.items import Item
from hub.reminders.recurrence import wall_clock
from hub.reminders.reminders import Reminders
from hub.reminders.store import ReminderStore
from hub.store.database import Database

ZONE = ZoneInfo("Europe/Berlin")
DUE_AFTER = timedelta(milliseconds=30)


def tell(word: str, text: str) -> None:
    sys.stdout.write(f"{word} {text}\n")
    sys.stdout.flush()


class Room:
    async def ring(self, item) -> None:
        tell("rang", item.text)
        await asyncio.Event().wait()

    async def say(self, told, place) -> None:
        for one in told:
            if "text" in one.values:
                tell("rang", one.values["text"])


async def run(text, area, satellite) -> None:
    tell("rang", text)


def changed(change, item) -> None:
    if change in {"stopped", "delivered"}:
        tell("done", item.text or item.command)


def made(number, now):
    """Reminders, timers that ring, and commands, in turn."""
    text, id_ = str(number), f"{number:026}"
    if number % 3 == 0:
        return Item(id_, "reminder", text, at=wall_clock(now + DUE_AFTER, ZONE))
    if number % 3 == 1:
        return Item(id_, "timer", text, length=DUE_AFTER)
    return Item(id_, "timer", command=text, length=DUE_AFTER)


async def main(path: str, number: int) -> None:
    async with (
        Database(Path(path)) as database,
        Reminders(ReminderStore(database), Room(), run, zone=ZONE, look_seconds=0.02, on_change=changed) as reminders,
    ):
        while True:
            await reminders.add(made(number, reminders.now()))
            tell("made", str(number))
            number += 1
            await reminders.stop(reminders.ringing)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
