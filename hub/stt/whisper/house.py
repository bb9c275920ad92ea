"""The names of this house, which are likely words: read out of the grammar file that the hub writes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

_MAX_BYTES = 8 << 20
_MOST_CHARACTERS = 400  # of a prompt: about 120 of whisper's 224 tokens


class _Grammar(msgspec.Struct):
    """What matters here of docs/understanding.md, The grammar file."""

    names: dict[str, str] = {}


class HouseNames:
    """path: of the grammar file, which may not be there yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._names: tuple[str, ...] = ()

    async def names(self) -> tuple[str, ...]:
        """As written, as many as a prompt should have. None where the file cannot be read."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> tuple[str, ...]:
        try:
            status = self._path.stat()
            stamp = status.st_mtime_ns, status.st_size
            if stamp != self._stamp and status.st_size <= _MAX_BYTES:
                self._names = _first(msgspec.json.decode(self._path.read_bytes(), type=_Grammar).names)
                self._stamp = stamp
        except (OSError, msgspec.MsgspecError):
            self._names, self._stamp = (), None
        return self._names


def _first(names: dict[str, str]) -> tuple[str, ...]:
    kept: list[str] = []
    for name in dict.fromkeys(names.values()):
        if sum(len(one) + 2 for one in kept) + len(name) <= _MOST_CHARACTERS:
            kept.append(name)
    return tuple(kept)
