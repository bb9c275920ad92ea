"""What people say about alarms and reminders: set, asked for, cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

from hub.reminders import due, words
from hub.reminders.asked import Asked, CannotKeep, Handler, answered, new_id, unknown
from hub.reminders.items import MAX_SKIPPED, MAX_TEXT, Event, Item
from hub.reminders.recurrence import RepeatInvalid, checked, instant, wall_clock
from hub.reminders.reminders import Reminders
from hub.stages import Result, Told

_FURTHEST = timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class MomentIntents:
    """Handlers of our own intents for alarms and reminders."""

    reminders: Reminders

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "EarshotSetAlarm": lambda asked: self._set(asked, "alarm"),
            "EarshotAlarmStatus": lambda asked: self._status(asked, "alarm"),
            "EarshotCancelAlarm": lambda asked: self._cancel(asked, "alarm"),
            "EarshotSetReminder": lambda asked: self._set(asked, "reminder"),
            "EarshotReminderStatus": lambda asked: self._status(asked, "reminder"),
            "EarshotCancelReminder": lambda asked: self._cancel(asked, "reminder"),
        }

    async def _set(self, asked: Asked, kind: Literal["alarm", "reminder"]) -> Result:
        text, at, event = asked.text("text"), asked.moment(), _event(asked.given("event"))
        if (kind == "reminder" and not text) or (at is None) == (event is None) or (event and kind == "alarm"):
            raise CannotKeep("time_invalid" if text or kind == "alarm" else "text_missing")
        now = self.reminders.now()
        item = Item(new_id(now), kind, text, asked.place, event=event, important=asked.given("important") is True)
        if at is not None:
            item = await self.timed(item, at, asked.text("repeat"), now)
        return answered(words.moment(f"{kind}_set", await self.reminders.add(item), self.reminders.zone))

    async def timed(self, item: Item, at: datetime, repeat: str, now: datetime) -> Item:
        """At that wall clock. A rule may have begun long ago; only what is still to come counts. Raises CannotKeep."""
        wall = wall_clock(now, self.reminders.zone)
        if abs(at - wall) > _FURTHEST:
            raise CannotKeep("time_invalid")
        past = instant(at, self.reminders.zone) <= now
        if not repeat:
            if past:
                raise CannotKeep("time_past", {"at": at.replace(tzinfo=self.reminders.zone)})
            return replace(item, at=at)
        try:
            rule = await asyncio.to_thread(checked, at, repeat)
        except RepeatInvalid as error:
            raise CannotKeep("repeat_invalid") from error
        return replace(item, at=at, repeat=rule, settled=wall if past else None)

    async def _status(self, asked: Asked, kind: str) -> Result:
        items = self._fitting(asked, kind)
        if not items:
            return self._nothing(kind)
        told = [words.moment(f"{kind}_next", item, self.reminders.zone) for item in items[: words.NAMED_AT_ONCE]]
        return answered(*told, *words.more(items))

    async def _cancel(self, asked: Asked, kind: str) -> Result:
        """All of them only where it was said so; a repeated one with all that is still to come of it."""
        if asked.given("once") is True:
            return await self._skip(asked, kind)
        items = self._fitting(asked, kind)
        if not items:
            return self._nothing(kind)
        if asked.given("all") is True:
            return answered(Told(f"{kind}s_cancelled", {"count": await self.reminders.cancel(items)}))
        if len(items) > 1:
            return self._which(items, kind)
        told_of = words.moment(f"{kind}_cancelled", items[0], self.reminders.zone)
        await self.reminders.cancel(items)
        return answered(told_of)

    async def _skip(self, asked: Asked, kind: str) -> Result:
        """What comes of it in the time that was said, else the next; the rule stays. What comes once is cancelled."""
        begin, end = asked.moment("from"), asked.moment("to")
        looked = [(item, await asyncio.to_thread(self._coming, item, begin, end)) for item in self._called(asked, kind)]
        coming = [(item, moments) for item, moments in looked if moments]
        if not coming:
            return self._nothing(kind)
        if begin is None:  # the next one of all
            coming = sorted(coming, key=lambda one: one[1][0])[:1]
        elif len(coming) > 1 and kind == "reminder":
            return self._which([item for item, _ in coming], kind)
        told = [await self._left_out(item, moments, kind) for item, moments in coming]
        return answered(*told[: words.NAMED_AT_ONCE], *words.more(told))

    async def _left_out(self, item: Item, moments: Sequence[datetime], kind: str) -> Told:
        values: dict[str, Any] = {"at": moments[0].replace(tzinfo=self.reminders.zone)}
        if kind == "reminder":
            values["text"] = item.text
        if not item.repeat:
            await self.reminders.cancel([item])
            return Told(f"{kind}_cancelled", values)
        changed = await self.reminders.skip(item, moments)
        if changed is None or changed.due is None:
            return Told(f"{kind}_skipped", values)
        return Told(f"{kind}_skipped_next", {**values, "next": words.local(changed, self.reminders.zone)})

    def _coming(self, item: Item, begin: datetime | None, end: datetime | None) -> tuple[datetime, ...]:
        """May look far ahead, so not on the event loop."""
        wall = wall_clock(self.reminders.now(), self.reminders.zone)
        if begin is None or end is None:
            return due.occurrences(item, wall, None, 1)
        return due.occurrences(item, max(begin, wall), end, MAX_SKIPPED)

    def _which(self, items: Sequence[Item], kind: str) -> Result:
        told = [words.moment(f"{kind}_next", item, self.reminders.zone) for item in items[: words.NAMED_AT_ONCE]]
        choices = tuple(item.text for item in items if item.text)
        told = [Told(f"{kind}_which"), *told, *words.more(items)]
        return Result("ambiguous", choices=choices, told=tuple(told), problem=f"several-{kind}s")

    def _fitting(self, asked: Asked, kind: str) -> list[Item]:
        """By text, person and moment, each if it is said."""
        when = asked.time_or_moment()
        return [item for item in self._called(asked, kind) if when is None or self._is_at(item, when)]

    def _called(self, asked: Asked, kind: str) -> list[Item]:
        """By text and person, each if it is said."""
        text, person = asked.text("text").casefold(), asked.text("person").casefold()
        of_kind = [item for item in self.reminders.items if item.kind == kind]
        theirs = [item for item in of_kind if not person or item.place.person.casefold() == person]
        exact = [item for item in theirs if item.text.casefold() == text]
        return exact if text and exact else [item for item in theirs if text in item.text.casefold()]

    def _is_at(self, item: Item, when: time | datetime) -> bool:
        if item.due is None:
            return False
        wall = wall_clock(item.due, self.reminders.zone).replace(second=0, microsecond=0)
        return wall == when if isinstance(when, datetime) else wall.time() == when

    def _nothing(self, kind: str) -> Result:
        there = any(item.kind == kind for item in self.reminders.items)
        return unknown(f"{kind}_unknown") if there else answered(Told(f"{kind}s_none"))


def _event(given: Any) -> Event | None:
    """``{"entity_id": …, "state": …}``."""
    if not given:
        return None
    if not isinstance(given, Mapping) or given.keys() != {"entity_id", "state"}:
        raise CannotKeep("time_invalid")
    texts: Sequence[Any] = [given["entity_id"], given["state"]]
    if not all(isinstance(text, str) and 0 < len(text) <= MAX_TEXT for text in texts):
        raise CannotKeep("time_invalid")
    return Event(*texts)
