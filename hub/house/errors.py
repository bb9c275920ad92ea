"""What the house refuses from its peers."""

from __future__ import annotations

from wire.errors import PeerError


class DiscoveryInvalid(PeerError):
    """An announcement cannot be used (discovery-invalid): that entity is not taken, all others are."""

    def __init__(self, message: str) -> None:
        super().__init__("discovery-invalid", message)
