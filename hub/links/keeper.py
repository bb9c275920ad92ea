"""Keeps a link to every satellite: those configured by address and those that zeroconf finds; comes back when lost."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import msgspec
from wyoming.info import Describe

from hub.config import LinksSection, RoomWakeSection, SatelliteSection
from hub.links.book import SatelliteBook
from hub.links.said import AboutSatellite, Introduction
from hub.links.told import about
from hub.links.wyoming_satellite import WyomingSatelliteLink
from wire.connection import Connection, PeerSettings, connect
from wire.data import read
from wire.errors import PeerError, PeerTimeout
from wire.tasks import Tasks, raise_if_cancelled

_log = logging.getLogger(__name__)

INTRODUCTION_SECONDS = 5.0
MOST_ANNOUNCED = 256
MAX_SATELLITES = 64  # what zeroconf may add: names on the network are not ours to trust

Serve = Callable[[WyomingSatelliteLink], Awaitable[None]]


@dataclass(slots=True)
class Kept:
    """One address that is tried as long as it is wanted. link: None while not connected. reason: why, in one word.

    key: how the network calls it, or its address where it was given. about: what it last said of itself. came, went:
    when its link last began and ended, UTC.
    """

    uri: str
    name: str
    area: str | None
    key: str
    link: WyomingSatelliteLink | None = None
    reason: str = "not tried yet"
    wanted: bool = True
    task: asyncio.Task[None] | None = None
    about: AboutSatellite | None = None
    came: datetime | None = None
    went: datetime | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A Wyoming peer that is no satellite. offers: such as ``asr: whisper``."""

    key: str
    uri: str
    offers: Sequence[str]


class SatelliteKeeper:
    """Async context manager. serve: runs one session over a link until its PeerError."""

    def __init__(
        self,
        serve: Serve,
        links: LinksSection,
        peer: PeerSettings,
        configured: Sequence[SatelliteSection],
        book: SatelliteBook,
    ) -> None:
        self._serve, self._links, self._peer, self.book = serve, links, peer, book
        self._sections = {section.name: section for section in configured}
        self._tasks = Tasks()
        self.kept: dict[str, Kept] = {}
        self.muted: set[str] = set()  # these stay muted when they come back
        self.announced: dict[str, str] = {}  # by key, the address
        self.services: dict[str, Service] = {}  # by address

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        for section in self._configured:
            self._keep(Kept(str(section.address), section.name, section.area, key=str(section.address)))
        for key, note in self.book.all().items():
            if note.address and note.address not in self.kept:
                self.keep(key, note.address)
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
                self._keep(Kept(kept.uri, kept.name, self._area(kept.name), kept.key))
        for section in self._configured:
            if section.name in concerned and section.address not in self.kept:
                self._keep(Kept(str(section.address), section.name, section.area, str(section.address)))

    def found(self, name: str, uri: str) -> None:
        """Zeroconf saw something that speaks Wyoming; it is asked whether it is a satellite."""
        if len(self.announced) < MOST_ANNOUNCED:
            self.announced[name] = uri
        known = uri in self.kept or any(name in {kept.name, kept.key} for kept in self.kept.values())
        if known or self.book.of(name).left_out:
            return
        if len(self.kept) >= MAX_SATELLITES:
            _log.warning("more than %d satellites announced; %.80r is left out", MAX_SATELLITES, name)
            return
        self.keep(name, uri)

    def lost(self, uri: str) -> None:
        """The announcement went away: stop trying once the link is gone too."""
        self.announced = {key: other for key, other in self.announced.items() if other != uri}
        self.services.pop(uri, None)
        kept = self.kept.get(uri)
        if kept and kept.link is None and not self.is_configured(kept) and not self.book.of(kept.key).address:
            self.forget(kept)

    def keep(self, key: str, uri: str) -> None:
        """Try it from now on."""
        name = self.book.of(key).name or key
        self._keep(Kept(uri, name, self._area(name), key))

    def forget(self, kept: Kept) -> None:
        """Never try it again, and let go of it."""
        self.kept.pop(kept.uri, None)
        kept.wanted = False
        if kept.link:
            kept.link.drop()

    def is_configured(self, kept: Kept) -> bool:
        """hub.toml has its address."""
        return kept.name in {section.name for section in self._configured}

    def placed(self, kept: Kept) -> str | None:
        """Its room: of the book, of hub.toml, or as it says itself."""
        told = kept.about.area if kept.about else None
        return self.book.of(kept.key).area or kept.area or self._area(kept.name) or told

    def connected(self) -> list[WyomingSatelliteLink]:
        return [kept.link for kept in self.kept.values() if kept.link]

    def _keep(self, kept: Kept) -> None:
        self.kept[kept.uri] = kept
        kept.task = self._tasks.start(self._hold(kept), name=f"satellite[{kept.name}]")

    async def _drop(self, kept: Kept) -> None:
        self.forget(kept)
        if kept.task is not None:
            kept.task.cancel()
            await asyncio.wait([kept.task])

    async def _hold(self, kept: Kept) -> None:
        about(kept.key)
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
                    kept.went = datetime.now(UTC)
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
                if len(self.services) < MAX_SATELLITES:
                    self.services[kept.uri] = Service(kept.key, kept.uri, introduction.services)
                return False
            if not kept.wanted:
                return True
            kept.about = introduction.satellite
            kept.name = self._name(kept, introduction.satellite)
            link = WyomingSatelliteLink(connection, kept.name, self.placed(kept))
            await link.greet(muted=kept.name in self.muted)
            kept.link, kept.reason, kept.came = link, "", datetime.now(UTC)
            _log.info("satellite %s is here (%s)", kept.name, kept.uri)
            await self._serve(link)
        return True

    def _name(self, kept: Kept, satellite: AboutSatellite) -> str:
        told = "".join(letter for letter in satellite.name[:64] if letter.isprintable()) or kept.name
        configured = any(section.address == kept.uri for section in self._configured)
        taken = {other.name for other in self.kept.values() if other is not kept and other.link}
        name = self.book.of(kept.key).name or (kept.name if configured else told)
        return f"{name} ({kept.uri.removeprefix('tcp://')})" if name in taken else name


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
