"""The acting stage: from an intent to devices that show that they did it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.errors import ActionFailed, BrokerLost
from hub.house.commands import COMMANDS, CannotDo, Command, command_for
from hub.house.device import LiveDevice
from hub.house.dialect import Outgoing
from hub.house.policy import needs_confirmation
from hub.house.proof import provable, prove
from hub.house.questions import QUESTIONS, answer
from hub.house.targets import resolve
from hub.stages import Action, ActionOutcome, Entity, Evidence, Granted, House, Intent, Result

_log = logging.getLogger(__name__)
_SPOKEN_ONLY = frozenset({"HassGetCurrentTime", "HassGetCurrentDate", "HassNevermind", "HassRespond"})


class Publishing(Protocol):
    """What the actor needs of the bus."""

    async def publish(self, topic: str, payload: bytes | str, *, qos: int = ..., retain: bool = ...) -> None: ...


class LiveHouse(House, Protocol):
    """A house whose devices can be spoken to."""

    def device(self, entity_id: str) -> LiveDevice | None: ...


@dataclass(frozen=True, slots=True)
class _Step:
    """What one device is told."""

    device: LiveDevice
    command: Command
    messages: Sequence[Outgoing]

    def action(self, outcome: ActionOutcome, evidence: Evidence | None = None, *, published: bool = True) -> Action:
        """Where a device takes several messages for one command, their topics and payloads stand one after another."""
        entity = self.device.entity
        return Action(
            entity=entity.entity_id,
            name=entity.name,
            command=self.command.name,
            topic=", ".join(dict.fromkeys(message.topic for message in self.messages)),
            payload=", ".join(message.payload for message in self.messages) if published else "",
            outcome=outcome,
            evidence=evidence,
        )


class HouseActor:
    """A stages.Actor over MQTT. proof_seconds: how long a device has to show that it obeyed."""

    def __init__(
        self,
        house: LiveHouse,
        bus: Publishing,
        *,
        proof_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """clock: the one that the house stamps messages with."""
        self._house, self._bus, self._proof_seconds, self._clock = house, bus, proof_seconds, clock

    async def carry_out(
        self,
        intent: Intent,
        *,
        area: str | None,
        satellite: str = "",  # noqa: ARG002 likewise
        granted: Granted = "",  # noqa: ARG002 the policy will ask
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
        steps, why_not = self._plan(intent, targets)
        if not steps:
            return Result("unsupported", problem=why_not)
        return await self._act(steps)

    def _plan(self, intent: Intent, targets: Sequence[Entity]) -> tuple[list[_Step], str | None]:
        """Steps for all targets that can do it: "set the lights to red" leaves out those that are only white."""
        steps: list[_Step] = []
        why_not = None
        for entity in targets:
            device = self._house.device(entity.entity_id)
            if device is None:
                continue
            try:
                command = command_for(intent.name, intent.slots, entity)
                steps.append(_Step(device, command, _messages(device, command)))
            except CannotDo as error:
                why_not = str(error)
        return steps, why_not

    async def _act(self, steps: Sequence[_Step]) -> Result:
        """All at once, each with its own proof."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._step(step), name=f"act[{step.device.entity.entity_id}]") for step in steps]
        done = [task.result() for task in tasks]
        lost = [problem for _, problem in done if isinstance(problem, BrokerLost)]
        if len(lost) == len(done):
            raise ActionFailed(lost[0].code, lost[0].message) from lost[0]
        actions = tuple(action for action, _ in done)
        problems = [problem.code if isinstance(problem, BrokerLost) else problem for _, problem in done]
        problem = next((each for each in problems if each is not None), None)
        refused = all(action.outcome == "refused" for action in actions)
        return Result("refused" if refused else "acted", actions=actions, problem=problem)

    async def _step(self, step: _Step) -> tuple[Action, BrokerLost | str | None]:
        """The action, and what went wrong with it."""
        entity = step.device.entity
        if needs_confirmation(entity, step.command.wanted):
            return step.action("refused", published=False), "needs-confirmation"
        if not entity.available:
            return step.action("failed", published=False), "offline"
        try:
            evidence = await self._send(step)
        except BrokerLost as error:
            return step.action("failed", published=False), error
        if evidence is not None:
            return step.action("confirmed", evidence), None
        if not provable(step.device, step.command.wanted):
            return step.action("sent"), None
        _log.info("%s did not show that it obeyed within %g s", entity.entity_id, self._proof_seconds)
        return step.action("failed"), "no-proof"

    async def _send(self, step: _Step) -> Evidence | None:
        async def publish() -> None:
            for message in step.messages:
                await self._bus.publish(message.topic, message.payload, qos=message.qos, retain=message.retain)

        wanted = step.command.wanted
        if not provable(step.device, wanted):
            await publish()
            return None
        return await prove(step.device, wanted, publish, seconds=self._proof_seconds, clock=self._clock)


def _messages(device: LiveDevice, command: Command) -> list[Outgoing]:
    """Raises CannotDo where the device takes not all that is wanted."""
    lacking = set(command.wanted) - device.dialect.writes
    if lacking - {"state"} or (lacking and len(command.wanted) == 1):
        raise CannotDo(f"no-{min(lacking).replace('_', '-')}")
    messages = device.dialect.write(command.wanted)
    if not messages:
        raise CannotDo("no-command")
    return messages
