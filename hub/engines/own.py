"""How the hub talks to engines of its own: they answer pings, so one that hangs is known while somebody waits."""

from __future__ import annotations

from dataclasses import replace

from wire.connection import PeerSettings

_PING_SECONDS, _SILENT_SECONDS = 0.5, 1.5
_OWN = "unix://"


def settings_for(uri: str, settings: PeerSettings) -> PeerSettings:
    """settings: of any peer. Other people's servers may know no ping, or rest longer."""
    if not uri.startswith(_OWN):
        return settings
    return replace(settings, ping_seconds=_PING_SECONDS, silent_seconds=_SILENT_SECONDS)
