"""Wires the settings that count at once: which part is told of which section."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.config import EndpointSection, HubConfig, SatelliteSection
from hub.dialogue import Dialogue
from hub.granting import house_answers
from hub.house.actor import HouseActor
from hub.house.policy import Policy
from hub.links.satellites import Satellites
from hub.presence.device import HubDevice
from hub.reload import Reload
from hub.reminders.reminders import Reminders
from hub.rules.home import home_of
from hub.rules.live import Rules
from hub.session import KeepSpeech
from hub.store.journal import Journal
from hub.timekeeping import quiet_of
from hub.wake.words import WakeWords
from hub.wake_choices import HubWake
from wire.places import Places


class Listening(Protocol):
    """Has sessions, or makes them."""

    def listen_by(self, endpoint: EndpointSection, keep_speech: KeepSpeech | None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadParts:
    """Those that can be told. beside: satellites of this program's own, in no file. keep_speech: where that is on."""

    where: Places
    now: Callable[[], datetime]
    beside: Sequence[SatelliteSection]
    actor: HouseActor
    dialogue: Dialogue
    journal: Journal
    satellites: Satellites
    listening: Sequence[Listening]
    keep_speech: KeepSpeech
    wakes: HubWake
    rules: Rules
    reminders: Reminders | None
    device: HubDevice

    def register(self, reload: Reload) -> None:
        reload.on("policy", take=self._policy)
        reload.on("mqtt.proof_seconds", take=self._proof)
        reload.on("store", take=self._store)
        reload.on("privacy.publish_transcripts", take=self._privacy)
        reload.on("endpoint", "privacy.keep_speech", take=self._endpoint)
        reload.on("satellite", take=self._satellites)
        reload.on("wake", take=self._wake)
        reload.on("home.quiet", "home.people", "home.latitude", "home.longitude", take=self._home)

    async def _policy(self, new: HubConfig) -> None:
        answers = await asyncio.to_thread(house_answers, new.policy)
        self.dialogue.answer_with(answers)
        self.actor.follow(Policy(new.policy, now=self.now), answers.codes)

    async def _proof(self, new: HubConfig) -> None:
        self.actor.prove_within(new.mqtt.proof_seconds)

    async def _store(self, new: HubConfig) -> None:
        self.journal.keep(new.store)

    async def _privacy(self, new: HubConfig) -> None:
        self.device.publish_transcripts(allowed=new.privacy.publish_transcripts)

    async def _endpoint(self, new: HubConfig) -> None:
        for one in self.listening:
            one.listen_by(new.endpoint, self.keep_speech if new.privacy.keep_speech else None)

    async def _satellites(self, new: HubConfig) -> None:
        await self._wake(new)
        await self.satellites.configure([*new.satellite, *self.beside])

    async def _wake(self, new: HubConfig) -> None:
        fresh = await asyncio.to_thread(WakeWords, new.wake, [*new.satellite, *self.beside], self.where)
        await self.wakes.become(fresh)

    async def _home(self, new: HubConfig) -> None:
        home = await asyncio.to_thread(home_of, new.home)
        await self.rules.move(home)
        if self.reminders is not None:
            self.reminders.be_quiet(quiet_of(home))
