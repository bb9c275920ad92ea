"""A running hub as others use it: the control socket, the status page, Home Assistant, and our own programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from hub.asking import Asker, joined
from hub.audience import EVERYBODY, Audience
from hub.bus.client import Bus
from hub.calendar.calendars import Calendars
from hub.chime import chime as a_chime
from hub.embedded import EmbeddedEngines
from hub.errors import TtsFailed
from hub.health import Component, Health, SatelliteStatus, lost, summarize
from hub.house.registry import HouseRegistry
from hub.links.satellites import Satellites
from hub.llm.reasoner import HouseReasoner
from hub.machine_watch import MachineWatch
from hub.metrics import Metrics
from hub.reminders.items import Item
from hub.reminders.reminders import Reminders
from hub.rules.live import Rules
from hub.rules.report import Fired, RulesStatus, Trial
from hub.stages import House, ScoreTold
from hub.store.journal import Journal
from hub.trace import Trace
from hub.turn import Stages
from hub.volumes import Volumes
from hub.wake.feed import ScoreFeed
from hub.wake.words import WakeWords
from hub.web.control import Awaits
from hub.web_parts import ServedPage
from wire.errors import EarshotError
from wire.pcm import Pcm
from wire.places import Places

READY_SECONDS = 60.0
LOOK_SECONDS = 0.05


def control_path(where: Places) -> Path:
    """The socket that the ``earshot`` command uses."""
    return where.run / "hub.sock"


class Hub:
    """A running hub: implements HubControl for the control socket and PresenceControl for Home Assistant."""

    def __init__(
        self,
        *,
        path: Path,
        bus: Bus,
        house: HouseRegistry,
        known: asyncio.Event,
        engines: EmbeddedEngines,
        journal: Journal,
        satellites: Satellites,
        asker: Asker,
        stages: Stages,
        reasoner: HouseReasoner | None,
        calendars: Calendars,
        reminders: Reminders | None,
        volumes: Volumes,
        metrics: Metrics,
        machine: MachineWatch,
        scores: ScoreFeed,
        wake_words: WakeWords,
        language: str,
    ) -> None:
        self.control_path = path
        self.page: ServedPage | None = None  # the composition root knows it last
        self._bus, self._house, self._known = bus, house, known
        self._engines, self._journal = engines, journal
        self._satellites, self._asker, self._stages = satellites, asker, stages
        self._calendars, self._reminders, self._volumes = calendars, reminders, volumes
        self._reasoner, self._metrics, self._language = reasoner, metrics, language
        self._machine = machine
        self._scores, self._wake_words = scores, wake_words
        self.rules_running: Rules | None = None  # the composition root knows them later: they speak through this hub

    async def wait_ready(self) -> None:
        """Return once a command spoken now can be carried out. Raises EarshotError hub-not-ready."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not self.health().ready:  # noqa: ASYNC110 health is asked of its parts, nothing tells it
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            why = "; ".join(part.detail or part.name for part in self.health().components if part.state != "ok")
            raise EarshotError("hub-not-ready", f"not ready after {READY_SECONDS:g} s: {why}") from error

    def health(self) -> Health:
        engines = [*self._engines.components(), *(self._reasoner.components() if self._reasoner else [])]
        others = [*self._wake(), self._journal.component(), *self._calendars.components()]
        return summarize([self._broker(), self._known_house(), *engines, *others])

    def satellites(self) -> list[SatelliteStatus]:
        return self._satellites.statuses()

    def house(self) -> House:
        return self._house

    def metrics(self) -> str:
        return self._metrics.exposition(self.health(), self._machine.latest)

    async def latest_turns(self, limit: int) -> list[Trace]:
        return await self._journal.latest(limit)

    async def ask_text(
        self,
        text: str,
        *,
        satellite: str | None,
        area: str | None,
        language: str | None,
        reply_audio: bool,
        via: str = "cli",
        on_written: Callable[[str], None] | None = None,
    ) -> tuple[Trace, Pcm | None]:
        """via: the way that it came in; the name of who asks, where no satellite is named."""
        name, room = self._asked_from(satellite or via, area)
        return await self._asker.text(
            text,
            satellite=name,
            area=room,
            language=language,
            reply_audio=reply_audio,
            via=via,
            on_written=on_written,
        )

    def awaits(self, satellite: str) -> Awaits:
        dialogue = self._stages.dialogue
        if dialogue.awaits_secret(satellite):
            return "pin"
        return "answer" if dialogue.awaits_answer(satellite) else ""

    async def ask_audio(
        self, pcm: Pcm, *, satellite: str | None, area: str | None, language: str | None, wake: bool, reply_audio: bool
    ) -> tuple[Trace, Pcm | None]:
        name, room = self._asked_from(satellite, area)
        trace, reply = await self._asker.audio(pcm, satellite=name, area=room, language=language, wake=wake)
        return trace, reply if reply_audio else None

    async def rules(self) -> RulesStatus:
        return await self._running_rules.status()

    async def rules_history(self, limit: int, *, rule: str | None) -> list[Fired]:
        return await self._running_rules.history(limit, rule=rule)

    def try_rule(self, name: str) -> Trial:
        return self._running_rules.attempt(name)

    def watch_scores(self) -> AbstractContextManager[AsyncIterator[ScoreTold]]:
        return self._scores.watch()

    async def say(
        self,
        text: str,
        *,
        satellite: str | None,
        language: str | None,
        audience: Audience = EVERYBODY,
        chime: bool = False,
    ) -> list[str]:
        """Rooms of the audience may be floors as well."""
        heard_by = audience.in_house(self._house.areas())
        return await self._satellites.say(
            text, satellite=satellite, language=language, audience=heard_by, before=a_chime if chime else None
        )

    async def set_volume(self, satellite: str, percent: int) -> None:
        """Kept over restarts."""
        self._volumes.put(satellite, percent)

    async def choose_wake(self, satellite: str, *, word: str | None = None, sensitivity: int | None = None) -> None:
        """Kept over restarts. Raises EarshotError."""
        await self._satellites.choose_wake(satellite, word=word, sensitivity=sensitivity)

    def upcoming(self) -> Sequence[Item]:
        """Timers, alarms and reminders that are to come, or ring."""
        return self._reminders.items if self._reminders else ()

    async def stop_ringing(self) -> None:
        if self._reminders:
            await self._reminders.stop(self._reminders.ringing)

    async def snooze(self) -> None:
        if self._reminders:
            await self._reminders.snooze(self._reminders.ringing)

    async def mute(self, satellite: str, *, muted: bool) -> None:
        await self._satellites.mute(satellite, muted=muted)

    async def spoken(self, text: str) -> Pcm:
        """``text`` in the hub's own voice. Raises TtsFailed."""
        synthesizer = self._stages.synthesizer
        pcm = joined([block async for block in synthesizer.synthesize(text, language=self._language)])
        if pcm is None:
            raise TtsFailed("tts-empty", "the voice made no sound for this text; check the voice's language")
        return pcm

    @property
    def _running_rules(self) -> Rules:
        assert self.rules_running is not None, "the composition root starts them before anybody can ask"
        return self.rules_running

    def _asked_from(self, satellite: str | None, area: str | None) -> tuple[str, str | None]:
        name = satellite or "cli"
        return name, area or self._satellites.area_of(name)

    def _broker(self) -> Component:
        if self._bus.connected:
            return Component("broker", "ok")
        if self._bus.problem:
            return lost("broker", self._bus.problem)
        return Component("broker", "starting", "connecting to the broker")

    def _wake(self) -> list[Component]:
        """Only when a word cannot be listened for: nothing else of it can fail by itself."""
        problems = self._wake_words.problems
        return [Component("wake words", "degraded", "; ".join(problems), "wake-model-invalid")] if problems else []

    def _known_house(self) -> Component:
        if not self._known.is_set():
            return Component("house", "starting", "reading the devices from the broker")
        return Component("house", "ok", f"{len(self._house.entities())} devices")
