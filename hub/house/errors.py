"""What the house refuses: announcements of its peers, and commands that an entity cannot carry out."""

from __future__ import annotations

from wire.errors import PeerError


class DiscoveryInvalid(PeerError):
    """An announcement cannot be used (discovery-invalid): that entity is not taken, all others are."""

    def __init__(self, message: str) -> None:
        super().__init__("discovery-invalid", message)


class CannotDo(Exception):
    """An entity cannot be commanded so; the reason is a short lower-case word for logs."""
