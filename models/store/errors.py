"""What can go wrong with a model that is fetched, imported or kept."""

from __future__ import annotations

from wire.errors import EarshotError


class StoreRefused(EarshotError):
    """The model cannot be had: nothing that was there before has changed."""


class FetchFailed(EarshotError):
    """The server or the way to it failed; what came is kept, and the next try goes on from there."""
