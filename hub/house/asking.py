"""Devices that keep no state on the broker are asked for it: after a start, the house would know none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from hub.errors import BrokerLost
from hub.house.dialect import Outgoing

_PAUSE_SECONDS = 0.2  # between questions: a Zigbee network carries few messages at once
_LOOK_SECONDS = 2.0


class Asked(Protocol):
    def questions(self) -> Iterable[Outgoing]:
        """What to send to devices whose state is not known."""


class Publishing(Protocol):
    async def publish(self, topic: str, payload: bytes | str, *, qos: int = ..., retain: bool = ...) -> None: ...


async def ask(house: Asked, bus: Publishing, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Until cancelled: every question once, for as long as its device has not told its state."""
    asked: set[Outgoing] = set()
    while True:
        open_questions = dict.fromkeys(house.questions())
        asked &= open_questions.keys()
        for question in open_questions:
            if question not in asked:
                try:
                    await bus.publish(question.topic, question.payload, qos=question.qos, retain=False)
                except BrokerLost:
                    break
                asked.add(question)
                await sleep(_PAUSE_SECONDS)
        await sleep(_LOOK_SECONDS)
