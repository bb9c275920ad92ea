"""Names from the network are anybody's: only printable ones are looked up, and nothing is kept without bound."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from zeroconf import ServiceStateChange, Zeroconf

from wire.discovery import Found, _Browser, mac_name
from wire.tasks import Tasks

TYPE = "_wyoming._tcp.local."


def test_the_default_name_is_the_mac_address() -> None:
    assert re.fullmatch("[0-9a-f]{12}", mac_name())
    assert mac_name() == mac_name()


@dataclass
class Seen:
    changes: list[tuple[str, Found]] = field(default_factory=list)

    def __call__(self, kind: str, found: Found) -> None:
        self.changes.append((kind, found))


@dataclass
class NoLookUps(Tasks):
    """Tasks that start none, to count what would be looked up."""

    started: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def start(self, work: Any, *, name: str) -> Any:
        work.close()
        self.started.append(name)

    def __len__(self) -> int:
        return len(self.started)


def announce_to(browser: _Browser, label: str) -> None:
    browser._changed(cast("Zeroconf", None), TYPE, f"{label}.{TYPE}", ServiceStateChange.Added)


@pytest.mark.parametrize("label", ["", "a\nb", "\x1b[31mred", "x" * 64, "ü" * 32, "\u202e", "\udcff"])
async def test_a_name_that_could_not_be_printed_or_is_too_long_is_ignored(label: str) -> None:
    tasks = NoLookUps()
    announce_to(_Browser(Seen(), tasks), label)
    assert tasks.started == []


@pytest.mark.parametrize("label", ["02fc00000001", "Küche", "a.b c", "x" * 63])
async def test_a_name_is_looked_up(label: str) -> None:
    tasks = NoLookUps()
    announce_to(_Browser(Seen(), tasks), label)
    assert len(tasks.started) == 1


async def test_a_flood_of_names_is_bounded() -> None:
    tasks = NoLookUps()
    browser = _Browser(Seen(), tasks)
    for number in range(10_000):
        announce_to(browser, f"peer {number}")
    assert len(tasks.started) < 300


async def test_who_was_never_found_cannot_go() -> None:
    seen = Seen()
    browser = _Browser(seen, NoLookUps())
    browser._changed(cast("Zeroconf", None), TYPE, f"x.{TYPE}", ServiceStateChange.Removed)
    assert seen.changes == []


async def test_a_new_address_is_a_going_and_a_coming() -> None:
    seen = Seen()
    browser = _Browser(seen, NoLookUps())
    old, new = Found("x", "10.0.0.1", 10700), Found("x", "10.0.0.2", 10700)
    browser._replace("x", old)
    browser._replace("x", new)
    assert seen.changes == [("added", old), ("removed", old), ("added", new)]
