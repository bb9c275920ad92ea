"""The files that the hub's own mosquitto needs: credentials, settings, the port it had last time."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

USERNAME = "earshot"
MESSAGE_BYTES = 1 << 22  # as hub.bus.client: nothing larger is ever of use
_QUEUED_MESSAGES = 100_000  # the default of 1000 drops retained messages of large houses on subscribe
_PASSWORD_BYTES = 24
_SALT_BYTES = 12
_ITERATIONS = 101  # mosquitto 2's own number; the password is 192 random bits, nothing to guess


@dataclass(frozen=True, slots=True)
class BrokerFiles:
    """settings and pid are in ``run``; credentials, port and the broker's database in ``var``, mode 0700."""

    settings: Path
    pid: Path
    data: Path
    password: str
    port: int


def prepare(var: Path, run: Path, *, as_root: bool) -> BrokerFiles:
    """Write everything mosquitto reads; blocking, for a worker thread. Raises OSError."""
    data, runtime = var / "broker", run / "broker"
    for folder in (data, runtime):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    password = _kept_password(data / "password")
    _write_private(data / "passwd", f"{USERNAME}:{_hashed(password)}\n")
    port = _kept_port(data / "port")
    settings = runtime / "mosquitto.conf"
    _write_private(settings, _settings(data, port, as_root=as_root))
    return BrokerFiles(settings, runtime / "pid", data, password, port)


def _settings(data: Path, port: int, *, as_root: bool) -> str:
    """As root mosquitto would drop to a user who may not enter our folders (EARSHOT_HOME under /root).

    It stays root then: it listens on loopback only, takes no plug-in, and the hub that started it is root anyway.
    Installed, the hub is a service user and so is its mosquitto.
    """
    return "\n".join(
        [
            *(["user root"] if as_root else []),
            "per_listener_settings false",
            f"listener {port} 127.0.0.1",  # the only port: loopback, for this hub and programs on this machine
            "allow_anonymous false",
            f"password_file {data / 'passwd'}",
            "persistence true",
            f"persistence_location {data}/",
            "autosave_interval 5",
            "autosave_on_changes false",
            f"message_size_limit {MESSAGE_BYTES}",
            f"max_queued_messages {_QUEUED_MESSAGES}",
            "set_tcp_nodelay true",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "",
        ]
    )


def _kept_password(path: Path) -> str:
    if path.exists() and (kept := path.read_text("ascii", errors="replace").strip()):
        return kept
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    _write_private(path, password + "\n")
    return password


def _hashed(password: str) -> str:
    """mosquitto_passwd's format 7 (PBKDF2-HMAC-SHA512), made here so that no password is ever in an argument list."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _kept_port(path: Path) -> int:
    """Last time's port if it is free, so that other programs' settings stay right; else a free one, kept."""
    try:
        kept = int(path.read_text("ascii"))
    except (OSError, ValueError):
        kept = 0
    port = _free_port(kept) if 0 < kept < 1 << 16 else 0
    if not port:
        port = _free_port(0)
        _write_private(path, f"{port}\n")
    return port


def _free_port(port: int) -> int:
    """The port itself, or any with 0, if it can be bound now; 0 if not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        chosen: int = probe.getsockname()[1]
        return chosen


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, readable by the owner only from its first byte."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
