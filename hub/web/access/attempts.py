"""How often somebody may guess: each address by itself, and all strangers together."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from hub.web.refusal import RequestRefused

FREE_OF_ADDRESS, MOST_WAIT_OF_ADDRESS_SECONDS = 5, 900.0
FREE_OF_ALL, MOST_WAIT_OF_ALL_SECONDS = 20, 30.0  # short: whoever guesses must not keep the owner out
FORGOTTEN_SECONDS = 3600.0
MOST_ADDRESSES = 1024
MOST_TRUSTED = 64
_MOST_DOUBLINGS = 20


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last: float = -math.inf

    def wait_seconds(self, now: float, free: int, most: float) -> float:
        """0 if another attempt may be made now."""
        if now - self.last > FORGOTTEN_SECONDS:
            self.count = 0
        if self.count < free:
            return 0.0
        wait = min(most, 2.0 ** min(self.count - free, _MOST_DOUBLINGS))
        return max(0.0, self.last + wait - now)

    def add(self, now: float) -> None:
        self.count, self.last = self.count + 1, now


class Attempts:
    """Counts what failed. An address that once got it right does not wait for what strangers do."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """clock: seconds that only go forward."""
        self._clock = clock
        self._of: OrderedDict[str, _Failures] = OrderedDict()
        self._strangers = _Failures()
        self._trusted: OrderedDict[str, None] = OrderedDict()

    def begin(self, address: str) -> None:
        """Count an attempt as failed until ``succeeded``: a hundred at once are a hundred.

        Raises RequestRefused (too-many-attempts).
        """
        place, now = _place(address), self._clock()
        own = self._of.get(place) or _Failures()
        wait = own.wait_seconds(now, FREE_OF_ADDRESS, MOST_WAIT_OF_ADDRESS_SECONDS)
        if place not in self._trusted:
            wait = max(wait, self._strangers.wait_seconds(now, FREE_OF_ALL, MOST_WAIT_OF_ALL_SECONDS))
        if wait > 0:
            raise _too_many(wait)
        own.add(now)
        self._of[place] = own
        self._of.move_to_end(place)
        if len(self._of) > MOST_ADDRESSES:
            self._of.popitem(last=False)
        if place not in self._trusted:
            self._strangers.add(now)

    def succeeded(self, address: str) -> None:
        place = _place(address)
        self._of.pop(place, None)
        if place not in self._trusted:
            self._strangers.count = max(0, self._strangers.count - 1)
        self._trusted[place] = None
        self._trusted.move_to_end(place)
        if len(self._trusted) > MOST_TRUSTED:
            self._trusted.popitem(last=False)


def _place(address: str) -> str:
    """IPv6 gives one machine 2**64 addresses: its network counts."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def _too_many(seconds: float) -> RequestRefused:
    wait = math.ceil(seconds)
    message = f"too many attempts failed; try again in {wait} s"
    return RequestRefused("too-many-attempts", message, status=429, retry_after_seconds=wait)
