"""The household's PIN: whether what was said is it, with a bound on guesses. It is in no log and no record."""

from __future__ import annotations

import hmac
import re
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from hub.config import PolicySection
from hub.secret_file import SecretUnusable, read_secret
from wire.errors import ConfigError

Checked = Literal["right", "wrong", "locked"]
_ALL_ROOMS = 2  # times the attempts of one room, for all rooms together


class Pin:
    """In any ``lock_minutes`` a satellite has ``attempts`` wrong PINs, and all satellites together twice as many.

    After these no PIN is right until the oldest is that old. What has no digits is wrong, and no attempt.
    """

    def __init__(
        self,
        secret: str,
        *,
        attempts: int,
        lock_minutes: float,
        digits: Callable[[str], str],
        clock: Callable[[], float],
    ) -> None:
        """digits: those of a sentence (hub.intent.digits). clock: in seconds, never set back."""
        self._secret = secret.encode()
        self._attempts, self._lock_seconds = attempts, lock_minutes * 60
        self._digits, self._clock = digits, clock
        self._wrong: deque[tuple[float, str]] = deque(maxlen=_ALL_ROOMS * attempts)  # when and where, oldest first

    def check(self, said: str, satellite: str) -> Checked:
        """A right one clears the wrong ones of its satellite."""
        if self._is_locked(satellite):
            return "locked"
        digits = self._digits(said)
        if hmac.compare_digest(digits.encode(), self._secret):
            mine = [wrong for wrong in self._wrong if wrong[1] == satellite]
            for wrong in mine:
                self._wrong.remove(wrong)
            return "right"
        if digits:
            self._wrong.append((self._clock(), satellite))
        return "locked" if self._is_locked(satellite) else "wrong"

    def _is_locked(self, satellite: str) -> bool:
        now = self._clock()
        while self._wrong and now - self._wrong[0][0] >= self._lock_seconds:
            self._wrong.popleft()
        here = sum(where == satellite for _, where in self._wrong)
        return here >= self._attempts or len(self._wrong) == self._wrong.maxlen


def read_pin(section: PolicySection) -> str | None:
    """None where there is none. Blocks on the disk. Raises ConfigError (policy-pin-file)."""
    if section.pin_file is None:
        return None
    try:
        secret = read_secret(Path(section.pin_file))
    except SecretUnusable as why:
        raise ConfigError("policy-pin-file", str(why)) from why
    if not re.fullmatch(r"[0-9]{4,12}", secret):
        raise ConfigError("policy-pin-file", f"{section.pin_file} must hold 4 to 12 digits as one line, nothing else")
    return secret
