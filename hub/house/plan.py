"""What a command comes to before anything is sent: a step for each device, with what it needs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from hub.house.codes import CodeNeed, Codes
from hub.house.commands import Command, command_for
from hub.house.device import LiveDevice
from hub.house.dialect import Outgoing
from hub.house.errors import CannotDo
from hub.house.policy import Policy, Verdict, strictest
from hub.stages import Action, ActionOutcome, Entity, Evidence, Granted, House, Intent, Result, Told


class LiveHouse(House, Protocol):
    """A house whose devices can be spoken to."""

    def device(self, entity_id: str) -> LiveDevice | None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What one device is told, and what that needs. messages: without its code. code: that a person must say."""

    device: LiveDevice
    command: Command
    messages: Sequence[Outgoing]
    verdict: Verdict
    code: CodeNeed | None = None

    @property
    def possible(self) -> bool:
        """It is neither refused nor offline."""
        return self.verdict.decision != "refuse" and self.device.entity.available

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
    intent: Intent, targets: Sequence[Entity], house: LiveHouse, policy: Policy, *, satellite: str, codes: Codes
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
        code = device.dialect.code(command.wanted) if codes.kept(entity.entity_id) is None else None
        verdict = policy.verdict(entity, command.wanted, satellite=satellite, coded=code is not None)
        steps.append(Step(device, command, messages, verdict, code))
    return steps, why_not


def unconfirmed(steps: Sequence[Step], granted: Granted) -> Result | None:
    """What to ask for before anything is sent; None if nothing. Nobody is asked for what is refused or offline."""
    lacking = [step for step in steps if step.possible and not step.verdict.permits(granted)]
    if not lacking:
        return None
    return _asked_for(f"needs-{strictest([step.verdict for step in lacking]).decision}", lacking)


def without_code(steps: Sequence[Step], codes: Codes, satellite: str) -> Result | str:
    """The code that was said for one of the steps (empty: none needs one), else what to ask for.

    A code is given to one device: nobody says the code of the door to the alarm panel because both were meant.
    """
    coded = [step for step in steps if step.possible and step.code is not None]
    if not coded:
        return ""
    if len(coded) > 1:
        entities = tuple(step.device.entity for step in coded)
        return Result("ambiguous", matched=entities, choices=tuple(entity.name for entity in entities))
    code = codes.take(satellite)
    if code is None:
        return _asked_for("needs-code", coded)
    (step,) = coded
    assert step.code is not None
    if step.code.fits(code):
        return code
    codes.judged(satellite, right=False)
    return replace(_asked_for("needs-code", coded), told=(Told("code_wrong"),))


def _asked_for(problem: str, steps: Sequence[Step]) -> Result:
    names = tuple(step.device.entity.name for step in steps)
    return Result("unconfirmed", actions=_not_done(steps), choices=names, problem=problem)


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
