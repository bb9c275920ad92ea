"""Which hub this is, for as long as its data lives: Home Assistant knows its device by it."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from wire.errors import ConfigError

_HUB_ID = re.compile(r"[0-9a-f]{12}")


def hub_id(path: Path, *, make: Callable[[], str] = lambda: secrets.token_hex(6)) -> str:
    """Read the id kept in ``path``, or make and keep one; blocks. 12 hex digits, random: it names nobody.

    Raises ConfigError: hub-id-invalid, hub-id-unusable.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _keep(path, make())
        kept = path.read_text("ascii", errors="replace").strip()
    except OSError as error:
        raise ConfigError("hub-id-unusable", f"{path}: {error}; make its folder writable for the hub") from error
    if not _HUB_ID.fullmatch(kept):
        raise ConfigError("hub-id-invalid", f"{path} holds no hub id; remove it (Home Assistant will see a new device)")
    return kept


def _keep(path: Path, made: str) -> None:
    """Whole or not at all, also when the power goes: half an id would be another hub."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as file:
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
