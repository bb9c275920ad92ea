"""A house that rules look at, on a clock that tests set: whole days pass in no time."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.rules.course import Course, Decision
from hub.rules.events import EntityChanged, MessageCame, Now
from hub.rules.file import rules_of
from hub.rules.home import Home
from hub.rules.hours import Span
from hub.rules.model import Rule
from hub.rules.sun import Sun
from hub.stages import Entity

BERLIN = ZoneInfo("Europe/Berlin")


def home(zone: str = "Europe/Berlin", place: tuple[float, float] | None = (52.5, 13.4), quiet: str = "", people=()):
    """People and place of one house."""
    tz = ZoneInfo(zone)
    return Home(tz, Sun(*place, tz) if place else None, Span.of(quiet) if quiet else None, tuple(people))


def rules(text: str, of: Home | None = None) -> tuple[Rule, ...]:
    return rules_of(tomllib.loads(text).get("rule", []), "rules.toml", of or home())


def rule(
    when: str, *, conditions: str = "", then: str = '{ say = "now" }', more: str = "", of: Home | None = None
) -> Rule:
    """One rule from the insides of its three lists."""
    text = f'[[rule]]\nname = "R"\nwhen = [{when}]\nif = [{conditions}]\nthen = [{then}]\n{more}'
    return rules(text, of)[0]


def entity(entity_id: str, state: str | None, *, available: bool = True) -> Entity:
    return Entity(entity_id, entity_id.partition(".")[0], entity_id, state=state, available=available)


@dataclass
class Life:
    """One rule's course: time passes minute by minute, states change, messages come; ``fired`` is local wall time."""

    rule: Rule
    at: str  # local wall time at the start
    of: Home = field(default_factory=home)
    states: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.utc = datetime.fromisoformat(self.at).replace(tzinfo=self.of.zone).astimezone(UTC)
        self.seconds = 1000.0
        self.snapshot = {name: entity(name, state) for name, state in self.states.items()}
        self.decisions: list[Decision] = []
        self.course = Course(self.rule, self.of, self.now, self.snapshot)

    @property
    def now(self) -> Now:
        return Now(self.utc, self.seconds)

    @property
    def fired(self) -> list[str]:
        local = [self.of.local(one.now.utc) for one in self.decisions if one.verdict == "fires"]
        return [moment.strftime("%m-%d %H:%M %Z") for moment in local]

    @property
    def verdicts(self) -> list[str]:
        return [decision.verdict for decision in self.decisions]

    def step(self, *events) -> None:
        self.decisions += self.course.step(self.now, events, self.snapshot)

    def passes(self, *, step_minutes: float = 1, **duration: float) -> Life:
        """duration: as of timedelta."""
        for _ in range(round(timedelta(**duration) / timedelta(minutes=step_minutes))):
            self.utc += timedelta(minutes=step_minutes)
            self.seconds += step_minutes * 60
            self.step()
        return self

    def becomes(self, entity_id: str, state: str | None, *, available: bool = True) -> Life:
        self.snapshot[entity_id] = entity(entity_id, state, available=available)
        self.step(EntityChanged(self.snapshot[entity_id]))
        return self

    def message(self, topic: str, payload: str, *, retained: bool = False) -> Life:
        self.step(MessageCame(topic, payload.encode(), retained))
        return self

    def set_clock(self, local: str) -> Life:
        """Somebody, or a time server, sets the clock; no time passes."""
        self.utc = datetime.fromisoformat(local).replace(tzinfo=self.of.zone).astimezone(UTC)
        self.step()
        return self
