"""Where the broker is and how to log in: from hub.toml, or from the hub's own broker."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from hub.config import MqttSection
from hub.secret_file import SecretUnusable, read_secret
from wire.errors import ConfigError

_PORT, _PORT_TLS = 1883, 8883


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """The password never shows in repr, logs or tracebacks' locals printed by repr."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def configured_broker(section: MqttSection) -> BrokerAddress:
    """The broker of ``[mqtt]`` with ``host`` set; reads the password and CA files, so call it off the event loop.

    Raises ConfigError: broker-password-file (missing, open to others, not one line), broker-tls-file.
    """
    assert section.host, "with no host the hub runs its own broker"
    return BrokerAddress(
        host=section.host,
        port=section.port or (_PORT_TLS if section.tls else _PORT),
        username=section.username,
        password=None if section.password_file is None else _password(Path(section.password_file)),
        tls=_tls(section.tls_ca_file) if section.tls else None,
    )


def _password(path: Path) -> str:
    try:
        return read_secret(path)
    except SecretUnusable as why:
        raise ConfigError("broker-password-file", str(why)) from why


def _tls(ca_file: str | None) -> ssl.SSLContext:
    """Certificates are always verified; a private CA is named by ``tls_ca_file``."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(
            "broker-tls-file", f"{ca_file}: {error}; tls_ca_file must be a readable PEM certificate"
        ) from error
