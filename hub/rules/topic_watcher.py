"""Sets a rule off by MQTT messages. Pure."""

from __future__ import annotations

from typing import Any

from hub.bus.routes import matches
from hub.rules.edge import Edge
from hub.rules.events import Event, MessageCame, Now
from hub.rules.kinds import number, within
from hub.rules.pointer import pointed
from hub.rules.triggers import OnTopic

MAX_TOPICS = 256  # of one filter with a range, whose last values are kept
_SHOWN_CHARACTERS = 100


class TopicWatcher:
    def __init__(self, trigger: OnTopic) -> None:
        self._trigger = trigger
        self._edges: dict[str, Edge] = {}

    def step(self, now: Now, event: Event | None) -> str | None:
        if not isinstance(event, MessageCame) or not matches(self._trigger.topic, event.topic):
            return None
        if not self._fits(now, event) or event.retained:
            return None
        shown = event.payload[: 4 * _SHOWN_CHARACTERS].decode("utf-8", errors="replace")[:_SHOWN_CHARACTERS]
        return f"message on {event.topic[:200]}: {shown}"

    def due_in(self, now: Now) -> float | None:  # noqa: ARG002 Watcher's signature
        return None

    def _fits(self, now: Now, event: MessageCame) -> bool:
        trigger = self._trigger
        if trigger.payload is not None:
            return event.payload == trigger.payload.encode()
        if trigger.equals is not None:
            return _same(self._value(event), trigger.equals)
        return self._crosses(now, event) if trigger.has_range else True

    def _crosses(self, now: Now, event: MessageCame) -> bool:
        if event.topic not in self._edges and len(self._edges) >= MAX_TOPICS:
            return False
        value = number(self._value(event))
        truth = None if value is None else within(value, self._trigger.above, self._trigger.below)
        return self._edges.setdefault(event.topic, Edge()).feed(now.seconds, truth)

    def _value(self, event: MessageCame) -> Any:
        if self._trigger.pointer is not None:
            return pointed(event.payload, self._trigger.pointer)
        return event.payload.decode("utf-8", errors="replace")


def _same(found: Any, wanted: str | float | bool) -> bool:  # noqa: FBT001 a value of TOML
    """JSON's true is not 1; a payload without a pointer is text, and means what it shows."""
    if isinstance(found, str) and not isinstance(wanted, str):
        return found.strip() == (str(wanted).lower() if isinstance(wanted, bool) else f"{wanted}")
    return isinstance(found, bool) is isinstance(wanted, bool) and bool(found == wanted)
