"""What the household says of its satellites while the hub runs: names, rooms, addresses, which to leave alone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from wire.errors import EarshotError

BOOK_FILE = "satellites.json"  # of var
MOST_NOTES = 256
_log = logging.getLogger(__name__)

Name = Annotated[str, Meta(min_length=1, max_length=64)]


class SatelliteNote(msgspec.Struct, frozen=True, kw_only=True):
    """name, area: None is what the satellite or hub.toml says. address: it is tried there without being found.

    left_out: it is not to be taken, though it is found.
    """

    name: Name | None = None
    area: Name | None = None
    address: str | None = None
    left_out: bool = False


_EMPTY = SatelliteNote()


class SatelliteBook:
    """By key: how the network calls a satellite, or its address where it was given. Goes before hub.toml."""

    def __init__(self, path: Path | None = None) -> None:
        """path: None forgets at the hub's end. Blocks on the disk."""
        self._path = path
        self._notes: dict[str, SatelliteNote] = {}
        self._writing = asyncio.Lock()
        if path is not None:
            self._notes = _read(path)

    def of(self, key: str) -> SatelliteNote:
        return self._notes.get(key, _EMPTY)

    def all(self) -> Mapping[str, SatelliteNote]:
        return self._notes

    async def put(self, key: str, note: SatelliteNote) -> None:
        """On the disk when this returns; an empty note is none. Raises EarshotError (satellites-full, -file)."""
        async with self._writing:
            notes = {name: one for name, one in (self._notes | {key: note}).items() if one != _EMPTY}
            if len(notes) > MOST_NOTES:
                raise EarshotError("satellites-full", f"{MOST_NOTES} satellites are noted; forget some")
            if self._path is not None:
                await asyncio.to_thread(_write, self._path, notes)
            self._notes = notes


def _read(path: Path) -> dict[str, SatelliteNote]:
    """A file that cannot be read costs the notes, not the hub."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, SatelliteNote])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        _log.warning("%s is not read: %s", path, error)
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".unread"))
        return {}


def _write(path: Path, notes: Mapping[str, SatelliteNote]) -> None:
    draft = path.with_suffix(".new")
    try:
        with draft.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(notes)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise EarshotError(
            "satellites-file", f"{path}: {error.strerror}; make it writable, or free some space"
        ) from error
