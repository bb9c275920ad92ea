"""The household's PINs: whose was said, with a bound on guesses. They are in no log and no record."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from hub.config import PolicySection
from hub.house.attempts import Attempts
from hub.secret_file import SecretUnusable, read_secret
from wire.errors import ConfigError

Checked = Literal["right", "wrong", "locked"]
EVERYBODY = ""  # whose PIN it is where it is nobody's in particular
_DIGITS = re.compile(r"[0-9]{4,12}")


class Pin:
    """After too many attempts no PIN is right until the oldest is old. What has no digits is wrong, and no attempt."""

    def __init__(self, secrets: Mapping[str, str], *, attempts: Attempts, digits: Callable[[str], str]) -> None:
        """secrets: by person. digits: those of a sentence (hub.intent.digits)."""
        self._secrets = {person: secret.encode() for person, secret in secrets.items()}
        self._attempts, self._digits = attempts, digits

    def check(self, said: str, satellite: str) -> tuple[Checked, str]:
        """And whose it is, where it is right. A right one clears the wrong ones of its satellite."""
        if self._attempts.locked(satellite):
            return "locked", EVERYBODY
        digits = self._digits(said)
        whose = [who for who, secret in self._secrets.items() if hmac.compare_digest(digits.encode(), secret)]
        if whose:
            self._attempts.right(satellite)
            return "right", whose[0]
        if digits:
            self._attempts.wrong(satellite)
        return ("locked" if self._attempts.locked(satellite) else "wrong"), EVERYBODY


def read_pins(section: PolicySection) -> dict[str, str]:
    """By person; empty where there are none. Blocks on the disk. Raises ConfigError (policy-pin-file)."""
    files = ({EVERYBODY: section.pin_file} if section.pin_file is not None else {}) | section.pins
    pins = {person: read_digits(path) for person, path in files.items()}
    if len(set(pins.values())) < len(pins):
        raise ConfigError("policy-pin-file", "two people have the same PIN; nobody could tell who said it: change one")
    return pins


def read_digits(path: str) -> str:
    """Of a PIN or code in a file. Blocks on the disk. Raises ConfigError (policy-pin-file)."""
    try:
        secret = read_secret(Path(path))
    except SecretUnusable as why:
        raise ConfigError("policy-pin-file", str(why)) from why
    if not _DIGITS.fullmatch(secret):
        raise ConfigError("policy-pin-file", f"{path} must hold 4 to 12 digits as one line, nothing else")
    return secret
