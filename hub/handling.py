"""A device moved by hand, on the page: the same actor, policy, proof and records as for a spoken command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from hub.dialogue import Shown
from hub.errors import ActionFailed
from hub.house.registry import HouseRegistry
from hub.problems import problem
from hub.session import SessionParts
from hub.stages import Entity, Granted, Intent, Result
from hub.trace import EngineTimer, ErrorTrace, Stopwatch, Trace, UnderstoodTrace, new_trace
from hub.web.handling import Command, Given, Handled, Needs, Outcome, Secret

ROOM = "page"  # in a satellite's place: in records, in rules of the policy, and for wrong PINs

_INTENTS: Mapping[Command, tuple[str, str]] = {  # and the slot that takes the value
    "turn_on": ("HassTurnOn", ""),
    "turn_off": ("HassTurnOff", ""),
    "toggle": ("HassToggle", ""),
    "open": ("HassTurnOn", ""),
    "close": ("HassTurnOff", ""),
    "stop": ("HassStopMoving", ""),
    "lock": ("HassTurnOn", ""),
    "unlock": ("HassTurnOff", ""),
    "press": ("HassTurnOn", ""),
    "brightness": ("HassLightSet", "brightness"),
    "color": ("HassLightSet", "color"),
    "color_temperature": ("HassLightSet", "temperature"),
    "position": ("HassSetPosition", "position"),
    "tilt": ("EarshotSetTilt", "position"),
    "speed": ("HassFanSetSpeed", "percentage"),
    "oscillate": ("EarshotOscillate", "state"),
    "temperature": ("HassClimateSetTemperature", "temperature"),
    "humidity": ("HassHumidifierSetpoint", "humidity"),
    "mode": ("EarshotSetMode", "mode"),
    "fan_mode": ("HassClimateSetFanMode", "fan_mode"),
    "value": ("EarshotSetValue", "value"),
    "arm": ("EarshotArm", "mode"),
    "disarm": ("EarshotDisarm", ""),
}
_NEEDS: Mapping[str, Needs] = {"needs-pin": "pin", "needs-code": "code"}
assert set(_INTENTS) == set(get_args(Command))


@dataclass(slots=True)
class Handling:
    """Implements hub.web.handling.Hands."""

    house: HouseRegistry
    parts: SessionParts

    def takes(self, entity: str) -> list[str]:
        device = self.house.device(entity)
        return sorted(device.dialect.writes) if device else []

    async def command(self, entity: str, command: Command, value: Any, given: Given) -> Handled | None:
        device = self.house.device(entity)
        if device is None or not device.entity.exposed:
            return None
        shown, secret = self._shown(given)
        intent = _intent(device.entity, command, value, self.parts.language)
        trace, result = await self._done(intent, device.entity.area, shown)
        if given.code and result.problem == "needs-code":
            secret = secret or "wrong"
        return Handled(trace.turn, _outcome(result), trace.reply, _needs(result), secret, trace.actions, trace.error)

    def _shown(self, given: Given) -> tuple[tuple[Granted, str], Secret]:
        """What was shown and by whom, and what was no good."""
        dialogue = self.parts.stages.dialogue
        pin = dialogue.check_pin(given.pin, ROOM) if given.pin else Shown("none")
        code = dialogue.take_code(given.code, ROOM) if given.code else "none"
        granted: Granted = "pin" if pin.verdict == "right" else "yes" if given.confirmed else ""
        if "locked" in {pin.verdict, code}:
            return (granted, pin.person), "locked"
        return (granted, pin.person), "wrong" if pin.verdict == "wrong" else ""

    async def _done(self, intent: Intent, area: str | None, shown: tuple[Granted, str]) -> tuple[Trace, Result]:
        """As a turn: its record goes where all records go, also of what was refused. Raises ActionFailed."""
        stages = self.parts.stages
        trace = new_trace(ROOM, area, self.parts.language)
        trace.via, trace.why, (trace.granted, trace.person) = ROOM, "by hand", shown
        trace.understood = UnderstoodTrace("intents", intent.name, dict(intent.slots))
        watch = Stopwatch(trace, 0.0)
        try:
            with EngineTimer(trace, "house"):
                result = await stages.actor.carry_out(intent, area=area, satellite=ROOM, granted=shown[0])
        except ActionFailed as error:
            trace.error = ErrorTrace(error.code, error.message)
            await self.parts.on_trace(trace)
            raise
        watch.stamp("acted")
        trace.actions += result.actions
        trace.error = problem(intent, result)
        trace.reply = stages.replier.reply(intent, result, language=trace.language)
        watch.stamp("done")
        await self.parts.on_trace(trace)
        return trace, result


def _intent(entity: Entity, command: Command, value: Any, language: str) -> Intent:
    """entity_ids says which device is meant; its name is for the reply."""
    name, slot = _INTENTS[command]
    slots: dict[str, Any] = {"entity_ids": [entity.entity_id], "name": entity.name}
    if slot and value is not None:
        slots[slot] = value
    return Intent(name, slots, "lock" if entity.domain == "lock" else "default", language, "")


def _outcome(result: Result) -> Outcome:
    if result.kind == "unconfirmed":
        return "unconfirmed"
    if result.kind != "acted":
        return "refused"
    outcomes = {action.outcome for action in result.actions}
    return next((each for each in ("failed", "refused", "sent") if each in outcomes), "confirmed")


def _needs(result: Result) -> Needs:
    if result.kind != "unconfirmed":
        return ""
    return _NEEDS.get(result.problem or "", "yes")
