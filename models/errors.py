"""What is wrong with a model, for whoever named it."""

from __future__ import annotations

from wire.errors import EarshotError


class ModelInvalid(EarshotError):
    """A model's file is not what it should be: refuse to load it."""
