"""Keeps a link to every satellite: those configured by address and those that zeroconf finds; comes back when lost."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec
from wyoming.info import Describe

from hub.config import LinksSection, RoomWakeSection, SatelliteSection
from hub.links.said import AboutSatellite, Introduction
from hub.links.wyoming_satellite import WyomingSatelliteLink
from wire.connection import Connection, PeerSettings, connect
from wire.data import read
from wire.errors import PeerError, PeerTimeout
from wire.tasks import Tasks, raise_if_cancelled

_log = logging.getLogger(__name__)

INTRODUCTION_SECONDS = 5.0
MAX_SATELLITES = 64  # what zeroconf may add: names on the network are not ours to trust

Serve = Callable[[WyomingSatelliteLink], Awaitable[None]]


@dataclass(slots=True)
class Kept:
    """One address that is tried as long as it is wanted. link: None while not connected. reason: why, in one word."""

    uri: str
    name: str
    area: str | None
    link: WyomingSatelliteLink | None = None
    reason: str = "not tried yet"
    wanted: bool = True
    task: asyncio.Task[None] | None = None


class SatelliteKeeper:
    """Async context manager. serve: runs one session over a link until its PeerError."""

    def __init__(
        self, serve: Serve, links: LinksSection, peer: PeerSettings, configured: Sequence[SatelliteSection]
    ) -> None:
        self._serve, self._links, self._peer = serve, links, peer
        self._sections = {section.name: section for section in configured}
        self._tasks = Tasks()
        self.kept: dict[str, Kept] = {}
        self.muted: set[str] = set()  # these stay muted when they come back

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        for section in self._configured:
            self._keep(Kept(str(section.address), section.name, section.area))
        return self

    @property
    def _configured(self) -> list[SatelliteSection]:
        return [section for section in self._sections.values() if section.address]

    def _area(self, name: str) -> str | None:
        section = self._sections.get(name)
        return section.area if section else None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    async def configure(self, configured: Sequence[SatelliteSection]) -> None:
        """Other satellites by address, or rooms of those that are found; who is not concerned is not disturbed."""
        before, self._sections = self._sections, {section.name: section for section in configured}
        concerned = {
            name for name in before | self._sections if _link_of(before, name) != _link_of(self._sections, name)
        }
        addresses = {section.address for section in before.values() if section.address}
        for kept in [kept for kept in self.kept.values() if kept.name in concerned]:
            await self._drop(kept)
            if kept.uri not in addresses:  # zeroconf found it, and it is still there
                self._keep(Kept(kept.uri, kept.name, self._area(kept.name)))
        for section in self._configured:
            if section.name in concerned and section.address not in self.kept:
                self._keep(Kept(str(section.address), section.name, section.area))

    def found(self, name: str, uri: str) -> None:
        """Zeroconf saw something that speaks Wyoming; it is asked whether it is a satellite."""
        if uri in self.kept or any(kept.name == name for kept in self.kept.values()):
            return
        if len(self.kept) >= MAX_SATELLITES:
            _log.warning("more than %d satellites announced; %.80r is left out", MAX_SATELLITES, name)
            return
        self._keep(Kept(uri, name, self._area(name)))

    def lost(self, uri: str) -> None:
        """The announcement went away: stop trying once the link is gone too."""
        kept = self.kept.get(uri)
        if kept and kept.link is None and kept.name not in {section.name for section in self._configured}:
            self._forget(kept)

    def connected(self) -> list[WyomingSatelliteLink]:
        return [kept.link for kept in self.kept.values() if kept.link]

    def _keep(self, kept: Kept) -> None:
        self.kept[kept.uri] = kept
        kept.task = self._tasks.start(self._hold(kept), name=f"satellite[{kept.name}]")

    async def _drop(self, kept: Kept) -> None:
        self._forget(kept)
        if kept.task is not None:
            kept.task.cancel()
            await asyncio.wait([kept.task])

    def _forget(self, kept: Kept) -> None:
        self.kept.pop(kept.uri, None)
        kept.wanted = False

    async def _hold(self, kept: Kept) -> None:
        wait_seconds = self._links.retry_min_seconds
        while kept.wanted:
            try:
                if not await self._visit(kept):
                    self.kept.pop(kept.uri, None)
                    return
            except PeerError as error:
                if kept.link is not None or kept.reason != error.code:
                    _log.info("satellite %s: %s", kept.name, error)
                if kept.link is not None:
                    wait_seconds = self._links.retry_min_seconds
                kept.link, kept.reason = None, error.code
            except Exception:  # noqa: BLE001 session boundary: a bug ends this satellite's link, which is made again
                _log.exception("satellite %s: the session ended by a bug", kept.name)
                kept.link, kept.reason = None, "internal-error"
            raise_if_cancelled()
            await asyncio.sleep(wait_seconds * random.uniform(0.8, 1.2))  # noqa: S311 jitter, not a secret
            wait_seconds = min(wait_seconds * 2, self._links.retry_max_seconds)

    async def _visit(self, kept: Kept) -> bool:
        """Serve one connection until its PeerError; False when the other side is no satellite."""
        async with await connect(kept.uri, self._peer, name=kept.name) as connection:
            introduction = await introduced(connection)
            if introduction.satellite is None:
                _log.info("%s at %s is no satellite but a speech service; left alone", kept.name, kept.uri)
                return False
            name, area = self._identity(kept, introduction.satellite)
            link = WyomingSatelliteLink(connection, name, area)
            await link.greet(muted=name in self.muted)
            kept.name, kept.link, kept.reason = name, link, ""
            _log.info("satellite %s is here (%s)", name, kept.uri)
            await self._serve(link)
        return True

    def _identity(self, kept: Kept, about: AboutSatellite) -> tuple[str, str | None]:
        told = "".join(letter for letter in about.name[:64] if letter.isprintable()) or kept.name
        configured = any(section.address == kept.uri for section in self._configured)
        taken = {other.name for other in self.kept.values() if other is not kept and other.link}
        name = kept.name if configured else told
        if name in taken:
            name = f"{name} ({kept.uri.removeprefix('tcp://')})"
        return name, kept.area or self._area(name) or about.area


def _link_of(sections: Mapping[str, SatelliteSection], name: str) -> SatelliteSection | None:
    """What a link depends on: its room's wake words are the hub's own business."""
    section = sections.get(name)
    return msgspec.structs.replace(section, wake=RoomWakeSection()) if section else None


async def introduced(connection: Connection) -> Introduction:
    """Ask who is there; a satellite may stream before it answers. Raises PeerTimeout, FrameMalformed."""
    await connection.send(Describe().event())
    try:
        async with asyncio.timeout(INTRODUCTION_SECONDS):
            while (event := await connection.receive()).type != "info":
                pass
    except TimeoutError as late:
        raise PeerTimeout("peer-timeout", f"{connection.name} does not say what it is; see whether it hangs") from late
    return read(event, Introduction)
