"""Yes, no, PINs and codes, as the dialogue asks for them."""

from __future__ import annotations

import time

from hub.config import PolicySection
from hub.dialogue import Shown
from hub.house.attempts import Attempts
from hub.house.codes import Codes, Said, read_codes
from hub.house.pin import Pin, read_pins
from hub.intent.answers import is_no, is_yes
from hub.intent.digits import spoken_digits


class HouseAnswers:
    """A dialogue's Answers. pin: None where there is none. codes: those that are said wait there for their command."""

    def __init__(self, pin: Pin | None, codes: Codes) -> None:
        self._pin, self.codes = pin, codes

    def is_yes(self, text: str, language: str) -> bool:
        return is_yes(text, language)

    def is_no(self, text: str, language: str) -> bool:
        return is_no(text, language)

    def pin(self, text: str, satellite: str) -> Shown:
        """What has no digits is no PIN."""
        if self._pin is None or not spoken_digits(text):
            return Shown("none")
        return Shown(*self._pin.check(text, satellite))

    def code(self, text: str, satellite: str) -> Said:
        return self.codes.hear(text, satellite)


def house_answers(section: PolicySection) -> HouseAnswers:
    """Reads files of PINs and codes; blocks. Raises ConfigError (policy-pin-file)."""
    spoken_digits("")  # its tables are read now, and not in the first turn

    def attempts() -> Attempts:
        return Attempts(section.attempts, section.lock_minutes, time.monotonic)

    secrets = read_pins(section)
    pin = Pin(secrets, attempts=attempts(), digits=spoken_digits) if secrets else None
    codes = Codes(read_codes(section), attempts=attempts(), digits=spoken_digits, clock=time.monotonic)
    return HouseAnswers(pin, codes)
