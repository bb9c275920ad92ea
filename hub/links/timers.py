"""What becomes of a timer, as Wyoming's events for satellites that show timers. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from wyoming.event import Event
from wyoming.timer import TimerCancelled, TimerStarted, TimerUpdated

from hub.reminders.items import Change, Item


def timer_event(change: Change, item: Item, now: datetime | None = None) -> Event | None:
    """None for what is no timer, or nothing to show.

    That it has run down is not told: the hub rings through the satellite's speaker itself, and stock satellites would
    play a sound of their own over it. The timer is taken off when it is stopped.
    """
    if item.kind != "timer":
        return None
    left_seconds = round(item.left_at(now or datetime.now(UTC)).total_seconds())
    match change:
        case "started":
            return TimerStarted(item.id, left_seconds, name=item.text or None).event()
        case "updated":
            return TimerUpdated(item.id, is_active=not item.paused, total_seconds=left_seconds).event()
        case "cancelled" | "stopped" | "delivered":
            return TimerCancelled(item.id).event()
    return None
