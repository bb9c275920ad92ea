"""What Home Assistant is told of timers, alarms and reminders: the next one, what rings, what happened. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.presence.topics import Topics
from hub.reminders.items import Change, Item

CHANGES: tuple[Change, ...] = ("started", "updated", "cancelled", "finished", "ringing", "stopped", "delivered")
KINDS = ("timer", "alarm", "reminder")


def upcoming(items: Sequence[Item]) -> dict[str, Any]:
    """By kind, when the next is due (ISO, UTC) or None; and how many ring."""
    due = {kind: min((item.due for item in items if item.kind == kind and item.due), default=None) for kind in KINDS}
    told: dict[str, Any] = {kind: at and at.isoformat(timespec="seconds") for kind, at in due.items()}
    return told | {"ringing": sum(item.state == "ringing" and item.kind != "reminder" for item in items)}


def happened(change: Change, item: Item, *, with_words: bool) -> dict[str, Any]:
    """One event. with_words: what it is called or says may leave the hub."""
    told: dict[str, Any] = {
        "event_type": change,
        "id": item.id,
        "kind": item.kind,
        "due": item.due and item.due.isoformat(timespec="seconds"),
        "area": item.place.area,
        "satellite": item.place.satellite or None,
    }
    return told | ({"text": item.text} if with_words else {})


def agenda(topics: Topics) -> dict[str, Any]:
    """Entities of the hub's device: three times, whether anything rings, what happened, and two buttons."""
    times = {
        f"next_{kind}": {
            "platform": "sensor",
            "name": f"Next {kind}",
            "device_class": "timestamp",
            "state_topic": topics.upcoming,
            "value_template": f"{{{{ value_json.{kind} }}}}",
        }
        for kind in KINDS
    }
    return times | {
        "ringing": {
            "platform": "binary_sensor",
            "name": "Ringing",
            "icon": "mdi:bell-ring",
            "state_topic": topics.upcoming,
            "value_template": "{{ 'ON' if value_json.ringing else 'OFF' }}",
        },
        "reminder": {
            "platform": "event",
            "name": "Reminder",
            "icon": "mdi:bell",
            "state_topic": topics.reminder,
            "event_types": list(CHANGES),
        },
        "stop": {"platform": "button", "name": "Stop ringing", "command_topic": topics.stop},
        "snooze": {"platform": "button", "name": "Snooze", "command_topic": topics.snooze},
    }
