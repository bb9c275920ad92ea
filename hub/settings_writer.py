"""How the first run and the pages of devices and models write settings: as the page of settings does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hub.settings.settings import Settings


class SettingsWriter(Protocol):
    async def set(self, values: Mapping[str, object]) -> list[str]:
        """Write ``section.key`` → value; None is its default again. Gives those that count with the hub's next start.

        Raises ConfigError (config-value, settings-unwritable).
        """


@dataclass(frozen=True, slots=True)
class ThroughSettings:
    """Implements SettingsWriter."""

    settings: Settings

    async def set(self, values: Mapping[str, object]) -> list[str]:
        changed = await self.settings.change(values)
        return sorted(setting for setting, applied in changed.applied.items() if applied == "hub")
