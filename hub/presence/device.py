"""Keeps Home Assistant's picture of the hub true, and takes its commands: say something, mute a room."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import msgspec

from hub.audience import EVERYBODY, Audience
from hub.errors import BrokerLost
from hub.health import Health, SatelliteStatus
from hub.presence.agenda import happened, upcoming
from hub.presence.payload import Hub, answer, discovery, entities, last_command, states, turn_event
from hub.presence.requests import LONGEST_BYTES, Asking, RequestInvalid, asking, saying
from hub.presence.topics import slug
from hub.reminders.items import Change, Item
from hub.trace import Trace
from wire.errors import EarshotError
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

QUEUE_EVENTS = 16  # while the broker is slow; the oldest is dropped: an event is news or nothing
COMMANDS_AT_ONCE = 8  # more are refused: somebody's automation runs wild
COMMAND_SECONDS = 60.0

Request = TypeVar("Request")


class Message(Protocol):
    @property
    def topic(self) -> str: ...

    @property
    def payload(self) -> bytes: ...

    @property
    def retain(self) -> bool: ...


class Bus(Protocol):
    """What is needed of ``hub.bus``."""

    async def publish(self, topic: str, payload: bytes | str, *, qos: int = 0, retain: bool = False) -> None: ...

    def listen(self, pattern: str, callback: Callable[[Message], None]) -> Callable[[], None]: ...

    def on_state(self, callback: Callable[[bool, BrokerLost | None], None]) -> None: ...


class PresenceControl(Protocol):
    """What Home Assistant may ask for. EarshotError is logged: MQTT has no way to answer."""

    async def say(
        self,
        text: str,
        *,
        satellite: str | None,
        language: str | None,
        audience: Audience = EVERYBODY,
        chime: bool = False,
    ) -> list[str]: ...

    async def ask_text(
        self,
        text: str,
        *,
        satellite: str | None,
        area: str | None,
        language: str | None,
        reply_audio: bool,
        via: str,
    ) -> tuple[Trace, object]: ...

    async def mute(self, satellite: str, *, muted: bool) -> None: ...

    async def set_volume(self, satellite: str, percent: int) -> None: ...

    async def choose_wake(self, satellite: str, *, word: str | None = None, sensitivity: int | None = None) -> None: ...

    async def stop_ringing(self) -> None: ...

    async def snooze(self) -> None: ...


class HubDevice:
    """An async context manager. Its methods never wait: one task publishes, the newest state of each topic wins.

    While the broker is away nothing piles up; when it, or Home Assistant, is back everything is told again.
    """

    def __init__(
        self, bus: Bus, control: PresenceControl, hub: Hub, *, discovery_prefix: str = "homeassistant"
    ) -> None:
        self._bus, self._control, self._hub, self._prefix = bus, control, hub, discovery_prefix
        self._shown: dict[str, str] = {}
        self._untold: dict[str, None] = {}  # topics, in order
        self._events: deque[tuple[str, str]] = deque(maxlen=QUEUE_EVENTS)
        self._news = asyncio.Event()
        self._satellites: dict[str, str] = {}  # slug → name
        self._platforms: dict[str, str] = {}  # of every component that was announced since the start
        self._last_commands: dict[str, str] = {}  # by satellite
        self._tasks = Tasks()
        self._commands = Tasks()
        self._ears: list[Callable[[], None]] = []

    async def __aenter__(self) -> Self:
        topics = self._hub.topics
        await self._tasks.__aenter__()
        await self._commands.__aenter__()
        self._ears = [
            self._bus.listen(f"{self._prefix}/status", self._on_birth),
            self._bus.listen(topics.say, self._on_say),
            self._bus.listen(topics.announce, self._on_say),
            self._bus.listen(topics.satellite("+", "say"), self._on_say),
            self._bus.listen(topics.ask, self._on_ask),
            self._bus.listen(topics.stop, lambda message: self._command(message, self._control.stop_ringing)),
            self._bus.listen(topics.snooze, lambda message: self._command(message, self._control.snooze)),
            self._bus.listen(topics.satellite("+", "mute/set"), self._on_mute),
            self._bus.listen(topics.satellite("+", "volume/set"), self._on_volume),
            self._bus.listen(topics.satellite("+", "wake_word/set"), self._on_wake_word),
            self._bus.listen(topics.satellite("+", "wake_sensitivity/set"), self._on_wake_sensitivity),
        ]
        self._bus.on_state(self._on_bus)
        self._tasks.start(self._tell(), name="presence.tell")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for forget in self._ears:
            forget()
        try:
            await self._commands.__aexit__(kind, error, trace)
        finally:
            await self._tasks.__aexit__(kind, error, trace)

    def show(self, health: Health, satellites: Sequence[SatelliteStatus], items: Sequence[Item] = ()) -> None:
        """Tell how things are; only what changed is published."""
        self._satellites = {slug(satellite.name): satellite.name for satellite in satellites}
        components = entities(self._hub, satellites)
        self._platforms |= {name: component["platform"] for name, component in components.items()}
        gone = {name: {"platform": its} for name, its in self._platforms.items() if name not in components}
        shown = dict.fromkeys(self._shown, "")  # an empty payload takes a retained message off the broker
        shown |= states(self._hub, health, satellites, self._last_commands)
        shown[self._hub.topics.upcoming] = msgspec.json.encode(upcoming(items)).decode()
        shown[self._discovery_topic] = msgspec.json.encode(discovery(self._hub, components | gone)).decode()
        self._untold |= {topic: None for topic, payload in shown.items() if self._shown.get(topic) != payload}
        self._shown = shown
        self._news.set()

    def publish_transcripts(self, *, allowed: bool) -> None:
        """Whether words that were said may leave the hub, from now on."""
        self._hub = replace(self._hub, transcripts=allowed)

    def report(self, trace: Trace) -> None:
        """Tell of one finished turn."""
        self._events.append((self._hub.topics.turn, turn_event(self._hub, trace)))
        name = slug(trace.satellite)
        if self._satellites.get(name) == trace.satellite:
            topic, told = self._hub.topics.satellite(name, "last_command"), last_command(self._hub, trace)
            self._last_commands[trace.satellite] = self._shown[topic] = told
            self._untold[topic] = None
        self._news.set()

    def happened(self, change: Change, item: Item) -> None:
        """Tell what became of a timer, alarm or reminder."""
        event = msgspec.json.encode(happened(change, item, with_words=self._hub.transcripts)).decode()
        self._events.append((self._hub.topics.reminder, event))
        self._news.set()

    @property
    def _discovery_topic(self) -> str:
        return f"{self._prefix}/device/earshot_{self._hub.id}/config"

    def _tell_all(self) -> None:
        """The entities first, then their states: Home Assistant subscribes when it has read the entity."""
        self._untold = {self._discovery_topic: None, **dict.fromkeys(self._shown)} if self._shown else {}
        self._news.set()

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                while self._untold:
                    topic = next(iter(self._untold))
                    payload = self._shown[topic]
                    await self._bus.publish(topic, payload, qos=1, retain=True)
                    if self._shown[topic] == payload:
                        self._untold.pop(topic, None)
                while self._events:
                    topic, event = self._events.popleft()
                    await self._bus.publish(topic, event, qos=1)
            except BrokerLost:  # the bus reports it; its return tells everything again
                self._events.clear()

    def _on_bus(self, up: bool, _: BrokerLost | None) -> None:  # noqa: FBT001 - the bus's own callback form
        if up:
            self._tell_all()

    def _on_birth(self, message: Message) -> None:
        if message.payload == b"online" and not message.retain:
            self._tell_all()

    def _on_say(self, message: Message) -> None:
        """The topic says where, or else the payload."""
        asked = self._read(message, saying)
        if asked is None:
            return
        topics = self._hub.topics
        everywhere = message.topic in {topics.say, topics.announce}
        name = None if everywhere else self._addressed(message)
        if not everywhere and name is None:
            return
        self._command(
            message,
            lambda: self._control.say(
                asked.text,
                satellite=name,
                language=asked.language,
                audience=Audience(tuple(asked.satellites), tuple(asked.rooms)),
                chime=message.topic == topics.announce,
            ),
        )

    def _on_ask(self, message: Message) -> None:
        if asked := self._read(message, asking):
            self._command(message, lambda: self._answer(asked))

    async def _answer(self, asked: Asking) -> None:
        trace, _ = await self._control.ask_text(
            asked.text,
            satellite=asked.satellite,
            area=asked.area,
            language=asked.language,
            reply_audio=False,
            via="mqtt",
        )
        await self._bus.publish(self._hub.topics.answer, answer(trace, asked.id), qos=1)

    def _read(self, message: Message, read: Callable[[bytes], Request]) -> Request | None:
        try:
            return read(message.payload)
        except RequestInvalid as error:
            _log.warning("ignored what came on %r: %s", message.topic[:200], error)
            return None

    def _on_mute(self, message: Message) -> None:
        muted = {b"ON": True, b"OFF": False}.get(message.payload)
        if muted is None:
            _log.warning("ignored %r as mute; send ON or OFF", message.payload[:20])
        elif name := self._addressed(message):
            self._command(message, lambda: self._control.mute(name, muted=muted))

    def _on_volume(self, message: Message) -> None:
        percent = _percent(message, "volume")
        if percent is not None and (name := self._addressed(message)):
            self._command(message, lambda: self._control.set_volume(name, percent))

    def _on_wake_word(self, message: Message) -> None:
        word = message.payload[:LONGEST_BYTES].decode("utf-8", errors="replace").strip()
        if word and (name := self._addressed(message)):
            self._command(message, lambda: self._control.choose_wake(name, word=word))

    def _on_wake_sensitivity(self, message: Message) -> None:
        percent = _percent(message, "wake sensitivity")
        if percent is not None and (name := self._addressed(message)):
            self._command(message, lambda: self._control.choose_wake(name, sensitivity=percent))

    def _addressed(self, message: Message) -> str | None:
        level = self._hub.topics.addressed(message.topic)
        name = self._satellites.get(level)
        if name is None:
            _log.warning("ignored a command for %r: no such satellite", level[:64])
        return name

    def _command(self, message: Message, run: Callable[[], Coroutine[Any, Any, object]]) -> None:
        if message.retain:
            _log.warning("ignored a retained command on %r: it would come back at every start", message.topic[:200])
        elif len(self._commands) >= COMMANDS_AT_ONCE:
            _log.warning("ignored a command on %r: %d are under way", message.topic[:200], COMMANDS_AT_ONCE)
        else:
            self._commands.start(self._carry_out(message.topic, run), name="presence.command")

    async def _carry_out(self, topic: str, run: Callable[[], Coroutine[Any, Any, object]]) -> None:
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                await run()
        except EarshotError as error:
            _log.warning("a command on %r came to nothing: %s", topic[:200], error)
        except TimeoutError:
            _log.warning("a command on %r took over %g s and was given up", topic[:200], COMMAND_SECONDS)


def _percent(message: Message, what: str) -> int | None:
    text = message.payload[:8].decode("ascii", errors="replace").strip()
    if text.isdecimal() and int(text) <= 100:
        return int(text)
    _log.warning("ignored %r as %s; send 0 to 100", message.payload[:20], what)
    return None
