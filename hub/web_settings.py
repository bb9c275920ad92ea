"""Wires what the page lets an owner set, keep, delete and look up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.config import HubConfig
from hub.dialogue import Dialogue
from hub.house.notes import Notes
from hub.intent.routines import Routines
from hub.kept.export import Export
from hub.kept.household import Household
from hub.kept.kinds import kinds
from hub.reminders.reminders import Reminders
from hub.rules.file import rules_in
from hub.rules.home import Home
from hub.rules.live import Rules
from hub.settings.automations import AutomationFile
from hub.settings.file import SettingsFile
from hub.settings.secrets import Secrets
from hub.settings.settings import Settings
from hub.store.journal import Journal
from hub.volumes import Volumes
from hub.web.audit_api import AuditApi
from hub.web.automations_api import AutomationsApi
from hub.web.jobs import Jobs
from hub.web.kept_api import KeptApi
from hub.web.routes import RouteSource
from hub.web.secrets_api import Confirms, SecretsApi
from hub.web.settings_api import SettingsApi
from wire.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerParts:
    """restart: ends the program and begins it anew; None where it is another's to do."""

    where: Places
    config: HubConfig
    home: Home
    settings: Settings
    restart: Callable[[], None] | None
    journal: Journal
    notes: Notes | None
    reminders: Reminders | None
    rules: Rules
    volumes: Volumes
    dialogue: Dialogue

    def sources(self, jobs: Jobs, confirms: Confirms) -> list[RouteSource]:
        where = self.where
        household = Household(self.journal.database, kinds(where, **self._hooks()))
        export = Export(household, self.journal.database, folder=where.var / "export", etc=where.etc)
        secrets = Secrets(self.settings, own=where.var / "secrets", etc=where.etc)
        rules = AutomationFile(SettingsFile(where.etc / "rules.toml"), self._rules, applies="live")
        routines = AutomationFile(SettingsFile(where.etc / "routines.toml"), _routines, applies="hub")
        return [
            SettingsApi(self.settings, self.restart),
            SecretsApi(secrets, confirms),
            KeptApi(household, export.make, jobs, hub_name=self.config.hub.name),
            AuditApi(where.var / "earshot.db"),
            AutomationsApi({"rules": rules, "routines": routines}),
        ]

    def _rules(self, document: Mapping[str, Any]) -> int:
        return len(rules_in(document, "rules.toml", self.home, discovery_prefix=self.config.mqtt.discovery_prefix))

    def _hooks(self) -> dict[str, dict[str, Any]]:
        async def turns() -> None:
            self.journal.forget()
            self.dialogue.forget()

        async def rules() -> None:
            self.rules.forget()

        async def reminders() -> None:
            if self.reminders is not None:
                await self.reminders.cancel(self.reminders.items)

        async def notes() -> None:
            if self.notes is not None:
                await self.notes.load()

        return {
            "turns": {"after": turns},
            "rules": {"after": rules},
            "reminders": {"before": reminders},
            "notes": {"after": notes},
            "volumes": {"after": self.volumes.load},
        }


def _routines(document: Mapping[str, Any]) -> int:
    return len(Routines.of(document, "routines.toml"))
