"""rules.toml and routines.toml as text that people edit: checked as the hub checks it, then written whole."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from hub.settings.file import FileChanged, SettingsFile
from wire.errors import ConfigError

MOST_CHARACTERS = 256 << 10
_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_NAMED = re.compile(r"rule '(.+?)'(?::| is there)")
_NUMBERED = re.compile(r"(?:rule '?number (\d+)|`\$\.(rule|routine)\[(\d+)\]|(routine)\[(\d+)\])")


class Automation(msgspec.Struct, frozen=True):
    """A file as it is. digest: tells it from another version. applies: ``live`` or ``hub`` (after a restart)."""

    file: str
    text: str
    digest: str
    writable: bool
    applies: str


class Checked(msgspec.Struct, frozen=True):
    """code: empty where the text is right. line: where it is not, from 1; 0: nowhere alone. count: of what it has."""

    code: str = ""
    message: str = ""
    line: int = 0
    count: int = 0


class AutomationFile:
    """check: of the parsed document, how many things are in it; raises ConfigError."""

    def __init__(self, file: SettingsFile, check: Callable[[Mapping[str, Any]], int], *, applies: str) -> None:
        self._file, self._check, self._applies = file, check, applies

    async def read(self) -> Automation:
        """Raises ConfigError (config-unreadable)."""
        return await asyncio.to_thread(self._read)

    async def check(self, text: str) -> Checked:
        return await asyncio.to_thread(self._checked, text)

    async def write(self, text: str, *, digest: str | None) -> Automation:
        """Raises ConfigError where the text is wrong or cannot be written, FileChanged."""
        return await asyncio.to_thread(self._write, text, digest)

    def _read(self) -> Automation:
        read = self._file.read()
        return Automation(str(self._file.path), read.text, read.digest, self._file.is_writable, self._applies)

    def _checked(self, text: str) -> Checked:
        try:
            return Checked(count=self._check(_parsed(text)))
        except ConfigError as error:
            return Checked(error.code, error.message, line_of(error.message, text))

    def _write(self, text: str, digest: str | None) -> Automation:
        self._check(_parsed(text))
        before = self._file.read()
        if digest is not None and before.digest != digest:
            raise FileChanged("settings-conflict", f"{self._file.path} was changed meanwhile; look again, then save")
        self._file.write(text if not text or text.endswith("\n") else text + "\n", digest=before.digest)
        return self._read()


def _parsed(text: str) -> Mapping[str, Any]:
    if len(text) > MOST_CHARACTERS:
        raise ConfigError("config-syntax", f"the text is over {MOST_CHARACTERS >> 10} KiB; make it shorter")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError("config-syntax", f"{error}; correct that line") from error


def line_of(message: str, text: str) -> int:
    """The line that a refusal is about: TOML's own, or that of the table it names."""
    if found := _LINE.search(message):
        return int(found[1])
    lines = text.splitlines()
    headers = [number for number, line in enumerate(lines, 1) if re.match(r"\s*\[\[(rule|routine)\]\]", line)]
    if found := _NUMBERED.search(message):
        place = int(found[1]) - 1 if found[1] else int(found[3] or found[5])
        return headers[place] if place < len(headers) else 0
    if found := _NAMED.search(message):
        name = re.compile(rf"\s*name\s*=\s*[\"']{re.escape(found[1])}[\"']")
        return next((number for number, line in reversed(list(enumerate(lines, 1))) if name.match(line)), 0)
    return 0
