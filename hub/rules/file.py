"""Reads rules.toml: the whole file is right, or it is refused with the rule and the key that is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from hub.bus.routes import topic_problem
from hub.rules.actions import Act, Action, Notify, Publish, Remind, Say, Wait
from hub.rules.conditions import Between, Condition, EntityIs, OnDays, SomeoneHome, SunIs
from hub.rules.home import Home
from hub.rules.kinds import Name
from hub.rules.model import Rule
from hub.rules.triggers import AtSun, AtTime, OnEntity, OnPresence, OnStart, OnTopic, Trigger
from wire import settings
from wire.errors import ConfigError

MAX_RULES = 200
OUR_TOPICS = "earshot"

_Part = TypeVar("_Part", bound=msgspec.Struct)
_Tables = Annotated[list[dict[str, Any]], Meta(max_length=16)]

# Which table is meant is told by its first key.
_WHEN: dict[str, type[Trigger]] = {
    "time": AtTime,
    "sun": AtSun,
    "topic": OnTopic,
    "entity": OnEntity,
    "presence": OnPresence,
    "start": OnStart,
}
_IF: dict[str, type[Condition]] = {
    "entity": EntityIs,
    "between": Between,
    "days": OnDays,
    "sun": SunIs,
    "someone_home": SomeoneHome,
}
_THEN: dict[str, type[Action]] = {
    "say": Say,
    "notify": Notify,
    "act": Act,
    "mqtt": Publish,
    "remind": Remind,
    "wait_seconds": Wait,
}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: Annotated[list[dict[str, Any]], Meta(max_length=MAX_RULES)] = msgspec.field(default_factory=list)


class _RuleTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule whose parts are not looked at yet."""

    name: Name
    when: Annotated[_Tables, Meta(min_length=1)]
    conditions: _Tables = msgspec.field(default_factory=list, name="if")
    then: Annotated[_Tables, Meta(min_length=1)]
    cooldown_minutes: Annotated[float, Meta(ge=0, le=10_080)] = 0.0
    quiet: bool = False
    enabled: bool = True


def load_rules(path: Path, home: Home, *, discovery_prefix: str = "homeassistant") -> tuple[Rule, ...]:
    """Blocks. A missing file has no rules.

    Raises ConfigError: rules-value (file, rule, key, allowed), rules-duplicate, config-unreadable, config-syntax,
    config-value.
    """
    return rules_of(settings.load(path, _File).rule, str(path), home, discovery_prefix=discovery_prefix)


def rules_in(document: object, origin: str, home: Home, *, discovery_prefix: str = "homeassistant") -> tuple[Rule, ...]:
    """Of a parsed rules.toml. Raises ConfigError: config-value, rules-value, rules-duplicate."""
    read = settings.convert(document, _File, origin)
    return rules_of(read.rule, origin, home, discovery_prefix=discovery_prefix)


def rules_of(
    tables: Sequence[dict[str, Any]], origin: str, home: Home, *, discovery_prefix: str = "homeassistant"
) -> tuple[Rule, ...]:
    """tables: of ``[[rule]]``. origin: named in errors. Raises ConfigError: rules-value, rules-duplicate."""
    rules: dict[str, Rule] = {}
    for number, table in enumerate(tables, 1):
        name = table.get("name", f"number {number}")
        try:
            rule = _rule(table, home, discovery_prefix)
        except (msgspec.ValidationError, ValueError) as error:
            raise ConfigError(
                "rules-value", f"{origin}: rule {str(name)[:100]!r}: {error}; see docs/rules.md"
            ) from error
        if rule.name in rules:
            raise ConfigError("rules-duplicate", f"{origin}: rule {rule.name!r} is there twice; remove or rename one")
        rules[rule.name] = rule
    return tuple(rules.values())


def _rule(table: Mapping[str, Any], home: Home, discovery_prefix: str) -> Rule:
    """Raises ValueError, which msgspec's errors are."""
    read = msgspec.convert(table, _RuleTable)
    rule = Rule(
        name=read.name,
        when=_parts("when", read.when, _WHEN),
        conditions=_parts("if", read.conditions, _IF),
        then=_parts("then", read.then, _THEN),
        cooldown_minutes=read.cooldown_minutes,
        quiet=read.quiet,
        enabled=read.enabled,
    )
    for key, parts in (("when", rule.when), ("if", rule.conditions), ("then", rule.then)):
        for number, part in enumerate(parts):
            if problem := _problem(part, home, discovery_prefix):
                raise ValueError(f"{key}[{number}]: {problem}")
    return rule


def _parts(key: str, tables: list[dict[str, Any]], kinds: Mapping[str, type[_Part]]) -> tuple[_Part, ...]:
    parts = []
    for number, table in enumerate(tables):
        kind = next((kinds[name] for name in kinds if name in table), None)
        if kind is None:
            raise ValueError(f"{key}[{number}]: needs one of {', '.join(kinds)}")
        try:
            parts.append(msgspec.convert(table, kind))
        except msgspec.ValidationError as error:
            raise ValueError(f"{key}[{number}]: {error}") from error
    return tuple(parts)


def _problem(part: Trigger | Condition | Action, home: Home, discovery_prefix: str) -> str | None:
    """What no schema can say."""
    match part:
        case AtSun() | SunIs() if home.sun is None:
            return "sun needs [home] latitude and longitude in hub.toml"
        case OnPresence(people=()) | SomeoneHome(people=()) if not home.people:
            return "people must be named here, or in [home] of hub.toml"
        case OnTopic(topic=topic):
            why = filter_problem(topic)
            return why and f"topic {why}"
        case Publish(mqtt=topic):
            why = topic_problem(topic)
            if why is None and _below(topic, OUR_TOPICS, discovery_prefix):
                why = f"must not be below {OUR_TOPICS}/ or {discovery_prefix}/: these are the hub's own"
            return why and f"mqtt {why}"
    return None


def filter_problem(pattern: str) -> str | None:
    """Why no rule may listen to this topic filter; None if one may."""
    levels = pattern.split("/")
    if levels[0] in {"+", "#"}:
        return "must not begin with + or #: that is every message there is"
    if "#" in levels[:-1] or any(len(level) > 1 and set(level) & {"+", "#"} for level in levels):
        return "must have + alone between slashes, and # alone at the end"
    return topic_problem("/".join("x" if level in {"+", "#"} else level for level in levels))


def _below(topic: str, *roots: str) -> bool:
    return any(topic == root or topic.startswith(f"{root}/") for root in roots)
