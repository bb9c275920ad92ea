"""Secrets that people keep in files of their own: never in TOML, arguments or logs."""

from __future__ import annotations

from pathlib import Path

_CHARACTERS = 4096


class SecretUnusable(Exception):
    """What is wrong with the file and what to do, in one line."""


def read_secret(path: Path) -> str:
    """The one line of a file that nobody else can read. Blocks on the disk. Raises SecretUnusable."""
    try:
        mode = path.stat().st_mode
        with path.open(encoding="utf-8") as file:
            text = file.read(_CHARACTERS + 1).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SecretUnusable(f"{path}: {reason}; put the password there, one line") from error
    if mode & 0o077:
        raise SecretUnusable(f"{path} can be read by others; run: chmod 600 {path}")
    if not text or "\n" in text or len(text) > _CHARACTERS:
        raise SecretUnusable(f"{path} must hold the password as one line")
    return text
