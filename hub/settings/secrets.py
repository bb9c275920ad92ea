"""Secrets that the page takes: each goes into its 0600 file, and hub.toml names the file; none is ever shown."""

from __future__ import annotations

import asyncio
import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from hub.settings.schema import keys_of
from hub.settings.settings import SettingRefused, Settings, SettingsChanged
from wire.errors import ConfigError

PIN, PINS = "policy.pin_file", "policy.pins"
_LONGEST = 4096


class Secrets:
    """own: folder of var for those that hub.toml names no file for yet. etc: where people may keep them, too."""

    def __init__(self, settings: Settings, *, own: Path, etc: Path) -> None:
        self._settings, self._own, self._etc = settings, own, etc
        self._keys = {path for path, key in keys_of(settings.schema().sections) if key.secret}

    async def pins(self) -> tuple[bool, list[str]]:
        """Whether the household has one, and the persons with one of their own."""
        values = (await self._settings.state()).values
        return values[PIN] is not None, sorted(values[PINS])

    async def set_pin(self, pin: str | None, *, person: str | None = None) -> None:
        """The household's, or a person's own; None takes it away. Raises as ``store``."""
        if person is None:
            await (self.remove(PIN) if pin is None else self.store(PIN, pin))
            return
        pins: dict[str, str] = (await self._settings.state()).values[PINS]
        path = Path(pins.get(person) or self._own / f"pin-{sha256(person.encode()).hexdigest()[:16]}")
        if pin is None:
            await self._settings.change({PINS: {name: file for name, file in pins.items() if name != person} or None})
            if await asyncio.to_thread(self._may_write, path):
                await asyncio.to_thread(path.unlink, missing_ok=True)
            return
        await self._keep(path, pin, PIN, {PINS: pins | {person: str(path)}})

    async def store(self, key: str, secret: str) -> SettingsChanged:
        """key: ``section.key`` that names a file. Raises SettingRefused, ConfigError, FileChanged."""
        values = (await self._settings.state()).values
        if key not in self._keys or key not in values:
            raise SettingRefused("settings-unknown", f"{key[:100]!r} names no file with a secret", key)
        path = Path(values[key]) if values[key] else self._own / key
        return await self._keep(path, secret, key, {key: str(path)})

    async def _keep(self, path: Path, secret: str, key: str, changes: dict[str, Any]) -> SettingsChanged:
        """The file first, then the setting that names it; without the setting the file is as it was."""
        problem = _problem(key, secret)
        if problem:
            raise SettingRefused("secret-unfit", problem, key)
        if not await asyncio.to_thread(self._may_write, path):
            message = f"{path} stands elsewhere; write it there yourself, or take the setting back to its default"
            raise SettingRefused("secret-elsewhere", message, key)
        before = await asyncio.to_thread(_replaced, path, secret)
        try:
            return await self._settings.change(changes, renewed=list(changes))
        except BaseException:
            await asyncio.to_thread(_restored, path, before)
            raise

    async def remove(self, key: str) -> SettingsChanged:
        """The setting goes, then the file, if it is one of the hub's own. Raises SettingRefused, ConfigError."""
        path = (await self._settings.state()).values.get(key)
        changed = await self._settings.change({key: None})
        if path and await asyncio.to_thread(self._may_write, Path(path)):
            await asyncio.to_thread(Path(path).unlink, missing_ok=True)
        return changed

    def _may_write(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(folder.resolve()) for folder in (self._own, self._etc)) and (
            path.suffix != ".toml"
        )


def _problem(key: str, secret: str) -> str:
    if key == PIN:
        return "" if re.fullmatch(r"[0-9]{4,12}", secret) else "a PIN has 4 to 12 digits"
    fits = secret and len(secret) <= _LONGEST and not re.search(r"[\x00-\x1f\x7f]", secret)
    return "" if fits else f"a secret is one line of 1 to {_LONGEST} characters"


def _replaced(path: Path, secret: str) -> bytes | None:
    """Written whole, for us alone; what was there before. Raises ConfigError (secret-unwritable)."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = path.read_bytes() if path.exists() else None
        _write(path, f"{secret}\n".encode())
    except OSError as error:
        message = f"{path}: {error.strerror}; let the hub's user write its folder, or write the file by hand"
        raise ConfigError("secret-unwritable", message) from error
    return before


def _restored(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        _write(path, before)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    draft.replace(path)
