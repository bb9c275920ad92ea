"""Announces this program as a Wyoming peer on the local network, and finds others (zeroconf, ``_wyoming._tcp``)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

OnChange = Callable[[Literal["added", "removed"], "Found"], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A peer that announced itself. Unauthenticated: a hint where to connect, no more. host: an IPv4 address."""

    name: str
    host: str
    port: int


def mac_name() -> str:
    """The name that peers expect by default: this machine's MAC address, 12 hex digits."""
    raise NotImplementedError


@contextlib.asynccontextmanager
async def announce(
    name: str, port: int, addresses: Sequence[str] | None = None, *, interfaces: Sequence[str] | None = None
) -> AsyncIterator[None]:
    """Announce while the block runs. addresses: IPv4; None: this machine's own, followed when they change."""
    raise NotImplementedError
    yield


@contextlib.asynccontextmanager
async def browse(on_change: OnChange, *, interfaces: Sequence[str] | None = None) -> AsyncIterator[None]:
    """Call ``on_change`` in the event loop for every peer that comes or goes while the block runs."""
    raise NotImplementedError
    yield
