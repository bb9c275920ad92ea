"""Who listens to which topics: exact ones by look-up, patterns by comparing levels. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came. retain: the broker kept it from before we asked."""

    topic: str
    payload: bytes
    retain: bool = False

    def __repr__(self) -> str:
        """Peers' bytes stay out of logs."""
        return f"Message({self.topic[:100]!r}, {len(self.payload)} bytes)"


Callback = Callable[[Message], None]
MAX_TOPIC_BYTES = 1024


def topic_problem(topic: str) -> str | None:
    """Why nobody may publish to or listen to this exact topic; None if one may. Peers name topics in discovery."""
    if not topic or len(topic.encode("utf-8", errors="replace")) > MAX_TOPIC_BYTES:
        return f"must have 1 to {MAX_TOPIC_BYTES} bytes"
    if any(character in "+#" or ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in topic):
        return "must hold no +, # or control character"
    if topic.startswith("$"):
        return "must not begin with $ (the broker's own)"
    return None


def matches(pattern: str, topic: str) -> bool:
    """MQTT 4.7: ``+`` is one level, ``#`` all that follow; neither begins a match of a ``$`` topic."""
    if topic.startswith("$") and pattern[:1] in {"+", "#"}:
        return False
    wanted, given = pattern.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(given) or level not in {"+", given[index]}:
            return False
    return len(wanted) == len(given)


class Routes:
    """Callbacks by topic pattern. Patterns are sorted by their first level: most of a house's messages match none."""

    def __init__(self) -> None:
        self._exact: dict[str, list[Callback]] = {}
        self._wild: dict[str, dict[str, list[Callback]]] = {}

    def add(self, pattern: str, callback: Callback) -> bool:
        """True if nobody listened to this pattern before: it must be subscribed."""
        listeners = self._shelf(pattern).setdefault(pattern, [])
        listeners.append(callback)
        return len(listeners) == 1

    def remove(self, pattern: str, callback: Callback) -> bool:
        """True if nobody listens to this pattern any more: it must be unsubscribed."""
        shelf = self._shelf(pattern)
        listeners = shelf.get(pattern, [])
        if callback not in listeners:
            return False
        listeners.remove(callback)
        if listeners:
            return False
        del shelf[pattern]
        return True

    def patterns(self) -> list[str]:
        return [*(pattern for shelf in self._wild.values() for pattern in shelf), *self._exact]

    def callbacks(self, topic: str) -> list[Callback]:
        """Those that listened when the message came, whatever they add or remove when called."""
        found = list(self._exact.get(topic, ()))
        for level in (topic.partition("/")[0], "+", "#"):
            for pattern, listeners in self._wild.get(level, {}).items():
                if matches(pattern, topic):
                    found += listeners
        return found

    def _shelf(self, pattern: str) -> dict[str, list[Callback]]:
        if "+" not in pattern and "#" not in pattern:
            return self._exact
        return self._wild.setdefault(pattern.partition("/")[0], {})
