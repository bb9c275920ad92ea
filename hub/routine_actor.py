"""Carries out the household's routines: their steps, as if each had been said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hub.intent.routines import Routines, Step, Wait
from hub.stages import Granted, Intent, Result, Told
from hub.trace import Trace
from wire.tasks import Tasks

Say = Callable[[str, str, str | None, str], Awaitable[Trace]]
"""A step, whose it is, the room and the language."""


class RoutineActor:
    """A stages.Actor for EarshotRoutine. What follows a wait goes on after the reply; the hub's end ends it.

    say: carries out one sentence; nothing is granted to it, whoever asked for the routine.
    """

    def __init__(self, routines: Routines, say: Say, tasks: Tasks) -> None:
        self._routines, self._say, self._tasks = routines, say, tasks

    async def carry_out(
        self,
        intent: Intent,
        *,
        area: str | None,
        satellite: str = "",  # noqa: ARG002 the routine itself is who asks
        granted: Granted = "",  # noqa: ARG002 likewise
    ) -> Result:
        name = str(intent.slots["name"])
        steps = self._routines.steps(name)
        first = next((at for at, step in enumerate(steps) if isinstance(step, Wait)), len(steps))
        replies = await self._done(steps[:first], name, area, intent.language)
        if rest := steps[first:]:
            self._tasks.start(self._rest(rest, name, area, intent.language), name=f"routine[{name}]")
        text = self._routines.response(name) or " ".join(dict.fromkeys(replies))
        return Result(
            "answered", told=(Told("plain", {"text": text}) if text else Told("routine_done", {"name": name}),)
        )

    async def _rest(self, steps: Sequence[Step], name: str, area: str | None, language: str) -> None:
        await self._done(steps, name, area, language)

    async def _done(self, steps: Sequence[Step], name: str, area: str | None, language: str) -> list[str]:
        """What each step was answered; one that fails keeps none of the others from being done."""
        replies = []
        for step in steps:
            if isinstance(step, Wait):
                await asyncio.sleep(step.wait_seconds)
            else:
                replies.append((await self._say(step, f"routine {name}"[:64], area, language)).reply)
        return replies
