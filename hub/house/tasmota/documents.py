"""What a Tasmota device writes of itself in ``tasmota/discovery/<MAC>/config``, and the topics that follow from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hub.bus.routes import topic_problem
from hub.house.dialect import Dialect, Outgoing
from hub.house.errors import DiscoveryInvalid
from hub.house.naming import spoken

Word = Annotated[str, Meta(max_length=100)]
Channels = Annotated[tuple[int, ...], Meta(max_length=64)]

RELAY, LIGHT, SHUTTER = 1, 2, 3  # in ``rl``
ALL_AS_LIGHTS, CHANNELS_APART = "30", "68"  # SetOptions that change what a relay is
_ANSWERS_BY_COMMAND = "4"  # SetOption: answers come on stat/<topic>/<COMMAND>, not on RESULT
_DEFAULT_NAME = "Tasmota"
_COMMAND, _STATUS, _TELEMETRY = 0, 1, 2  # in ``tp``


class Config(msgspec.Struct, frozen=True):
    """Keys as the firmware shortens them. states: payloads for off and on."""

    mac: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{12}$")]
    topic: Word = msgspec.field(name="t")
    full_topic: Annotated[str, Meta(max_length=200)] = msgspec.field(name="ft")
    prefixes: tuple[Word, Word, Word] = msgspec.field(default=("cmnd", "stat", "tele"), name="tp")
    device_name: Word = msgspec.field(default="", name="dn")
    friendly_names: Annotated[tuple[Word | None, ...], Meta(max_length=64)] = msgspec.field(default=(), name="fn")
    host_name: Word = msgspec.field(default="", name="hn")
    relays: Channels = msgspec.field(default=(), name="rl")
    states: Annotated[tuple[Word, ...], Meta(min_length=2, max_length=8)] = msgspec.field(
        default=("OFF", "ON"), name="state"
    )
    offline: Word = msgspec.field(default="Offline", name="ofln")
    online: Word = msgspec.field(default="Online", name="onln")
    light_type: int = msgspec.field(default=0, name="lt_st")
    white_linked: int = msgspec.field(default=1, name="lk")
    options: Annotated[dict[str, Any], Meta(max_length=200)] = msgspec.field(default_factory=dict, name="so")
    shutter_options: Channels = msgspec.field(default=(), name="sho")
    tuya: int = msgspec.field(default=0, name="ty")
    fan: int = msgspec.field(default=0, name="if")

    def has(self, option: str) -> bool:
        return bool(self.options.get(option))

    def name(self, relay: int, *, count: int = 1) -> str:
        """Of one relay: its friendly name, else the device's, numbered where ``count`` of them share it."""
        given = self.friendly_names[relay] if relay < len(self.friendly_names) else None
        if given and (given != _DEFAULT_NAME or not self.device_name):
            return spoken(given)
        return spoken(f"{self.device_name or self.topic} {relay + 1 if count > 1 else ''}")

    def command_topic(self, command: str) -> str:
        return self._topic(_COMMAND, command)

    def command(self, command: str, payload: Any = "") -> Outgoing:
        return Outgoing(self.command_topic(command), str(payload), 1, retain=False)

    @property
    def asks_state(self) -> tuple[Outgoing, ...]:
        """Of relays and lights; answered on RESULT, or by command on STATE."""
        return (self.command("STATE"),)

    @property
    def asks_sensors(self) -> tuple[Outgoing, ...]:
        """Of sensors and shutters; answered on STATUS10."""
        return (self.command("STATUS", "10"),)

    def status_topic(self, name: str) -> str:
        return self._topic(_STATUS, name)

    def telemetry_topic(self, name: str) -> str:
        return self._topic(_TELEMETRY, name)

    def answer_topics(self, *commands: str) -> list[str]:
        """Where answers and reports come as JSON."""
        own = (
            [self.status_topic(command.upper()) for command in ("STATE", *commands)]
            if self.has(_ANSWERS_BY_COMMAND)
            else []
        )
        return [self.status_topic("RESULT"), self.telemetry_topic("STATE"), *own]

    def _topic(self, prefix: int, tail: str) -> str:
        """Raises DiscoveryInvalid. A full topic without %prefix% has it last, for commands (firmware, GetTopic_P)."""
        full = self.full_topic if prefix != _COMMAND or "%prefix%" in self.full_topic else f"{self.full_topic}/%prefix%"
        names = {"hostname": self.host_name, "id": self.mac[-6:], "prefix": self.prefixes[prefix], "topic": self.topic}
        for token, value in names.items():
            full = full.replace(f"%{token}%", value)
        topic = re.sub("/+", "/", f"{full}/{tail}")
        if problem := topic_problem(topic):
            raise DiscoveryInvalid(f"topic {topic[:100]!r} {problem}")
        return topic


@dataclass(frozen=True, slots=True)
class Found:
    """An entity to be announced. object_id: tells it from the device's others of its domain."""

    domain: str
    object_id: str
    name: str
    dialect: Dialect
    device_class: str | None = None
    unit: str | None = None
    exposed: bool = True
