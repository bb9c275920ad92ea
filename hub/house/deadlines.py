"""How long each device gets to show that it obeyed, learned from how long it took. Pure."""

from __future__ import annotations

import math
from collections import OrderedDict, deque

_KEPT = 20  # proofs of each device: what it did lately
_KNOWN_AFTER = 5  # proofs
_MAX_DEVICES = 10_000
_SHARE = 0.95
_MARGIN = 3.0  # times what 95 % of its proofs took: a busy mesh repeats a message more than once
_LEAST_SECONDS = 0.5
_LONGEST = 4.0  # times the default: nobody waits longer for an answer


class Deadlines:
    """Of a device with five proofs: three times the 95th percentile of the latest twenty, within bounds.

    Before that the default, or three times its slowest proof if that is longer: who was late is believed next time.
    """

    def __init__(self, default_seconds: float) -> None:
        self.default_seconds = default_seconds
        self._took_ms: OrderedDict[str, deque[float]] = OrderedDict()  # by entity, the longest not heard first

    def note(self, entity: str, after_ms: float) -> None:
        """A proof came. 0 tells nothing: the device was as wanted already."""
        if not after_ms > 0:
            return
        self._took_ms.setdefault(entity, deque(maxlen=_KEPT)).append(after_ms)
        self._took_ms.move_to_end(entity)
        if len(self._took_ms) > _MAX_DEVICES:
            self._took_ms.popitem(last=False)

    def seconds(self, entity: str) -> float:
        took = sorted(self._took_ms.get(entity, ()))
        if not took:
            return self.default_seconds
        is_known = len(took) >= _KNOWN_AFTER
        typical_ms = took[math.ceil(len(took) * _SHARE) - 1] if is_known else took[-1]
        least = _LEAST_SECONDS if is_known else self.default_seconds
        return min(max(_MARGIN * typical_ms / 1000, least), _LONGEST * self.default_seconds)
