"""The acting stage for the house's time: intents about timers, alarms, reminders and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hub.errors import StoreLost
from hub.reminders.asked import Asked, CannotKeep, Handler, answered
from hub.reminders.items import MAX_ITEMS, Item
from hub.reminders.lists import ListIntents, Lists
from hub.reminders.moments import MomentIntents
from hub.reminders.reminders import SNOOZE, Reminders, TooMany
from hub.reminders.timers import TimerIntents
from hub.stages import Granted, Intent, Result, Told

_LONGEST_SNOOZE = timedelta(hours=12)


class ReminderActor:
    """A stages.Actor. ``intents`` are those that it can carry out."""

    def __init__(self, reminders: Reminders, lists: Lists) -> None:
        self._reminders = reminders
        self._handlers: Mapping[str, Handler] = {
            **TimerIntents(reminders).handlers,
            **MomentIntents(reminders).handlers,
            **ListIntents(lists).handlers,
            "EarshotStop": self._stop,
            "EarshotSnooze": self._snooze,
        }
        self.intents = frozenset(self._handlers)

    async def carry_out(
        self,
        intent: Intent,
        *,
        area: str | None,
        satellite: str = "",
        granted: Granted = "",  # noqa: ARG002 nothing here needs it
    ) -> Result:
        """Never raises for the disk: what could not be kept is refused, and told."""
        if (handler := self._handlers.get(intent.name)) is None:
            return Result("unsupported", problem=intent.name)
        try:
            return await handler(Asked(intent, area, satellite))
        except CannotKeep as refused:
            return _refused(refused.told, refused.told.key)
        except TooMany:
            return _refused(Told("items_full", {"most": MAX_ITEMS}), "items-full")
        except StoreLost as error:
            return _refused(Told("not_kept"), error.code)

    async def _stop(self, asked: Asked) -> Result:
        ringing = self._nearest_ringing(asked)
        if not ringing:
            return answered(Told("nothing_rings"))
        await self._reminders.stop(ringing)
        return answered(Told("stopped"))

    async def _snooze(self, asked: Asked) -> Result:
        length = asked.length() or SNOOZE
        if length > _LONGEST_SNOOZE:
            raise CannotKeep("snooze_too_long", {"most": _LONGEST_SNOOZE})
        ringing = self._nearest_ringing(asked)
        if not ringing:
            return answered(Told("nothing_rings"))
        until = await self._reminders.snooze(ringing, length)
        return answered(Told("snoozed", {"length": length, "at": until.astimezone(self._reminders.zone)}))

    def _nearest_ringing(self, asked: Asked) -> Sequence[Item]:
        """What rings at this satellite, else in this room, else anywhere."""
        ringing = self._reminders.ringing
        here = [item for item in ringing if asked.satellite and item.place.satellite == asked.satellite]
        room = [item for item in ringing if asked.area and item.place.area == asked.area]
        return here or room or ringing


def _refused(told: Told, problem: str) -> Result:
    return Result("refused", told=(told,), problem=problem.replace("_", "-"))
