"""JSON pointers (RFC 6901) into peers' payloads."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_INDEX = re.compile(r"0|[1-9]\d{0,8}")


def pointed(payload: bytes, pointer: str) -> Any:
    """The value there; None if there is none, or the payload is no JSON."""
    try:
        value = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and _INDEX.fullmatch(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
