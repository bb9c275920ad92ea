"""Which broker the house lives on: tried before it is taken, its secrets in files of their own."""

from __future__ import annotations

import asyncio
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.bus.address import BrokerAddress
from hub.bus.trial import BrokerTried, tried
from hub.config import MqttSection, Port
from hub.secret_file import SecretUnusable, read_secret
from hub.settings_writer import SettingsWriter
from wire.errors import ConfigError, EarshotError

PASSWORD_FILE, CA_FILE = "broker-password", "broker-ca.pem"
_PORT, _PORT_TLS = 1883, 8883


class BrokerGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A broker as people give it. port: 0 is 1883, or 8883 with tls. password: null is the one that is kept, where host
    and user are the same; it is never told again. ca: PEM of who signs its certificate; null: as kept, or the system's.
    """

    host: Annotated[str, Meta(min_length=1, max_length=253, pattern=r"^[^\s/@]+$")]
    port: Port = 0
    username: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    password: Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"^[^\r\n]+$")] | None = None
    tls: bool = False
    ca: Annotated[str, Meta(max_length=40_000)] | None = None


class BrokerState(msgspec.Struct, frozen=True):
    """own: the hub runs its own. has_password: one is kept; it is never told."""

    own: bool
    connected: bool
    host: str = ""
    port: int = 0
    username: str | None = None
    has_password: bool = False
    tls: bool = False
    problem: str = ""


class BrokerTaken(msgspec.Struct, frozen=True):
    """restart: settings that count once the hub was started again; empty: all counts now."""

    restart: list[str]


@dataclass(frozen=True, slots=True)
class BrokerChoice:
    """Implements hub.web.broker_api.BrokerControl. etc: where its files go. state: asks how the bus is."""

    section: MqttSection
    etc: Path
    writer: SettingsWriter

    def state(self, *, connected: bool, problem: str) -> BrokerState:
        section = self.section
        return BrokerState(
            own=not section.host,
            connected=connected,
            host=section.host,
            port=section.port,
            username=section.username,
            has_password=section.password_file is not None,
            tls=section.tls,
            problem=problem,
        )

    async def test(self, given: BrokerGiven) -> BrokerTried:
        """Raises ConfigError (broker-tls-file)."""
        address = await asyncio.to_thread(self._address, given)
        section = self.section
        return await tried(address, discovery_prefix=section.discovery_prefix, tasmota_prefix=section.tasmota_prefix)

    async def take(self, given: BrokerGiven) -> BrokerTaken:
        """From the hub's next start on. Raises ConfigError, EarshotError (settings-unwritable)."""
        await asyncio.to_thread(self._address, given)  # a certificate that is none is refused before it is kept
        values = await asyncio.to_thread(self._written, given)
        return BrokerTaken(await self.writer.set(values))

    async def own(self) -> BrokerTaken:
        """The hub's own, from its next start on. The files of the other one stay."""
        return BrokerTaken(await self.writer.set({"mqtt.host": "", "mqtt.port": 0, "mqtt.tls": False}))

    def _address(self, given: BrokerGiven) -> BrokerAddress:
        try:
            context = self._context(given) if given.tls else None
        except (OSError, ValueError) as error:
            raise ConfigError("broker-tls-file", f"the certificate is none: {error}; give PEM text") from error
        port = given.port or (_PORT_TLS if given.tls else _PORT)
        return BrokerAddress(given.host, port, given.username, given.password or self._kept_password(given), context)

    def _context(self, given: BrokerGiven) -> ssl.SSLContext:
        if given.ca:
            return ssl.create_default_context(cadata=given.ca)
        return ssl.create_default_context(cafile=self.section.tls_ca_file)

    def _kept_password(self, given: BrokerGiven) -> str | None:
        """Only to the broker that it was given for."""
        section = self.section
        same = (given.host, given.username) == (section.host, section.username)
        if not same or section.password_file is None:
            return None
        try:
            return read_secret(Path(section.password_file))
        except SecretUnusable as why:
            raise ConfigError("broker-password-file", str(why)) from why

    def _written(self, given: BrokerGiven) -> dict[str, object]:
        keeps = self._kept_password(given) is not None and given.password is None
        values: dict[str, object] = {
            "mqtt.host": given.host,
            "mqtt.port": given.port,
            "mqtt.username": given.username,
            "mqtt.tls": given.tls,
        }
        if given.password is not None:
            values["mqtt.password_file"] = str(_private(self.etc / PASSWORD_FILE, given.password + "\n"))
        elif not keeps:
            values["mqtt.password_file"] = None
        if given.ca:
            values["mqtt.tls_ca_file"] = str(_private(self.etc / CA_FILE, given.ca))
        return values


def _private(path: Path, text: str) -> Path:
    """Nobody else can read it, at no moment."""
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise EarshotError("settings-unwritable", f"{path}: {error.strerror}; make its folder writable") from error
    return path
