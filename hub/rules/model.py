"""One rule, as rules.toml has it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.rules.actions import Action
from hub.rules.conditions import Condition
from hub.rules.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Rule:
    """when: any of them. conditions: all of them. quiet: waits for the end of quiet hours."""

    name: str
    when: tuple[Trigger, ...]
    conditions: tuple[Condition, ...]
    then: tuple[Action, ...]
    cooldown_minutes: float = 0.0
    quiet: bool = False
    enabled: bool = True
