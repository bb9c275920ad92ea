"""Where the household tends its satellites: what is on the network, which are taken, their names, rooms and words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import msgspec

from hub.errors import NotThere
from hub.health import SatelliteStatus
from hub.links.book import SatelliteNote
from hub.links.detail import (
    Adoption,
    FoundPeer,
    Listens,
    SatelliteChange,
    SatelliteDetail,
    Update,
    WakeWordDetail,
)
from hub.links.introductions import VERSION
from hub.links.keeper import Kept, SatelliteKeeper, introduced
from hub.links.said import Introduction
from hub.links.satellites import Satellites
from hub.volumes import Volumes
from models.wake.choice import threshold_of
from wire.connection import PeerSettings, connect
from wire.errors import EarshotError
from wire.wake_words import phrase

Identify = Callable[[str], Awaitable[object]]


class SatelliteDesk:
    """Implements hub.web.satellites_api.SatelliteControl.

    identify: makes the satellite of that name say who it is.
    """

    def __init__(
        self,
        satellites: Satellites,
        volumes: Volumes,
        peer: PeerSettings,
        *,
        identify: Identify,
    ) -> None:
        self._satellites, self._volumes, self._peer = satellites, volumes, peer
        self._identify = identify

    @property
    def _keeper(self) -> SatelliteKeeper:
        return self._satellites.keeper

    def detail(self, name: str) -> SatelliteDetail:
        """Raises EarshotError (satellite-unknown)."""
        kept = self._kept(name)
        about = kept.about
        status = self._satellites.status(kept)
        heard_there = list(about.active_wake_words or ()) if about else []
        listens: Listens = "satellite" if heard_there else "hub" if about else "unknown"
        seen = datetime.now(UTC) if kept.link else kept.went
        return SatelliteDetail(
            status=status,
            kind=(about.description or about.name)[:100] if about else "",
            version=(about.version or None) if about else None,
            update=_update(kept),
            listens=listens,
            words=_words(status, heard_there),
            here_since=_utc(kept.came if kept.link else None),
            lost_since=_utc(None if kept.link else kept.went),
            last_seen=_utc(seen),
            in_file=self._keeper.is_configured(kept),
            log=self._satellites.told.of(kept.key),
        )

    def found(self) -> list[FoundPeer]:
        """All that is or was announced, and all that is kept, by key."""
        keeper, peers = self._keeper, {}
        for key, uri in keeper.announced.items():
            if keeper.book.of(key).left_out:
                peers[uri] = FoundPeer(key, uri, "left-out")
        for service in keeper.services.values():
            peers[service.uri] = FoundPeer(service.key, service.uri, "service", offers=list(service.offers))
        for kept in keeper.kept.values():
            peers[kept.uri] = _found(kept)
        return sorted(peers.values(), key=lambda peer: peer.key)

    async def adopt(self, adoption: Adoption) -> FoundPeer:
        """Take it, once it has said that it is a satellite.

        Raises PeerError, EarshotError (satellite-not-found, satellite-not-one, satellites-full, satellites-file).
        """
        key = adoption.key or str(adoption.address)
        uri = adoption.address or self._keeper.announced.get(key)
        if kept := next((one for one in self._keeper.kept.values() if key in {one.key, one.uri}), None):
            uri, key = kept.uri, kept.key
        if uri is None:
            raise NotThere(
                "satellite-not-found", f"{key[:80]!r} is not on the network now; switch it on, or give its address"
            )
        if kept is None:
            await self._introduced(uri)
            await self._note(key, left_out=False, address=adoption.address)
            self._keeper.keep(key, uri)
            kept = self._keeper.kept[uri]
        await self._change(
            kept, SatelliteChange(name=adoption.name or msgspec.UNSET, area=adoption.area or msgspec.UNSET)
        )
        return _found(kept)

    async def change(self, name: str, change: SatelliteChange) -> SatelliteDetail:
        """Raises EarshotError (satellite-unknown, -name-taken, ; wake-word-unknown, wake-choice-…)."""
        kept = self._kept(name)
        await self._change(kept, change)
        if change.volume is not msgspec.UNSET:
            self._volumes.put(kept.name, change.volume)
        if change.muted is not msgspec.UNSET:
            await self._satellites.mute(kept.name, muted=change.muted)
        if change.wake is not msgspec.UNSET:
            await self._satellites.choose_wake(kept.name, word=change.wake.word, sensitivity=change.wake.sensitivity)
        return self.detail(kept.name)

    async def forget(self, name: str) -> None:
        """It is let go, and not taken again before somebody adopts it. Raises EarshotError (satellite-in-file)."""
        kept = self._kept(name)
        if self._keeper.is_configured(kept):
            raise EarshotError("satellite-in-file", f"{name!r} stands in hub.toml; remove its [[satellite]] there")
        left_out = kept.key in self._keeper.announced
        await self._keeper.book.put(kept.key, SatelliteNote(left_out=left_out))
        self._keeper.forget(kept)

    async def identify(self, name: str) -> None:
        """Raises EarshotError (satellite-unknown), TtsFailed."""
        await self._identify(self._kept(name).name)

    def _kept(self, name: str) -> Kept:
        for kept in self._keeper.kept.values():
            if kept.name == name:
                return kept
        raise NotThere("satellite-unknown", f"no satellite {name[:64]!r} is known; see `earshot doctor`")

    async def _introduced(self, uri: str) -> Introduction:
        async with await connect(uri, self._peer) as connection:
            introduction = await introduced(connection)
            connection.abort()
        if introduction.satellite is None:
            raise EarshotError("satellite-not-one", f"what answers at {uri} is a speech service; it is not a satellite")
        return introduction

    async def _change(self, kept: Kept, change: SatelliteChange) -> None:
        if change.area is not msgspec.UNSET:
            await self._note(kept.key, area=change.area)
            if kept.link:
                kept.link.place(self._keeper.placed(kept))
        if change.name is not msgspec.UNSET and change.name != kept.name:
            await self._rename(kept, change.name)

    async def _rename(self, kept: Kept, name: str) -> None:
        """Its link is made anew: every part of the hub knows it by its name."""
        if any(one.name.casefold() == name.casefold() for one in self._keeper.kept.values() if one is not kept):
            raise EarshotError("satellite-name-taken", f"another satellite is called {name!r}; choose another name")
        await self._note(kept.key, name=name)
        self._satellites.renamed(kept.name, name)
        kept.name = name
        if kept.link:
            kept.link.drop()

    async def _note(self, key: str, **changes: object) -> None:
        book = self._keeper.book
        await book.put(key, msgspec.structs.replace(book.of(key), **changes))


def _words(status: SatelliteStatus, heard_there: Sequence[str]) -> list[WakeWordDetail]:
    """Those that count now; what a satellite of others hears has no threshold that anybody tells."""
    if status.wake is None:
        return [WakeWordDetail(word, phrase(word)) for word in heard_there[:16]]
    threshold = threshold_of(status.wake.sensitivity)
    return [WakeWordDetail(word, phrase(word), threshold) for word in status.wake.word.split(" + ")]


def _found(kept: Kept) -> FoundPeer:
    return FoundPeer(kept.key, kept.uri, "taken" if kept.link else "trying", kept.name, kept.reason)


def _update(kept: Kept) -> Update:
    if kept.about is None or not (kept.about.description or "").startswith("Earshot"):
        return "unknown"
    return "current" if kept.about.version == VERSION else "differs"


def _utc(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
