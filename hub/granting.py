"""Yes, no and the PIN, as the dialogue asks for them."""

from __future__ import annotations

import time

from hub.config import PolicySection
from hub.dialogue import Verdict
from hub.house.pin import Pin, read_pin
from hub.intent.answers import is_no, is_yes
from hub.intent.digits import spoken_digits


class HouseAnswers:
    """A dialogue's Answers. pin: None where there is none."""

    def __init__(self, pin: Pin | None) -> None:
        self._pin = pin

    def is_yes(self, text: str, language: str) -> bool:
        return is_yes(text, language)

    def is_no(self, text: str, language: str) -> bool:
        return is_no(text, language)

    def pin(self, text: str, satellite: str) -> Verdict:
        """What has no digits is no PIN."""
        if self._pin is None or not spoken_digits(text):
            return "none"
        return self._pin.check(text, satellite)


def house_answers(section: PolicySection) -> HouseAnswers:
    """Reads the PIN's file; blocks. Raises ConfigError (policy-pin-file)."""
    secret = read_pin(section)
    spoken_digits("")  # its tables are read now, and not in the first turn
    if not secret:
        return HouseAnswers(None)
    pin = Pin(
        secret,
        attempts=section.attempts,
        lock_minutes=section.lock_minutes,
        digits=spoken_digits,
        clock=time.monotonic,
    )
    return HouseAnswers(pin)
