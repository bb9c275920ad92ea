"""Codes of locks and alarm panels: said for one command, given to one device, and in no log and no record."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from hub.config import PolicySection
from hub.house.attempts import Attempts
from hub.house.pin import read_digits

MASK = "****"  # stands for a code in all that is kept or shown
SAID_SECONDS = 30.0  # a code that no command took by then is forgotten
_LENGTHS = re.compile(r"\^?(?:\\d|\[0-9\])(?:\{(\d{1,2})(,(\d{0,2}))?\}|\+|\*)?\$?")  # the formats that people write

Said = Literal["given", "locked", "none"]


@dataclass(frozen=True, slots=True)
class CodeNeed:
    """A command that needs one. announced: the code itself, where the device tells it so that others compare.

    least, most: how many digits it has, as far as that is known. Expressions that devices announce are never run.
    """

    announced: str | None = None
    least: int = 1
    most: int = 64

    def fits(self, code: str) -> bool:
        """Whether it is worth sending."""
        if self.announced is not None:
            return hmac.compare_digest(code.encode(), self.announced.encode())
        return self.least <= len(code) <= self.most


def need(code_format: str) -> CodeNeed:
    """Of Home Assistant's ``code_format``, a regular expression; one that is not understood says nothing."""
    found = _LENGTHS.fullmatch(code_format)
    if found is None or found[1] is None:
        return CodeNeed()
    least = int(found[1])
    return CodeNeed(None, least, least if found[2] is None else int(found[3] or 64))


class Codes:
    """One per hub. kept: codes that the household put into files for the hub to send by itself, by entity."""

    def __init__(
        self,
        kept: Mapping[str, str],
        *,
        attempts: Attempts,
        digits: Callable[[str], str],
        clock: Callable[[], float],
    ) -> None:
        self._kept, self._attempts, self._digits, self._clock = kept, attempts, digits, clock
        self._said: dict[str, tuple[float, str]] = {}  # by satellite: until when, and the digits

    def kept(self, entity_id: str) -> str | None:
        return self._kept.get(entity_id)

    def hear(self, said: str, satellite: str) -> Said:
        """Remember the digits of a sentence for the next command from there. What has none is no code."""
        digits = self._digits(said)
        if not digits:
            return "none"
        if self._attempts.locked(satellite):
            return "locked"
        now = self._clock()
        self._said = {where: kept for where, kept in self._said.items() if kept[0] > now}
        self._said[satellite] = (now + SAID_SECONDS, digits)
        return "given"

    def take(self, satellite: str) -> str | None:
        """Once."""
        until, digits = self._said.pop(satellite, (0.0, ""))
        return digits if digits and until > self._clock() else None

    def judged(self, satellite: str, *, right: bool) -> None:
        """What the device, or the code that it announced, made of the one that was taken."""
        if right:
            self._attempts.right(satellite)
        else:
            self._attempts.wrong(satellite)


def no_codes() -> Codes:
    """Where nobody can say any."""
    return Codes({}, attempts=Attempts(1, 1, lambda: 0.0), digits=lambda _: "", clock=lambda: 0.0)


def read_codes(section: PolicySection) -> dict[str, str]:
    """By entity. Blocks on the disk. Raises ConfigError (policy-pin-file)."""
    return {entity_id: read_digits(path) for entity_id, path in section.codes.items()}
