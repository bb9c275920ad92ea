"""``earshot rules``: is the file right, what is in force, what one would do now, and what they did and why."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import msgspec

from hub.cli.reach import running
from hub.config import HubConfig
from hub.rules.checks import Check
from hub.rules.events import system_now
from hub.rules.file import load_rules
from hub.rules.home import home_of
from hub.rules.report import Fired, RulesStatus, RuleStatus, Trial, status_of
from wire.places import places
from wire.settings import load


async def run(args: argparse.Namespace) -> int:
    """Exit 1 if the file on disk is not in force."""
    if args.action == "check":
        file = args.file or places().etc / "rules.toml"
        status = await asyncio.to_thread(_check, file)
        print(_json(status) if args.json else _listed(status, file))
        return 0
    async with running() as hub:
        if args.action == "list":
            status = await hub.rules()
            print(_json(status) if args.json else _listed(status, places().etc / "rules.toml"))
            return 1 if status.problem else 0
        if args.action == "try":
            trial = await hub.try_rule(args.name)
            print(_json(trial) if args.json else _tried(trial))
        else:
            for fired in await hub.rules_history(args.limit, rule=args.rule):
                print(_json(fired) if args.json else _told(fired))
    return 0


def _check(file: Path) -> RulesStatus:
    """Raises ConfigError."""
    config = load(places().etc / "hub.toml", HubConfig)
    home, now = home_of(config.home), system_now()
    rules = load_rules(file, home, discovery_prefix=config.mqtt.discovery_prefix)
    return RulesStatus(tuple(status_of(rule, now, home) for rule in rules))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _listed(status: RulesStatus, file: Path) -> str:
    lines = [f"rules.toml is not in force: {status.problem}"] if status.problem else []
    lines += ["\n".join(_rule(rule)) for rule in status.rules]
    return "\n\n".join(lines) or f"there are no rules in {file}; docs/rules.md has some to copy"


def _rule(rule: RuleStatus) -> list[str]:
    lines = [rule.name + ("" if rule.enabled else " (not enabled)")]
    lines += _named("when", rule.when) + _named("if", rule.conditions) + _named("then", rule.then)
    lines += [f"  next  {rule.next}"] if rule.next else []
    lines += [f"  last  {rule.last}"] if rule.last else []
    lines += [f"  switched off: {rule.problem}"] if rule.problem else []
    return lines


def _tried(trial: Trial) -> str:
    verdict = "would now:" if trial.would_act else f"would do nothing now: {trial.because}; otherwise it would:"
    return "\n".join([*_checks(trial.conditions), f"{trial.rule} {verdict}", *(f"  {one}" for one in trial.actions)])


def _told(fired: Fired) -> str:
    done = [f"  {'done' if one.ok else 'FAILED'}  {one.action}: {one.outcome}" for one in fired.actions]
    return "\n".join([f"{fired.at} {fired.rule}", f"  when  {fired.trigger}", *_checks(fired.conditions), *done])


def _checks(checks: tuple[Check, ...]) -> list[str]:
    return [f"  if    {one.condition}: {one.value}{'' if one.held else ' (no)'}" for one in checks]


def _named(name: str, parts: tuple[str, ...]) -> list[str]:
    return [f"  {name if not number else '':<5} {part}" for number, part in enumerate(parts)]
