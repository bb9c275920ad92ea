"""All satellites of the hub: a session for every link, their states, and announcements."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Protocol, Self

from wyoming.event import Event

from hub.audience import EVERYBODY, Audience
from hub.config import EndpointSection, LinksSection, SatelliteSection
from hub.health import SatelliteStatus
from hub.links.book import SatelliteBook
from hub.links.keeper import Kept, SatelliteKeeper
from hub.links.link import Link
from hub.links.timers import timer_event
from hub.links.told import ToldLines
from hub.links.wyoming_satellite import WyomingSatelliteLink
from hub.reminders.items import Change, Item
from hub.session import KeepSpeech, Session, SessionParts
from hub.stages import Synthesizer
from hub.volumes import Volumes
from models.wake.choice import WakeChoice, WakeStatus, word_of
from wire.connection import PeerSettings
from wire.errors import EarshotError, PeerError
from wire.level import Level
from wire.pcm import Pcm
from wire.tasks import Tasks


class Wakes(Protocol):
    """What is needed of ``hub.wake_choices``."""

    def choice(self, satellite: str) -> WakeChoice: ...

    def keep(self, satellite: str, choice: WakeChoice) -> None: ...

    def status(self, satellite: str) -> WakeStatus: ...

    async def choose(self, satellite: str, *, word: str | None = None, sensitivity: int | None = None) -> None: ...


class Satellites:
    """Async context manager. Links are kept by a SatelliteKeeper; each connected one has a session here."""

    def __init__(
        self,
        parts: SessionParts,
        links: LinksSection,
        peer: PeerSettings,
        configured: Sequence[SatelliteSection],
        volumes: Volumes,
        *,
        wakes: Wakes,
        book: SatelliteBook | None = None,
    ) -> None:
        self._parts, self._volumes, self._wakes = parts, volumes, wakes
        self._wake: dict[str, WakeStatus] = {}  # of satellites that hear their own words, as they last told
        self._heard_here: set[str] = set()  # those whose words the hub hears
        self._sessions: dict[str, tuple[Session, WyomingSatelliteLink]] = {}
        self._pages: dict[str, tuple[Session, Link]] = {}
        self._spoken = {satellite.name: (satellite.language, satellite.voice) for satellite in configured}
        self._watched = self._levels_watched = False
        self.on_level: Callable[[str, Level], None] = lambda _name, _level: None
        self.told = ToldLines()
        self._attached = ExitStack()
        self.keeper = SatelliteKeeper(self._serve, links, peer, configured, book or SatelliteBook())

    async def __aenter__(self) -> Self:
        self._attached.enter_context(self.told.attached())
        await self.keeper.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._attached:
            await self.keeper.__aexit__(kind, error, trace)

    def listen_by(self, endpoint: EndpointSection, keep_speech: KeepSpeech | None) -> None:
        """When an utterance ends, and who keeps its sound, from the next one on."""
        self._parts = replace(self._parts, endpoint=endpoint, keep_speech=keep_speech)
        for session, _ in (*self._sessions.values(), *self._pages.values()):
            session.listen_by(endpoint, keep_speech)

    async def configure(self, configured: Sequence[SatelliteSection]) -> None:
        """Those about which something else is said now connect anew; a turn that runs there is cut off."""
        self._spoken = {satellite.name: (satellite.language, satellite.voice) for satellite in configured}
        await self.keeper.configure(configured)

    def area_of(self, name: str) -> str | None:
        """The room of a connected satellite or page."""
        known = self._sessions.get(name) or self._pages.get(name)
        return known[1].area if known else None

    async def serve_page(self, session: Session, link: Link) -> None:
        """Run a page's session; it is spoken to like a satellite as long. Raises PeerError."""
        self._pages[link.name] = (session, link)
        try:
            await session.run()
        finally:
            del self._pages[link.name]

    def statuses(self) -> list[SatelliteStatus]:
        """Every satellite that is kept, connected or not, by name."""
        statuses = [self.status(kept) for kept in self.keeper.kept.values()]
        for name, (session, link) in self._pages.items():
            statuses.append(SatelliteStatus(name, link.area, "", session.state.value, kind="page"))
        return sorted(statuses, key=lambda status: status.name)

    def status(self, kept: Kept) -> SatelliteStatus:
        known = self._sessions.get(kept.name) if kept.link else None
        return SatelliteStatus(
            name=kept.name,
            area=kept.link.area if kept.link else self.keeper.placed(kept),
            address=kept.uri,
            state=known[0].state.value if known else "lost",
            muted=known[0].muted if known else kept.name in self.keeper.muted,
            volume=self._volumes.of(kept.name),
            wake=self._wake_of(kept.name),
            detail=kept.reason or (kept.link.problem if kept.link else ""),
        )

    async def say(
        self,
        text: str,
        *,
        satellite: str | None = None,
        language: str | None = None,
        audience: Audience = EVERYBODY,
        before: Callable[[int], Pcm] | None = None,
        by: Synthesizer | None = None,
    ) -> list[str]:
        """Speak on one satellite or on those of ``audience``; the names of those that spoke.

        before: makes a sound for a rate in Hz, played first. by: another voice.
        Raises EarshotError: satellite-unknown, satellite-none; TtsFailed when the voice is gone.
        """
        return list(await _spoken(self._chosen(satellite, audience), text, language, before, by))

    async def tell(self, text: str, *, audience: Audience, before: Callable[[int], Pcm]) -> list[str]:
        """As ``say``; the names of those where it was heard to its end, and no wake word came between."""
        spoken = await _spoken(self._chosen(None, audience), text, None, before)
        return [name for name, heard in spoken.items() if heard]

    def _chosen(self, satellite: str | None, audience: Audience) -> dict[str, Session]:
        """At least one. Raises EarshotError: satellite-unknown, satellite-none."""
        chosen = {
            name: session
            for name, (session, link) in (*self._sessions.items(), *self._pages.items())
            if satellite in {None, name} and audience.has(name, link.area)
        }
        if chosen:
            return chosen
        if satellite or (audience != EVERYBODY and (self._sessions or self._pages)):
            wanted = satellite or ", ".join((*audience.satellites, *audience.rooms))
            raise EarshotError("satellite-unknown", f"no satellite {wanted!r} is connected; see `earshot doctor`")
        raise EarshotError("satellite-none", "no satellite is connected; start one with `earshot satellite`")

    def timer(self, tasks: Tasks, change: Change, item: Item) -> None:
        """Let the satellite of a timer show it, where it can."""
        known, event = self._sessions.get(item.place.satellite), timer_event(change, item)
        if known and event:
            tasks.start(_shown(known[1], event), name=f"timer[{item.place.satellite}]")

    async def mute(self, satellite: str, *, muted: bool) -> None:
        """Close or open that satellite's microphone; closed, it stays so when its link is lost and comes back.

        Raises EarshotError satellite-unknown.
        """
        session, link = self._known(satellite)
        (self.keeper.muted.add if muted else self.keeper.muted.discard)(satellite)
        await link.mute(muted=muted)
        session.muted = muted

    def renamed(self, before: str, now: str) -> None:
        """What is kept by its name goes with it; its link is made anew by who renames it."""
        self._volumes.put(now, self._volumes.of(before))
        self._wakes.keep(now, self._wakes.choice(before))
        if before in self.keeper.muted:
            self.keeper.muted.add(now)

    async def choose_wake(self, satellite: str, *, word: str | None = None, sensitivity: int | None = None) -> None:
        """Have it listen for another word, or more or less readily; what is not given stays.

        Raises EarshotError: satellite-unknown, wake-fixed, wake-word-unknown and others of wake words.
        """
        _, link = self._known(satellite)
        status = self._wake_of(satellite)
        if status is None or (link.wake is None and satellite not in self._heard_here):
            raise EarshotError("wake-fixed", f"{satellite!r} hears its own wake word and cannot be told another one")
        if word is not None and word not in status.words:
            raise EarshotError("wake-word-unknown", f"{word[:64]!r} is none of {', '.join(status.words)}")
        if link.wake is None:
            await self._wakes.choose(satellite, word=word, sensitivity=sensitivity)
            return
        before = self._wakes.choice(satellite)
        changed = WakeChoice(
            before.word if word is None else word_of(word, [status.words[0]]),
            before.sensitivity if sensitivity is None else sensitivity,
        )
        self._wakes.keep(satellite, changed)
        await link.choose_wake(changed)

    async def watch_wake(self, *, watched: bool) -> None:
        """Have satellites that hear their own wake words tell what these score, or no longer."""
        self._watched = watched
        for _, link in list(self._sessions.values()):
            with suppress(PeerError):  # its session ends with it, and says so
                await link.watch_wake(watched=watched)

    def _known(self, satellite: str) -> tuple[Session, WyomingSatelliteLink]:
        """Raises EarshotError satellite-unknown."""
        known = self._sessions.get(satellite)
        if known is None:
            raise EarshotError("satellite-unknown", f"no satellite {satellite!r} is connected; see `earshot doctor`")
        return known

    def _wake_of(self, name: str) -> WakeStatus | None:
        if known := self._sessions.get(name):
            session, link = known
            if link.wake is not None:
                self._heard_here.discard(name)
                self._wake[name] = link.wake
            elif session.spots_wake:
                self._heard_here.add(name)
        return self._wakes.status(name) if name in self._heard_here else self._wake.get(name)

    async def watch_levels(self, *, watched: bool) -> None:
        """Have every satellite's microphone level told to ``on_level``, or no longer."""
        self._levels_watched = watched
        for _, link in list(self._sessions.values()):
            with suppress(PeerError):
                await link.watch_level(watched=watched)

    async def _serve(self, link: WyomingSatelliteLink) -> None:
        session = Session(link, self._parts.speaking(*self._spoken.get(link.name, (None, None))))
        session.muted = link.name in self.keeper.muted
        self._sessions[link.name] = (session, link)
        link.played = partial(self._volumes.played, link.name)
        link.on_level = lambda level: self.on_level(link.name, level)
        try:
            if (choice := self._wakes.choice(link.name)) != WakeChoice():
                await link.choose_wake(choice)
            if self._watched:
                await link.watch_wake(watched=True)
            if self._levels_watched:
                await link.watch_level(watched=True)
            await session.run()
        finally:
            del self._sessions[link.name]


async def _spoken(
    sessions: Mapping[str, Session],
    text: str,
    language: str | None,
    before: Callable[[int], Pcm] | None,
    by: Synthesizer | None = None,
) -> dict[str, bool]:
    """By those that spoke, whether it was heard to its end. Raises what kept all of them from speaking."""
    results = await asyncio.gather(
        *(session.say(text, language, before=before, by=by) for session in sessions.values()), return_exceptions=True
    )
    told = dict(zip(sessions, results, strict=True))
    spoke = {name: result for name, result in told.items() if not isinstance(result, BaseException)}
    for result in results:
        if isinstance(result, BaseException) and (not spoke or not isinstance(result, EarshotError)):
            raise result
    return spoke


async def _shown(link: WyomingSatelliteLink, event: Event) -> None:
    with suppress(PeerError):  # its session ends with it, and says so
        await link.show_timer(event)
