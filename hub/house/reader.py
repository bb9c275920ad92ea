"""What reads announcements off the broker: Home Assistant's discovery, zigbee2mqtt, Tasmota."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.bus.routes import Message
from hub.house import discovery
from hub.house.discovery import Announcement
from hub.house.errors import DiscoveryInvalid


@dataclass(frozen=True, slots=True)
class Part:
    """What a message tells of one source: a device, or a whole topic.

    source: goes before what the same source told last. content: the same bytes announce the same entities; empty
    withdraws them. read: makes the entities, only called where ``content`` is new; never raises.
    """

    source: str
    content: bytes
    read: Callable[[], Announcement]


class Reader(Protocol):
    """One way in which devices announce themselves."""

    @property
    def patterns(self) -> Sequence[str]:
        """Topics to listen to."""

    @property
    def large(self) -> bool:
        """Messages may be lists of a whole network, larger than any other may be."""

    def read(self, message: Message) -> Iterable[Part]:
        """All that changes by a message on one of the patterns. Never raises, whatever a peer sent.

        Called in a thread for large messages, one call at a time.
        """


def withdrawn(source: str) -> Part:
    return Part(source, b"", lambda: Announcement(source))


def refused(source: str, reason: str) -> Part:
    """A part of which nothing can be used."""
    problem = DiscoveryInvalid(f"{source[:200]!r}: {reason[:300]}; correct what publishes it")
    return Part(source, reason.encode("utf-8", errors="replace"), lambda: Announcement(source, problems=(problem,)))


class HomeAssistantReader:
    """Home Assistant's MQTT discovery: a topic for each entity or device."""

    large = False

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.patterns: Sequence[str] = discovery.patterns(prefix)

    def read(self, message: Message) -> Iterable[Part]:
        topic, payload = message.topic, message.payload
        return [Part(topic, payload, lambda: discovery.read(self._prefix, topic, payload))]
