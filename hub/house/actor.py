"""The acting stage: from an intent to devices that show that they did it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from hub.config import PolicySection
from hub.errors import ActionFailed, BrokerLost
from hub.house.codes import MASK, Codes, no_codes
from hub.house.commands import COMMANDS
from hub.house.deadlines import Deadlines
from hub.house.device import Heard
from hub.house.dialect import Outgoing
from hub.house.plan import LiveHouse, Step, plan, rate_limited, unconfirmed, without_code
from hub.house.policy import Policy
from hub.house.proof import note_late, provable, prove
from hub.house.questions import QUESTIONS, answer
from hub.house.rate import RateLimit
from hub.house.targets import resolve
from hub.stages import Action, Evidence, Granted, Intent, Result, Told

_log = logging.getLogger(__name__)
_SPOKEN_ONLY = frozenset({"HassGetCurrentTime", "HassGetCurrentDate", "HassNevermind", "HassRespond"})


class Publishing(Protocol):
    """What the actor needs of the bus."""

    async def publish(self, topic: str, payload: bytes | str, *, qos: int = ..., retain: bool = ...) -> None: ...


class HouseActor:
    """A stages.Actor over MQTT. Every command to a device goes through it, and so none past the policy."""

    def __init__(
        self,
        house: LiveHouse,
        bus: Publishing,
        *,
        proof_seconds: float,
        policy: Policy | None = None,
        codes: Codes | None = None,
        deadlines: Deadlines | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """proof_seconds: for a device to show that it obeyed, where there are no deadlines to learn with.

        policy: not given is that of an empty configuration. codes: where those are that somebody said, and those that
        are kept. clock: the one that the house stamps messages with.
        """
        self._house, self._bus, self._clock = house, bus, clock
        self._policy = policy or Policy(PolicySection())
        self._codes = codes or no_codes()
        self._deadlines = deadlines or Deadlines(proof_seconds)
        self._limit = RateLimit(self._policy.commands_per_minute, clock)

    def follow(self, policy: Policy, codes: Codes) -> None:
        """Another policy and other codes, from the next command on; a new limit begins to count anew."""
        if policy.commands_per_minute != self._policy.commands_per_minute:
            self._limit = RateLimit(policy.commands_per_minute, self._clock)
        self._policy, self._codes = policy, codes

    def prove_within(self, seconds: float) -> None:
        """For devices whose own time is not known yet."""
        self._deadlines.default_seconds = seconds

    async def carry_out(
        self, intent: Intent, *, area: str | None, satellite: str = "", granted: Granted = ""
    ) -> Result:
        """Raises ActionFailed (broker-lost) when nothing could be sent."""
        if intent.name in _SPOKEN_ONLY:
            return Result("answered")
        if intent.name in QUESTIONS:
            return answer(intent, self._house, area)
        if intent.name not in COMMANDS:
            return Result("unsupported", problem=intent.name)
        targets = resolve(intent, self._house, area)
        if isinstance(targets, Result):
            return targets
        steps, why_not = plan(intent, targets, self._house, self._policy, satellite=satellite, codes=self._codes)
        if not steps:
            return Result("unsupported", problem=why_not)
        return unconfirmed(steps, granted) or await self._with_code(steps, satellite, area, granted)

    async def _with_code(self, steps: Sequence[Step], satellite: str, area: str | None, granted: Granted) -> Result:
        """Ask for the code of a device; with one, tell whether the device took it."""
        code = without_code(steps, self._codes, satellite)
        if isinstance(code, Result):
            return code
        room = satellite or area or ""
        if room and not self._limit.take(room):
            _log.warning("too many commands a minute from %.100r", room)
            return rate_limited(steps)
        result = await self._act(steps, granted, code)
        if not code:
            return result
        coded = {step.device.entity.entity_id for step in steps if step.code}
        failed = [action.name for action in result.actions if action.entity in coded and action.outcome == "failed"]
        self._codes.judged(satellite, right=not failed)
        return replace(result, told=(Told("code_not_taken", {"names": failed}),)) if failed else result

    async def _act(self, steps: Sequence[Step], granted: Granted, code: str) -> Result:
        """All at once, each with its own proof."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._step(step, granted, code), name=f"act[{step.device.entity.entity_id}]")
                for step in steps
            ]
        done = [task.result() for task in tasks]
        lost = [problem for _, problem in done if isinstance(problem, BrokerLost)]
        if len(lost) == len(done):
            raise ActionFailed(lost[0].code, lost[0].message) from lost[0]
        actions = tuple(action for action, _ in done)
        problems = [problem.code if isinstance(problem, BrokerLost) else problem for _, problem in done]
        problem = next((each for each in problems if each is not None), None)
        refused = all(action.outcome == "refused" for action in actions)
        return Result("refused" if refused else "acted", actions=actions, problem=problem)

    async def _step(self, step: Step, granted: Granted, code: str) -> tuple[Action, BrokerLost | str | None]:
        """The action, and what went wrong with it."""
        verdict = step.verdict
        if verdict.decision == "refuse":
            return step.action("refused", published=False), f"policy-{verdict.reason}"
        if not step.device.entity.available:
            return step.action("failed", published=False), "offline"
        if not verdict.permits(granted):  # it came back since nobody was asked, because it was offline
            return step.action("refused", published=False), f"needs-{verdict.decision}"
        if step.code and not code:  # likewise
            return step.action("refused", published=False), "needs-code"
        return await self._proven(step, code)

    async def _proven(self, step: Step, code: str) -> tuple[Action, BrokerLost | str | None]:
        entity_id = step.device.entity.entity_id
        began = self._clock()
        try:
            evidence = await self._send(step, code)
        except BrokerLost as error:
            return step.action("failed", published=False), error
        if evidence is not None:
            self._deadlines.note(entity_id, evidence.after_ms)
            return step.action("confirmed", evidence), None
        if not provable(step.device, step.command.wanted):
            return step.action("sent"), None

        def note(heard: Heard) -> None:
            self._deadlines.note(entity_id, (heard.at_seconds - began) * 1000)

        note_late(step.device, step.command.wanted, note)
        _log.info("%s did not show in time that it obeyed", entity_id)
        return step.action("failed"), "no-proof"

    async def _send(self, step: Step, code: str) -> Evidence | None:
        messages, secret = self._messages(step, code)

        async def publish() -> None:
            for message in messages:
                await self._bus.publish(message.topic, message.payload, qos=message.qos, retain=message.retain)

        wanted = step.command.wanted
        if not provable(step.device, wanted):
            await publish()
            return None
        seconds = self._deadlines.seconds(step.device.entity.entity_id)
        evidence = await prove(step.device, wanted, publish, seconds=seconds, clock=self._clock)
        if evidence is None or not secret:
            return evidence
        return replace(evidence, payload=evidence.payload.replace(secret, MASK))  # a device may tell what it was told

    def _messages(self, step: Step, said: str) -> tuple[Sequence[Outgoing], str]:
        """What is sent, and the code in it; in no record."""
        dialect, wanted = step.device.dialect, step.command.wanted
        code = said if step.code else self._codes.kept(step.device.entity.entity_id)
        if not code or dialect.write_with is None or dialect.code(wanted) is None:
            return step.messages, ""
        return dialect.write_with(wanted, code), code
