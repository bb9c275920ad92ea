"""Where a Wyoming peer is or listens: ``tcp://host:port`` or ``unix:///path``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wire.errors import ConfigError

_UNIX_PATH_BYTES = 107  # sun_path in Linux's sockaddr_un, without its closing zero


@dataclass(frozen=True, slots=True)
class TcpAddress:
    host: str
    port: int

    def __str__(self) -> str:
        return f"tcp://[{self.host}]:{self.port}" if ":" in self.host else f"tcp://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UnixAddress:
    path: Path

    def __str__(self) -> str:
        return f"unix://{self.path}"


def parse_uri(uri: str) -> TcpAddress | UnixAddress:
    """Raises ConfigError (uri-invalid)."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _invalid(uri, str(error)) from error
    if parts.scheme == "tcp" and host and port is not None and not (parts.path or parts.query or parts.username):
        return TcpAddress(host, port)
    if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
        if len(parts.path.encode()) > _UNIX_PATH_BYTES:
            raise _invalid(uri, f"the path of a socket has at most {_UNIX_PATH_BYTES} bytes")
        return UnixAddress(Path(parts.path))
    raise _invalid(uri, "it is neither form")


def _invalid(uri: str, why: str) -> ConfigError:
    return ConfigError("uri-invalid", f"{uri!r}: {why}; write tcp://host:port or unix:///path")
