"""What rules are fed with: the time, and what happened in the house."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.stages import Entity

MAX_PAYLOAD_BYTES = 16_384  # of a message that rules are shown

Snapshot = Mapping[str, Entity]
"""The entities that rules ask about, by id, as they are now."""


@dataclass(frozen=True, slots=True)
class Now:
    """utc: what clocks on the wall show; it may jump. seconds: of a clock that never does, for durations."""

    utc: datetime
    seconds: float


def system_now() -> Now:
    return Now(datetime.now(UTC), time.monotonic())


@dataclass(frozen=True, slots=True)
class EntityChanged:
    entity: Entity


@dataclass(frozen=True, slots=True)
class MessageCame:
    """payload: MAX_PAYLOAD_BYTES at most. retained: kept from before; how things are, not that something happened."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """The hub knows the house."""


Event = EntityChanged | MessageCame | Started
