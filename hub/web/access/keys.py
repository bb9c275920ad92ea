"""Keys that sessions and programs show: 256 random bits, of which only a hash is kept."""

from __future__ import annotations

import hashlib
import secrets

KEY_BYTES = 32
TOKEN_PREFIX = "earshot_"  # noqa: S105 - people and scanners for leaked secrets know it by this


def new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def new_id() -> str:
    """What a session or token is called where it is shown; it opens nothing."""
    return secrets.token_hex(8)


def digest(key: str) -> str:
    """Of a key with 256 random bits there is nothing to guess: a fast hash is enough."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
