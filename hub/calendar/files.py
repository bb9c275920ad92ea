"""A calendar that is a file or a folder of files."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from hub.calendar.source import MOST_BYTES, Copy, Item
from hub.errors import CalendarLost

_MOST_FILES = 5000


class FileSource:
    """A Source. path: an .ics file, or a folder whose .ics files are read (not those of folders in it)."""

    poll_seconds = 30.0
    keeps = False

    def __init__(self, path: Path) -> None:
        self._path, self.origin = path, str(path)

    async def fetch(self, known: Copy) -> Copy:
        return await asyncio.to_thread(self._fetch, known)

    async def add(self, uid: str, text: str) -> None:
        await asyncio.to_thread(self._add, uid, text)

    def _fetch(self, known: Copy) -> Copy:
        try:
            found = {path.name: (path, path.stat()) for path in self._paths()}
            marks = {name: f"{about.st_mtime_ns} {about.st_size}" for name, (_, about) in found.items()}
            if sum(about.st_size for _, about in found.values()) > MOST_BYTES:
                message = f"{self._path} holds over {MOST_BYTES >> 20} MiB; export fewer years"
                raise CalendarLost("calendar-invalid", message)
            if known.origin == self.origin and marks == {name: item.mark for name, item in known.items.items()}:
                return known
            texts = {name: _text(path) for name, (path, _) in found.items()}
        except OSError as error:
            message = f"{error.filename or self._path}: {error.strerror}; correct path, or make it readable for the hub"
            raise CalendarLost("calendar-unreachable", message) from error
        return Copy(self.origin, "", {name: Item(marks[name], text) for name, text in texts.items()})

    def _paths(self) -> list[Path]:
        if not self._path.is_dir():
            if self._path.exists() and not self._path.is_file():
                raise CalendarLost("calendar-invalid", f"{self._path} is neither a file nor a folder")
            return [self._path]
        paths = [path for path in sorted(self._path.iterdir()) if path.suffix.lower() == ".ics" and path.is_file()]
        if len(paths) > _MOST_FILES:
            raise CalendarLost("calendar-invalid", f"{self._path} holds over {_MOST_FILES} files; join some")
        return paths

    def _add(self, uid: str, text: str) -> None:
        path = self._path / f"{uid}.ics"
        draft = path.with_name(f".{uid}.new")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:  # noqa: PTH123 of a descriptor
                file.write(text.encode())
            draft.replace(path)
        except OSError as error:
            message = f"{self._path}: {error.strerror}; make the folder writable for the hub"
            raise CalendarLost("calendar-read-only", message) from error


def _text(path: Path) -> str:
    """One that grows while it is read is read again when its time changed."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES).decode("utf-8-sig", errors="replace")
