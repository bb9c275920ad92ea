"""hub.toml as the page sees and changes it: checked whole before it is written, put in force as far as can be."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from typing import Any, Literal, Protocol

import msgspec

from hub.config import HubConfig
from hub.settings.file import FileChanged, SettingsFile, Text
from hub.settings.schema import Section, sections, settings_of
from hub.settings.toml_text import Document, rewritten
from wire.errors import ConfigError
from wire.settings import convert

Applied = Literal["live", "hub"]
_AT = re.compile(r" - at `\$(?P<key>\S*)`")
_MISSING = re.compile(r"missing required field `(?P<name>\w+)`")


class InForce(Protocol):
    """What the running hub goes by; ``hub.reload.Reload`` is one."""

    @property
    def in_use(self) -> Mapping[str, Any]: ...

    @property
    def live(self) -> list[str]: ...

    async def take(self, new: HubConfig, renewed: Collection[str] = ()) -> None: ...


class SettingRefused(ConfigError):
    """A value that cannot be. field: which, as ``section.key`` or ``section[0].key``; empty: not one alone."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(code, message)
        self.field = field


class SettingsSchema(msgspec.Struct, frozen=True):
    """All that can be set. live: what counts at once; all else counts with the hub's next start."""

    sections: list[Section]
    live: list[str]


class SettingsState(msgspec.Struct, frozen=True):
    """values: by ``section.key``, defaults too. given: those that the file names. waiting: those that the running hub
    does not go by yet. problem: why the file cannot be used as it is; then values are those in force.
    """

    file: str
    digest: str
    writable: bool
    values: dict[str, Any]
    given: list[str]
    waiting: list[str]
    problem: str = ""


class SettingsChanged(msgspec.Struct, frozen=True):
    """applied: for each setting, ``live``: it counts now; ``hub``: it counts once the hub was restarted."""

    applied: dict[str, Applied]
    state: SettingsState


class Settings:
    """check: what no schema can say, and reads the files that the settings name; it blocks and raises ConfigError."""

    def __init__(self, file: SettingsFile, in_force: InForce, check: Callable[[HubConfig], None]) -> None:
        self._file, self._in_force, self._check_all = file, in_force, check
        self._sections = sections(HubConfig)
        self._changing = asyncio.Lock()

    def schema(self) -> SettingsSchema:
        return SettingsSchema(self._sections, self._in_force.live)

    async def state(self) -> SettingsState:
        """Raises ConfigError (config-unreadable)."""
        return await asyncio.to_thread(self._state)

    async def change(
        self, changes: Mapping[str, Any], *, digest: str | None = None, renewed: Collection[str] = ()
    ) -> SettingsChanged:
        """changes: by ``section.key``; null takes the key out of the file, so that its default counts.

        digest: of the file that was looked at. renewed: settings that name a file with another content now.

        Raises FileChanged (settings-conflict), SettingRefused, ConfigError.
        """
        async with self._changing:
            config = await asyncio.to_thread(self._write, changes, digest)
            await self._in_force.take(config, renewed)
            state = await self.state()
        return SettingsChanged({key: "hub" if key in state.waiting else "live" for key in changes}, state)

    async def check(self) -> None:
        """Whether the hub could start with the file as it is. Raises ConfigError."""
        await asyncio.to_thread(lambda: self._checked(_parsed(self._file, self._file.read())))

    def _write(self, changes: Mapping[str, Any], digest: str | None) -> HubConfig:
        before = self._file.read()
        if digest is not None and digest != before.digest:
            raise FileChanged("settings-conflict", f"{self._file.path} was changed meanwhile; look again, then save")
        wanted = deepcopy(_parsed(self._file, before))
        for key, value in changes.items():
            self._put(wanted, key, value)
        config = self._checked(wanted)
        self._file.write(rewritten(before.text, wanted), digest=before.digest)
        return config

    def _put(self, document: Document, key: str, value: Any) -> None:
        if key not in self._in_force.in_use:
            raise SettingRefused("settings-unknown", f"there is no setting {key[:100]!r}; GET /settings has them", key)
        *tables, name = key.split(".")
        for table in tables:
            document = document.setdefault(table, {})
        if value is None:
            document.pop(name, None)
        else:
            document[name] = _without_nulls(value)

    def _checked(self, document: Document) -> HubConfig:
        try:
            config = convert(document, HubConfig, str(self._file.path))
        except ConfigError as error:
            raise SettingRefused(error.code, error.message, _field(error.message)) from error
        self._check_all(config)
        return config

    def _state(self) -> SettingsState:
        read = self._file.read()
        in_use, problem = dict(self._in_force.in_use), ""
        document: Document = {}
        values = in_use
        try:
            document = _parsed(self._file, read)
            values = settings_of(self._sections, convert(document, HubConfig, str(self._file.path)))
        except ConfigError as error:
            problem = str(error)
        return SettingsState(
            file=str(self._file.path),
            digest=read.digest,
            writable=self._file.is_writable,
            values=values,
            given=[key for key in values if _names(document, key)],
            waiting=[key for key, value in values.items() if in_use[key] != value],
            problem=problem,
        )


def _parsed(file: SettingsFile, read: Text) -> Document:
    try:
        return tomllib.loads(read.text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("config-syntax", f"{file.path}: {error}; correct that line") from error


def _names(document: Any, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(document, dict) or part not in document:
            return False
        document = document[part]
    return True


def _without_nulls(value: Any) -> Any:
    """A form sends null for what is not set; TOML leaves it out."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _field(message: str) -> str:
    """Which value a schema's refusal is about: msgspec says it at the message's end."""
    at, missing = _AT.search(message), _MISSING.search(message)
    key = at["key"].removeprefix(".") if at else ""
    return f"{key}.{missing['name']}" if missing else key
