"""Where the broker is and how to log in: from hub.toml, or from the hub's own broker."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from hub.config import MqttSection
from wire.errors import ConfigError

_PORT, _PORT_TLS = 1883, 8883
_PASSWORD_BYTES = 4096


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
        mode = path.stat().st_mode
        with path.open(encoding="utf-8") as file:
            text = file.read(_PASSWORD_BYTES).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError("broker-password-file", f"{path}: {reason}; put the password there, one line") from error
    if mode & 0o077:
        raise ConfigError("broker-password-file", f"{path} can be read by others; run: chmod 600 {path}")
    if not text or "\n" in text:
        raise ConfigError("broker-password-file", f"{path} must hold the password as one line")
    return text


def _tls(ca_file: str | None) -> ssl.SSLContext:
    """Certificates are always verified; a private CA is named by ``tls_ca_file``."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(
            "broker-tls-file", f"{ca_file}: {error}; tls_ca_file must be a readable PEM certificate"
        ) from error
