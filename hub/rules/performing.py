"""Carries out what rules decide: speaks, notifies, acts as a person would ask, publishes, waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from hub.health import SatelliteStatus
from hub.rules.actions import Act, Action, Notify, Publish, Remind, Say, Wait
from hub.rules.report import Done
from wire.errors import EarshotError

ACTION_SECONDS = 120.0  # of one action that is no waiting
_OUTCOME_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Carried:
    """What a sentence came to. done: everything was done, proven where it can be. reply: as a person hears."""

    done: bool
    reply: str


Run = Callable[[str, str], Awaitable[Carried]]
"""(sentence, why): understood, allowed and proven as if a person had said it who showed nothing (granted "")."""


class Speaker(Protocol):
    def satellites(self) -> Sequence[SatelliteStatus]: ...

    async def say(self, text: str, *, satellite: str | None, language: str | None) -> Sequence[str]:
        """The names of those that spoke. Raises EarshotError (satellite-unknown, satellite-none)."""


class Publishing(Protocol):
    async def publish(self, topic: str, payload: str, *, qos: int = 0, retain: bool = False) -> None:
        """Raises BrokerLost."""


class Notifier(Protocol):
    async def notify(self, text: str, *, rule: str) -> None:
        """Raises EarshotError when it did not reach anybody."""


class MqttNotifier:
    """Notifications as MQTT messages, for whatever listens: ``{"rule", "text"}``, not retained."""

    def __init__(self, bus: Publishing, topic: str) -> None:
        self._bus, self._topic = bus, topic

    async def notify(self, text: str, *, rule: str) -> None:
        await self._bus.publish(self._topic, msgspec.json.encode({"rule": rule, "text": text}).decode(), qos=1)


class Performer:
    """An action that fails is told, and the next one is done all the same."""

    def __init__(
        self,
        *,
        speaker: Speaker,
        run: Run,
        bus: Publishing,
        notifiers: Sequence[Notifier] = (),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._speaker, self._run, self._bus, self._notifiers, self._sleep = speaker, run, bus, notifiers, sleep

    async def perform(self, actions: Sequence[Action], *, rule: str, why: str) -> tuple[Done, ...]:
        return tuple([await self._do(action, rule, why) for action in actions])

    async def _do(self, action: Action, rule: str, why: str) -> Done:
        if isinstance(action, Wait):
            await self._sleep(action.wait_seconds)
            return Done(action.words, ok=True, outcome="waited")
        try:
            async with asyncio.timeout(ACTION_SECONDS):
                ok, outcome = await self._acted(action, rule, why)
        except EarshotError as error:
            ok, outcome = False, str(error)
        except TimeoutError:
            ok, outcome = False, f"not done after {ACTION_SECONDS:g} s"
        return Done(action.words, ok, outcome[:_OUTCOME_CHARACTERS])

    async def _acted(self, action: Say | Notify | Act | Remind | Publish, rule: str, why: str) -> tuple[bool, str]:
        match action:
            case Say():
                spoke = await self._say(action)
                return True, f"spoken in {', '.join(spoke)}"
            case Notify():
                for notifier in self._notifiers:
                    await notifier.notify(action.notify, rule=rule)
                return bool(self._notifiers), "sent" if self._notifiers else "nobody takes notifications"
            case Act(act=sentence) | Remind(remind=sentence):
                carried = await self._run(sentence, why)
                return carried.done, carried.reply
            case Publish():
                await self._bus.publish(action.mqtt, action.payload, qos=1, retain=action.retain)
                return True, "sent"

    async def _say(self, action: Say) -> list[str]:
        """Where it was spoken. Raises the first error if it was spoken nowhere."""
        results = await asyncio.gather(
            *(self._speaker.say(action.say, satellite=name, language=None) for name in self._where(action)),
            return_exceptions=True,
        )
        spoke = [name for names in results if not isinstance(names, BaseException) for name in names]
        for result in results:
            if isinstance(result, BaseException) and (not spoke or not isinstance(result, EarshotError)):
                raise result
        return spoke

    def _where(self, action: Say) -> Sequence[str | None]:
        if not action.rooms:
            return action.satellites or (None,)
        rooms = {room.casefold() for room in action.rooms}
        found = [one.name for one in self._speaker.satellites() if (one.area or "").casefold() in rooms]
        if not found:
            raise EarshotError(
                "rule-room-empty", f"no satellite is known in {', '.join(action.rooms)}; see `earshot doctor`"
            )
        return found
