"""Where a calendar's text comes from, and the last good copy of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

MOST_BYTES = 16 << 20  # of one calendar: 30 years of a busy household
MOST_ITEMS = 50_000


class Item(msgspec.Struct, frozen=True, array_like=True):
    """One file, or one resource of a server. mark: changes when the text does (ETag; time and size)."""

    mark: str
    text: str


class Copy(msgspec.Struct, frozen=True):
    """A calendar as it was fetched. origin: from where. version: the whole's mark, empty if unknown."""

    origin: str = ""
    version: str = ""
    items: dict[str, Item] = {}

    def texts(self) -> list[str]:
        return [item.text for item in self.items.values()]


class Source(Protocol):
    """origin: for people. poll_seconds: pause between looks. keeps: its copy must survive a restart without it."""

    origin: str
    poll_seconds: float
    keeps: bool

    async def fetch(self, known: Copy) -> Copy:
        """The calendar now; ``known`` itself if nothing changed since.

        Raises CalendarLost: calendar-unreachable, calendar-login, calendar-invalid.
        """

    async def add(self, uid: str, text: str) -> None:
        """Add a calendar that holds one new event. Raises CalendarLost, also calendar-read-only."""


def recall(path: Path, origin: str) -> Copy:
    """The copy that was kept, if it is of ``origin`` and can be read; an empty one otherwise. Blocks."""
    with suppress(OSError, msgspec.MsgspecError):
        if path.stat().st_size <= 2 * MOST_BYTES:
            copy = msgspec.json.decode(path.read_bytes(), type=Copy)
            if copy.origin == origin:
                return copy
    return Copy()


def keep(path: Path, copy: Copy) -> None:
    """Whole or not at all, for our own user alone. Blocks. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 of a descriptor
        file.write(msgspec.json.encode(copy))
    draft.replace(path)
