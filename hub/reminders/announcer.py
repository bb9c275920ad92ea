"""What reminders need of the house to be heard, and how long they keep trying."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from hub.reminders.items import Item, Place
from hub.stages import Told
from wire.errors import EarshotError

_log = logging.getLogger(__name__)

RETRY_MIN_SECONDS, RETRY_MAX_SECONDS = 2.0, 300.0


class Announcer(Protocol):
    """Implemented over satellites. An EarshotError from either means: nobody heard it, try again later."""

    async def ring(self, item: Item) -> None:
        """Make the sound of a timer or alarm at ``item.place`` until cancelled; returns if somebody stops it there."""

    async def say(self, told: Sequence[Told], place: Place) -> None:
        """Speak at ``place``; returns when it was heard there."""


Run = Callable[[str, str | None, str], Awaitable[None]]
"""Carry out a sentence for an area and a satellite, as if it had been said there. EarshotError: try again."""


class Patience:
    """Tries something until it works, each time waiting longer."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        """jitter: in [0, 1]; half of each wait is left to it."""
        self._jitter = jitter

    async def until_done(self, attempt: Callable[[], Awaitable[None]]) -> None:
        failures = 0
        while not await _worked(attempt):
            seconds = min(RETRY_MAX_SECONDS, RETRY_MIN_SECONDS * 2.0 ** min(failures, 16))
            await asyncio.sleep(seconds * (1 + self._jitter()) / 2)
            failures += 1


async def _worked(attempt: Callable[[], Awaitable[None]]) -> bool:
    try:
        await attempt()
    except EarshotError as error:
        _log.info("not heard, tried again later: %s", error)
    except Exception:  # noqa: BLE001 a supervisor of background work: no bug in a satellite's link may cost a reminder
        _log.exception("not heard, tried again later")
    else:
        return True
    return False
