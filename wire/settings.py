"""Reads one TOML file into frozen msgspec structs, checked whole: a wrong key stops the program with its name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from wire.errors import ConfigError

T = TypeVar("T")


def load(path: Path, schema: type[T]) -> T:
    """Read ``path`` as ``schema``; a missing file is an empty one (every key has a default).

    Raises ConfigError: config-unreadable, config-syntax (line and column), config-value (key, value, allowed).
    """
    try:
        text = path.read_text("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("config-unreadable", f"{path}: {error}; make it readable UTF-8 text") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("config-syntax", f"{path}: {error}; correct that line") from error
    return convert(document, schema, str(path))


def convert(document: object, schema: type[T], origin: str) -> T:
    """Check an already parsed document against ``schema``; ``origin`` is named in the error."""
    try:
        return msgspec.convert(document, schema)
    except msgspec.ValidationError as error:
        raise ConfigError(
            "config-value", f"{origin}: {error}; see docs/configuration.md for what is allowed"
        ) from error
