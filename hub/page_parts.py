"""Wires the page, its API and the command line's socket to a hub that runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.browsers import Browsers
from hub.bus.client import Bus
from hub.config import HubConfig
from hub.control import Hub
from hub.dialogue import Dialogue
from hub.embedded import EmbeddedEngines
from hub.handling import Handling
from hub.house.notes import Notes
from hub.house.registry import HouseRegistry
from hub.links.introductions import VERSION
from hub.links.satellites import Satellites
from hub.looking import hearers, past_figures, past_turns
from hub.machine_watch import MachineWatch
from hub.rules.home import Home
from hub.rules.live import Rules
from hub.session import SessionParts
from hub.settings.settings import Settings
from hub.settings_writer import ThroughSettings
from hub.store.journal import Journal
from hub.tending import tended
from hub.timekeeping import HouseTime
from hub.web.control import About
from hub.web.live import LiveFeed
from hub.web_parts import ServedPage, web_side
from hub.web_settings import OwnerParts
from wire.connection import PeerSettings
from wire.places import Places
from wire.tasks import Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParts:
    """What the page shows and moves. restart: as OwnerParts has it."""

    hub: Hub
    config: HubConfig
    where: Places
    settings: Settings
    restart: Callable[[], None] | None
    home: Home
    house: HouseRegistry
    notes: Notes | None
    journal: Journal
    time: HouseTime
    rules: Rules
    dialogue: Dialogue
    parts: SessionParts
    satellites: Satellites
    browsers: Browsers
    engines: EmbeddedEngines
    peer: PeerSettings
    bus: Bus
    machine: MachineWatch
    feed: LiveFeed
    tasks: Tasks

    def served(self) -> AbstractAsyncContextManager[ServedPage]:
        """Served while the block runs. Raises ConfigError as ``web_side`` does."""
        config, where, time = self.config, self.where, self.time
        return web_side(
            self.hub,
            About(config.hub.name, VERSION, datetime.now(UTC).isoformat(timespec="seconds")),
            config.web,
            socket=self.hub.control_path,
            notes=self.notes,
            feed=self.feed,
            tasks=self.tasks,
            talk=self.browsers.serve,
            keys=where.var,
            database=self.journal.database,
            owner=self._owner(),
            announced=config.links.discover,
            hands=Handling(self.house, self.parts),
            reminders=time.reminders,
            lists=time.lists,
            turns=past_turns(self.journal, where.var, self.notes, self.parts, hearers(self.engines, self.peer)),
            past=past_figures(self.journal, self.machine),
            tended=tended(
                config,
                where,
                self.peer,
                writer=ThroughSettings(self.settings),
                satellites=self.satellites,
                engines=self.engines,
                volumes=time.volumes,
                bus=self.bus,
                hub=self.hub,
                spoken=self.hub.spoken,
                feed=self.feed,
                tasks=self.tasks,
            ),
        )

    def _owner(self) -> OwnerParts:
        return OwnerParts(
            where=self.where,
            config=self.config,
            home=self.home,
            settings=self.settings,
            restart=self.restart,
            journal=self.journal,
            notes=self.notes,
            reminders=self.time.reminders,
            rules=self.rules,
            volumes=self.time.volumes,
            dialogue=self.dialogue,
        )
