"""Why a wake word cannot be trained."""

from __future__ import annotations

from wire.errors import EarshotError


class TrainingRefused(EarshotError):
    """The phrase, the voices or the machine do not allow it; nothing was changed."""


class TrainingStopped(EarshotError):
    """Asked to stop: what is done is kept, and the same command goes on from there."""
