"""What is told of rules: their state, what they did and why, and what one would do now."""

from __future__ import annotations

import msgspec

from hub.rules.checks import Check
from hub.rules.events import Now
from hub.rules.home import Home
from hub.rules.model import Rule
from hub.rules.schedule import next_after
from hub.rules.triggers import AtSun, AtTime


class Done(msgspec.Struct, frozen=True):
    """One action and what came of it, in words."""

    action: str
    ok: bool
    outcome: str


class Fired(msgspec.Struct, frozen=True):
    """One entry of the history. at: UTC, ISO 8601. actions: none yet while a rule waits for the end of quiet hours."""

    at: str
    rule: str
    trigger: str
    conditions: tuple[Check, ...] = ()
    actions: tuple[Done, ...] = ()


class RuleStatus(msgspec.Struct, frozen=True):
    """A rule in words.

    next: local time, ISO 8601, of the next time or sun trigger; None: none, or none comes within a year. last: what
    its last trigger came to since the hub started. problem: why it is switched off, with a code; empty: it is not.
    """

    name: str
    enabled: bool
    when: tuple[str, ...]
    conditions: tuple[str, ...]
    then: tuple[str, ...]
    next: str | None = None
    last: str = ""
    problem: str = ""


class RulesStatus(msgspec.Struct, frozen=True):
    """problem: why the file on disk is not in force, with a code; the rules are those from before. Empty: it is."""

    rules: tuple[RuleStatus, ...]
    problem: str = ""


class Trial(msgspec.Struct, frozen=True):
    """What a rule would do if it were set off now. because: what keeps it from acting; empty: nothing."""

    rule: str
    conditions: tuple[Check, ...]
    would_act: bool
    because: str
    actions: tuple[str, ...]


def status_of(rule: Rule, now: Now, home: Home, *, last: str = "", problem: str = "") -> RuleStatus:
    """May search a year of sunsets: tens of milliseconds."""
    moments = [
        moment
        for trigger in rule.when
        if isinstance(trigger, AtTime | AtSun) and (moment := next_after(trigger, now.utc, home)) is not None
    ]
    return RuleStatus(
        name=rule.name,
        enabled=rule.enabled,
        when=tuple(trigger.words for trigger in rule.when),
        conditions=tuple(condition.words for condition in rule.conditions),
        then=tuple(action.words for action in rule.then),
        next=home.local(min(moments)).isoformat(timespec="minutes") if moments and rule.enabled else None,
        last=last,
        problem=problem,
    )
