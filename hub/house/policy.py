"""What a voice alone may not do: open what keeps others out. Anybody in hearing can say it, through a window too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from hub.config import Decision, PolicyRule, PolicySection
from hub.house.dialect import Values
from hub.stages import Entity, Granted

_DOORS = frozenset({"garage", "gate"})  # a ``door`` may be one between two rooms; if not, it is marked sensitive
_SAFE_STATES = frozenset({"off", "closed", "locked", "docked"})
_STRICTNESS: dict[Decision, int] = {"allow": 0, "yes": 1, "pin": 2, "refuse": 3}
_GRANTS: dict[Granted, int] = {"": 0, "yes": 1, "pin": 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    """decision: what the command needs. reason: short lower-case word, of the guard or rule that says so; or empty."""

    decision: Decision
    reason: str = ""

    def permits(self, granted: Granted) -> bool:
        return _STRICTNESS[self.decision] <= _GRANTS[granted]


class Policy:
    """What each command to a device needs. The first rule that fits decides, else the strictest guard of the device."""

    def __init__(self, section: PolicySection, *, now: Callable[[], datetime] = datetime.now) -> None:
        """now: local time, for the hours of rules."""
        self._rules = section.rule
        self._now = now
        self.commands_per_minute = section.commands_per_minute
        unset: Decision = "pin" if section.has_pin else "refuse"
        set_guards = {"unlock": section.unlock, "disarm": section.disarm}
        self._coded: dict[str, Decision] = {guard: given or "allow" for guard, given in set_guards.items()}
        self._guards: dict[str, Decision] = {
            "unlock": section.unlock or unset,
            "open-door": section.open_door or unset,
            "open-valve": section.open_valve or unset,
            "disarm": section.disarm or unset,
            "sensitive": section.sensitive,
        }

    def verdict(self, entity: Entity, wanted: Values, *, satellite: str, coded: bool = False) -> Verdict:
        """satellite: where it was said, empty if nowhere. coded: a person must say the device's own code for it.

        Then that is enough where nothing is set for its kind, as the PIN would be.
        """
        safe = _is_safe(wanted)
        at = self._now().time()
        for number, rule in enumerate(self._rules, 1):
            if (rule.off_too or not safe) and _fits(rule, entity, satellite, at):
                return Verdict(rule.decision, f"rule-{number}")
        if safe:
            return Verdict("allow")
        guards = self._guards | self._coded if coded else self._guards
        asking = [Verdict(guards[guard], guard) for guard in _guards(entity)]
        return strictest(asking) if asking else Verdict("allow")


def strictest(verdicts: Sequence[Verdict]) -> Verdict:
    """Of at least one."""
    return max(verdicts, key=lambda verdict: _STRICTNESS[verdict.decision])


def _is_safe(wanted: Values) -> bool:
    """Off, closed, locked, armed, and to stop where it is: never dangerous but by a rule that says so."""
    return all(_is_safe_value(name, value) for name, value in wanted.items())


def _is_safe_value(name: str, value: object) -> bool:
    match name:
        case "state":
            return value in _SAFE_STATES or str(value).startswith("armed")
        case "position":
            return value == 0
        case "power":
            return value == "off"
    return name == "stop"


def _guards(entity: Entity) -> list[str]:
    """What of an entity asks for more than a voice, unless the command is safe."""
    guards = ["sensitive"] if entity.sensitive else []
    match entity.domain:
        case "lock":
            guards.append("unlock")
        case "cover" if entity.device_class in _DOORS:
            guards.append("open-door")
        case "valve":
            guards.append("open-valve")
        case "alarm_control_panel":
            guards.append("disarm")
    return guards


def _fits(rule: PolicyRule, entity: Entity, satellite: str, at: time) -> bool:
    return (
        (not rule.satellites or satellite in rule.satellites)
        and (rule.hours is None or _within(rule.hours, at))
        and (not (rule.domains or rule.entities) or entity.domain in rule.domains or entity.entity_id in rule.entities)
    )


def _within(hours: str, at: time) -> bool:
    """``22:00-07:00`` goes over midnight; from and to the same moment is all day."""
    start, end = (time.fromisoformat(part) for part in hours.split("-"))
    return start <= at < end if start < end else at >= start or at < end
