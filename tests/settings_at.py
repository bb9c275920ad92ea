"""hub.toml of one folder, written as the hub writes it."""

from __future__ import annotations

from pathlib import Path

from hub.config import HubConfig
from hub.reload import Reload
from hub.settings.file import SettingsFile
from hub.settings.settings import Settings
from hub.settings_writer import ThroughSettings


def settings_at(path: Path) -> ThroughSettings:
    """Nothing of it counts before a restart."""
    return ThroughSettings(Settings(SettingsFile(path), Reload(HubConfig()), lambda _config: None))
