"""Phrases that were said before: some in memory, more on disk, the least recently used dropped first."""

from __future__ import annotations

import contextlib
import os
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_MEMORY_BYTES = 8 << 20  # three to four minutes
_DISK_BYTES = 64 << 20
_LONGEST_CHARACTERS = 200  # what is longer is not said twice

Key = tuple[str, str]
"""Voice and how it sounds, text."""


class Sounds(Protocol):
    def get(self, key: Key) -> bytes | None: ...

    def put(self, key: Key, sound: bytes) -> None: ...


class Phrases:
    """In memory."""

    def __init__(self, max_bytes: int = _MEMORY_BYTES) -> None:
        self._max_bytes, self._held_bytes = max_bytes, 0
        self._sounds: OrderedDict[Key, bytes] = OrderedDict()

    def get(self, key: Key) -> bytes | None:
        if key in self._sounds:
            self._sounds.move_to_end(key)
        return self._sounds.get(key)

    def put(self, key: Key, sound: bytes) -> None:
        self._held_bytes += len(sound) - len(self._sounds.pop(key, b""))
        self._sounds[key] = sound
        while self._held_bytes > self._max_bytes:
            _, dropped = self._sounds.popitem(last=False)
            self._held_bytes -= len(dropped)


class KeptPhrases:
    """In memory and in files, one each, for the hub's own user alone: for voices whose rendering takes long.

    A file that cannot be used is one that is not there. Blocks on the disk: call it in the worker.
    """

    def __init__(self, folder: Path, max_bytes: int = _DISK_BYTES) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._near = Phrases()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held_bytes = sum(path.stat().st_size for path in self._files())

    def get(self, key: Key) -> bytes | None:
        sound = self._near.get(key)
        if sound is None:
            with contextlib.suppress(OSError):
                path = self._path(key)
                sound = path.read_bytes()
                os.utime(path)
                self._near.put(key, sound)
        return sound

    def put(self, key: Key, sound: bytes) -> None:
        self._near.put(key, sound)
        if len(key[1]) > _LONGEST_CHARACTERS:
            return
        path = self._path(key)
        draft = path.with_suffix(".new")
        try:
            draft.write_bytes(sound)
            draft.replace(path)
        except OSError:  # a full disk costs the cache alone
            draft.unlink(missing_ok=True)
            return
        self._held_bytes += len(sound)
        self._prune()

    def _prune(self) -> None:
        if self._held_bytes <= self._max_bytes:
            return
        oldest_first = sorted((path.stat().st_mtime_ns, path) for path in self._files())
        self._held_bytes = sum(path.stat().st_size for _, path in oldest_first)
        for _, path in oldest_first:
            if self._held_bytes <= self._max_bytes:
                return
            self._held_bytes -= path.stat().st_size
            path.unlink()

    def _files(self) -> list[Path]:
        return list(self._folder.glob("*.pcm"))

    def _path(self, key: Key) -> Path:
        name = sha256("\0".join(key).encode()).hexdigest()
        return self._folder / f"{name}.pcm"
