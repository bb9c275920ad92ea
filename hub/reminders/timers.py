"""What people say about timers: which one is meant, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hub.reminders import words
from hub.reminders.asked import Asked, CannotKeep, Handler, answered, new_id, unknown
from hub.reminders.items import MAX_TIMER, Item
from hub.reminders.reminders import Reminders
from hub.stages import Result, Told


class TimerIntents:
    """Handlers of home-assistant-intents' timer intents."""

    def __init__(self, reminders: Reminders) -> None:
        self._reminders = reminders
        self.handlers: Mapping[str, Handler] = {
            "HassStartTimer": self._start,
            "HassCancelTimer": self._cancel,
            "HassCancelAllTimers": self._cancel_all,
            "HassIncreaseTimer": lambda asked: self._lengthen(asked, 1),
            "HassDecreaseTimer": lambda asked: self._lengthen(asked, -1),
            "HassPauseTimer": lambda asked: self._change(asked, "timer_paused", paused),
            "HassUnpauseTimer": lambda asked: self._change(asked, "timer_resumed", resumed),
            "HassTimerStatus": self._status,
        }

    async def _start(self, asked: Asked) -> Result:
        length = asked.length()
        if length is None:
            raise CannotKeep("length_missing")
        check_length(length)
        command = asked.text("conversation_command")
        item = Item(
            new_id(self._reminders.now()), "timer", asked.text("name"), asked.place, length=length, command=command
        )
        await self._reminders.add(item)
        if command:
            return answered(Told("timer_command", {"command": command, "length": length}))
        named = words.timer("timer_started", item)
        return answered(Told(named.key, {**named.values, "length": length}))

    async def _cancel(self, asked: Asked) -> Result:
        found = self._which(asked)
        if isinstance(found, Result):
            return found
        await self._reminders.cancel([found])
        return answered(words.timer("timer_cancelled", found))

    async def _cancel_all(self, asked: Asked) -> Result:
        timers = _in_room(self._timers(), asked)
        if not timers:
            return answered(Told("timers_none"))
        return answered(Told("timers_cancelled", {"count": await self._reminders.cancel(timers)}))

    async def _lengthen(self, asked: Asked, sign: int) -> Result:
        by = asked.length()
        if by is None:
            raise CannotKeep("time_invalid")

        def lengthened(item: Item, now: datetime) -> Item:
            left = item.left_at(now) + sign * by
            if left > MAX_TIMER:
                raise CannotKeep("timer_too_long", {"most": MAX_TIMER})
            left = max(left, timedelta())
            return replace(item, left=left) if item.paused else replace(item, due=now + left)

        return await self._change(asked, "timer_changed", lengthened)

    async def _change(self, asked: Asked, key: str, change: Callable[[Item, datetime], Item]) -> Result:
        found = self._which(asked)
        if isinstance(found, Result):
            return found
        changed = await self._reminders.change(found, change)
        return answered(words.timer(key, changed, self._reminders.now())) if changed else unknown("timer_unknown")

    async def _status(self, asked: Asked) -> Result:
        """Of all that fit: nobody is asked back which one."""
        timers, all_timers = _fitting(self._timers(), asked), self._timers()
        if not timers:
            return unknown("timer_unknown") if all_timers else answered(Told("timers_none"))
        return answered(*self._states(timers))

    def _timers(self) -> list[Item]:
        return [item for item in self._reminders.items if item.kind == "timer"]

    def _states(self, timers: Sequence[Item]) -> tuple[Told, ...]:
        now = self._reminders.now()
        told = (words.timer_state(item, now) for item in timers[: words.NAMED_AT_ONCE])
        return (*told, *words.more(timers))

    def _which(self, asked: Asked) -> Item | Result:
        """As Home Assistant: by what was said of it; else what rings, the only one, of this satellite, of this room."""
        timers = self._timers()
        if not timers:
            return answered(Told("timers_none"))
        found = _fitting(timers, asked)
        if not found:
            return unknown("timer_unknown")
        nearest = (
            found,
            [item for item in found if item.state == "ringing"],
            [item for item in found if asked.satellite and item.place.satellite == asked.satellite],
            [item for item in found if asked.area and item.place.area == asked.area],
        )
        only = next((few[0] for few in nearest if len(few) == 1), None)
        if only:
            return only
        names = tuple(item.text for item in found if item.text)
        told = (Told("timer_which"), *self._states(found))
        return Result("ambiguous", choices=names, told=told, problem="several-timers")


def check_length(length: timedelta) -> None:
    """Raises CannotKeep."""
    if length < timedelta(seconds=1):
        raise CannotKeep("timer_too_short")
    if length > MAX_TIMER:
        raise CannotKeep("timer_too_long", {"most": MAX_TIMER})


def _fitting(timers: Sequence[Item], asked: Asked) -> list[Item]:
    """By name, by the length that it was made with, by room."""
    name, length = asked.text("name").casefold(), asked.length("start_")
    fitting = [item for item in _in_room(timers, asked) if length is None or item.length == length]
    if not name:
        return fitting
    exact = [item for item in fitting if item.text.casefold() == name]
    return exact or [item for item in fitting if item.text and name in item.text.casefold()]


def _in_room(timers: Sequence[Item], asked: Asked) -> list[Item]:
    area = asked.text("area").casefold()
    return [item for item in timers if not area or (item.place.area or "").casefold() == area]


def paused(item: Item, now: datetime) -> Item:
    return item if item.paused else replace(item, left=item.left_at(now), due=None)


def resumed(item: Item, now: datetime) -> Item:
    return replace(item, due=now + item.left, left=None) if item.left is not None else item
