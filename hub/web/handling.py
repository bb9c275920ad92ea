"""What the page needs of a hub to move devices by hand, and the values that pass between them."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from hub.stages import Action
from hub.trace import ErrorTrace

Command = Literal[
    "turn_on",
    "turn_off",
    "toggle",
    "open",
    "close",
    "stop",
    "lock",
    "unlock",
    "press",
    "brightness",
    "color",
    "color_temperature",
    "position",
    "tilt",
    "speed",
    "oscillate",
    "temperature",
    "humidity",
    "mode",
    "fan_mode",
    "value",
    "arm",
    "disarm",
]
Outcome = Literal["confirmed", "sent", "refused", "failed", "unconfirmed"]
Needs = Literal["", "yes", "pin", "code"]

Secret = Literal["", "wrong", "locked"]


class Given(msgspec.Struct, frozen=True):
    """What somebody showed who moves a device: a yes, a PIN, the code of the device. The last two are in no record."""

    confirmed: bool = False
    pin: str = ""
    code: str = ""


class Handled(msgspec.Struct, frozen=True):
    """What came of it. needs: what is lacking where nothing was done (``unconfirmed``). secret: why PIN or code did not
    count.

    reply: one sentence in the hub's language. error: why it was not done (docs/errors.md).
    """

    turn: str
    outcome: Outcome
    reply: str
    needs: Needs = ""
    secret: Secret = ""
    actions: list[Action] = []
    error: ErrorTrace | None = None


class Hands(Protocol):
    """Devices, to be moved; ``hub.handling.Handling`` is one."""

    def takes(self, entity: str) -> list[str]:
        """Which of its values a device lets one set: ``state``, ``brightness``, ``position``, …; none if unknown."""

    async def command(self, entity: str, command: Command, value: Any, given: Given) -> Handled | None:
        """Do it, and wait for proof. None: there is no such device. Raises ActionFailed (broker-lost)."""
