"""What a command comes to before anything is sent: a step for each device, with what it needs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.house.commands import Command, command_for
from hub.house.device import LiveDevice
from hub.house.dialect import Outgoing
from hub.house.errors import CannotDo
from hub.house.policy import Policy, Verdict, strictest
from hub.stages import Action, ActionOutcome, Entity, Evidence, Granted, House, Intent, Result


class LiveHouse(House, Protocol):
    """A house whose devices can be spoken to."""

    def device(self, entity_id: str) -> LiveDevice | None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What one device is told, and what that needs."""

    device: LiveDevice
    command: Command
    messages: Sequence[Outgoing]
    verdict: Verdict

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


def plan(
    intent: Intent, targets: Sequence[Entity], house: LiveHouse, policy: Policy, satellite: str
) -> tuple[list[Step], str | None]:
    """Steps for all targets that can do it: "set the lights to red" leaves out those that are only white.

    Where there is none, why not.
    """
    steps: list[Step] = []
    why_not = None
    for entity in targets:
        device = house.device(entity.entity_id)
        if device is None:
            continue
        try:
            command = command_for(intent.name, intent.slots, entity)
            messages = _messages(device, command)
        except CannotDo as error:
            why_not = str(error)
            continue
        verdict = policy.verdict(entity, command.wanted, satellite=satellite)
        steps.append(Step(device, command, messages, verdict))
    return steps, why_not


def unconfirmed(steps: Sequence[Step], granted: Granted) -> Result | None:
    """What to ask for before anything is sent; None if nothing. Nobody is asked for what is refused or offline."""
    lacking = [
        step
        for step in steps
        if step.verdict.decision != "refuse" and step.device.entity.available and not step.verdict.permits(granted)
    ]
    if not lacking:
        return None
    return Result(
        "unconfirmed",
        actions=_not_done(lacking),
        choices=tuple(step.device.entity.name for step in lacking),
        problem=f"needs-{strictest([step.verdict for step in lacking]).decision}",
    )


def rate_limited(steps: Sequence[Step]) -> Result:
    return Result("refused", actions=_not_done(steps), problem="rate-limited")


def _not_done(steps: Sequence[Step]) -> tuple[Action, ...]:
    return tuple(step.action("refused", published=False) for step in steps)


def _messages(device: LiveDevice, command: Command) -> list[Outgoing]:
    """Raises CannotDo where the device takes not all that is wanted."""
    lacking = set(command.wanted) - device.dialect.writes
    if lacking - {"state"} or (lacking and len(command.wanted) == 1):
        raise CannotDo(f"no-{min(lacking).replace('_', '-')}")
    messages = device.dialect.write(command.wanted)
    if not messages:
        raise CannotDo("no-command")
    return messages
