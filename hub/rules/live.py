"""Rules in the running hub: keep time, read the file again when it changes, act, and write down why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.rules.book import RuleBook, entities_of, topics_of
from hub.rules.course import Decision, Verdict
from hub.rules.events import Now, Started, system_now
from hub.rules.feed import Feed, Hearing, WatchedHouse
from hub.rules.file import load_rules
from hub.rules.history import RuleHistory
from hub.rules.home import Home
from hub.rules.model import Rule
from hub.rules.performing import Performer
from hub.rules.report import Done, Fired, RulesStatus, RuleStatus, Trial, status_of
from wire.errors import ConfigError
from wire.tasks import Tasks

LOOK_SECONDS = 1.0  # between looks at the file; what is the same twice is read
_LONGEST_SLEEP_SECONDS = 30.0  # so late is noticed that the clock was set, or that quiet hours are over
_WHY_NOT: dict[Verdict, str] = {
    "fires": "",
    "conditions": "not all its conditions hold",
    "cooldown": "it is cooling down",
    "waits": "it waits for the end of quiet hours",
    "loop": "it fired too often",
}
_log = logging.getLogger(__name__)


class Rules:
    """An async context manager; entering reads the file and raises ConfigError if it is bad (see load_rules).

    Rules are set off once ``known`` is set; what is so by then sets none off.
    """

    def __init__(
        self,
        path: Path,
        *,
        house: WatchedHouse,
        bus: Hearing,
        performer: Performer,
        history: RuleHistory,
        home: Home,
        known: asyncio.Event,
        discovery_prefix: str = "homeassistant",
        clock: Callable[[], Now] = system_now,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._path, self._home, self._feed = path, home, Feed(house, bus, clock)
        self._performer, self._history, self._known = performer, history, known
        self._prefix, self._clock, self._look_seconds = discovery_prefix, clock, look_seconds
        self._book = RuleBook(home)
        self._last: dict[str, str] = {}
        self._performing: set[str] = set()
        self._tasks = Tasks()
        self.problem = ""

    async def __aenter__(self) -> Self:
        signature = await asyncio.to_thread(_signature, self._path)
        rules = await self._read()
        await self._tasks.__aenter__()
        self._tasks.start(self._live(rules, signature), name="rules")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Actions under way are cancelled."""
        await self._tasks.__aexit__(kind, error, trace)

    async def move(self, home: Home) -> None:
        """Another place, other people, other quiet hours: the rules begin anew with them. Raises ConfigError."""
        last = await self._history.last_fired()
        before, self._home = self._home, home
        try:
            rules = await self._read()
        except ConfigError:
            self._home = before
            raise
        self._book = RuleBook(home)
        if self._known.is_set():
            now = self._clock().utc
            self._put_in_force(rules, {rule: (now - at).total_seconds() for rule, at in last.items() if at <= now})

    async def status(self) -> RulesStatus:
        now, rules, last = self._clock(), self._book.rules, dict(self._last)
        problems = {name: str(problem) for name, problem in self._book.problems.items()}

        def told() -> tuple[RuleStatus, ...]:
            return tuple(
                status_of(rule, now, self._home, last=last.get(rule.name, ""), problem=problems.get(rule.name, ""))
                for rule in rules
            )

        return RulesStatus(await asyncio.to_thread(told), self.problem)

    async def history(self, limit: int, *, rule: str | None = None) -> list[Fired]:
        """Newest first."""
        return await self._history.latest(limit, rule=rule)

    def forget(self) -> None:
        """What the rules did so far; they go on."""
        self._history.forget()
        self._last.clear()

    def attempt(self, name: str) -> Trial:
        """What the rule would do if it were set off now; nothing is done. Raises EarshotError (rule-unknown)."""
        course = self._book.course(name)
        checks, verdict = course.weigh(self._clock(), self._feed.snapshot())
        because = _WHY_NOT[verdict]
        if name in self._performing:
            because = "it still does what it began"
        if not course.rule.enabled:
            because = "it is not enabled"
        if name in self._book.problems:
            because = str(self._book.problems[name])
        actions = tuple(action.words for action in course.rule.then)
        return Trial(name, checks, would_act=not because, because=because, actions=actions)

    async def _read(self) -> tuple[Rule, ...]:
        return await asyncio.to_thread(load_rules, self._path, self._home, discovery_prefix=self._prefix)

    async def _follow_file(self, in_force: object) -> None:
        """A file that is being written is not the same twice."""
        before = in_force
        while True:
            await asyncio.sleep(self._look_seconds)
            seen = await asyncio.to_thread(_signature, self._path)
            if seen != in_force and seen == before:
                in_force = seen
                await self._reload()
            before = seen

    async def _reload(self) -> None:
        """A bad file changes nothing, and is said."""
        try:
            rules = await self._read()
        except ConfigError as error:
            _log.error("the rules stay as they were: %s", error)
            self.problem = str(error)
            return
        self.problem = ""
        self._put_in_force(rules, {})
        _log.info("%d rules are in force", len(rules))

    async def _live(self, rules: tuple[Rule, ...], signature: object) -> None:
        await self._known.wait()
        last = await self._history.last_fired()
        now = self._clock().utc
        ago = {rule: (now - at).total_seconds() for rule, at in last.items() if at <= now}
        with self._feed:
            self._put_in_force(rules, ago)
            self._feed.put(Started())
            self._tasks.start(self._follow_file(signature), name="rules.file")
            while True:
                self._step()
                due = self._book.due_in(self._clock())
                longest = _LONGEST_SLEEP_SECONDS
                await self._feed.wait(longest if due is None else min(max(due, 0.0), longest))

    def _put_in_force(self, rules: tuple[Rule, ...], fired_seconds_ago: dict[str, float]) -> None:
        self._step()  # what came was meant for the rules before
        self._feed.follow(entities_of(rules, self._home), topics_of(rules))
        self._book.replace(rules, self._clock(), self._feed.snapshot(), fired_seconds_ago=fired_seconds_ago)
        self._feed.stir()

    def _step(self) -> None:
        events = self._feed.take()
        for decision in self._book.step(self._clock(), events, self._feed.snapshot()):
            self._carry_out(decision)

    def _carry_out(self, decision: Decision) -> None:
        rule, verdict = decision.rule, decision.verdict
        if verdict == "fires" and rule.name in self._performing:
            self._note(decision, "it still does what it began")
            return
        self._note(decision, _WHY_NOT[verdict])
        if verdict == "fires":
            self._performing.add(rule.name)
            self._tasks.start(self._perform(decision), name=f"rule[{rule.name}]")
        elif verdict in {"waits", "loop"}:
            outcome = Done("", ok=False, outcome=_WHY_NOT[verdict])
            self._history.add(_fired(decision, (outcome,) if verdict == "loop" else ()))

    def _note(self, decision: Decision, why_not: str) -> None:
        told = f"did nothing: {why_not}" if why_not else "fired"
        self._last[decision.rule.name] = (
            f"{self._home.local(decision.now.utc):%Y-%m-%d %H:%M} {decision.trigger}: {told}"
        )

    async def _perform(self, decision: Decision) -> None:
        rule = decision.rule
        why = f"rule {rule.name!r}: {decision.trigger}"
        _log.info("rule %r fires", rule.name)
        try:
            done = await self._performer.perform(rule.then, rule=rule.name, why=why)
        except Exception as error:  # noqa: BLE001 - supervisor: a rule that raises hurts only itself
            _log.exception("rule %r failed", rule.name)
            done = (Done("", ok=False, outcome=f"{type(error).__name__}; see the hub's log"),)
        finally:
            self._performing.discard(rule.name)
        self._history.add(_fired(decision, done))


def _fired(decision: Decision, actions: tuple[Done, ...]) -> Fired:
    at = decision.now.utc.astimezone(UTC).isoformat(timespec="milliseconds")
    return Fired(at, decision.rule.name, decision.trigger, decision.checks, actions)


def _signature(path: Path) -> tuple[int, int, int] | None:
    """Another one whenever the file was saved; None if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
