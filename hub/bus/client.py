"""The hub's one line to the broker: it reconnects by itself, remembers who listens, and says whether it is up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from hub.bus.address import BrokerAddress
from hub.bus.background import background
from hub.bus.connection import LARGE_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES, Connection, connected
from hub.bus.routes import Callback, Message, Routes, matches
from hub.errors import BrokerLost
from wire.tasks import raise_if_cancelled

__all__ = ["LARGE_PAYLOAD_BYTES", "MAX_PAYLOAD_BYTES", "Bus", "Message"]

_log = logging.getLogger(__name__)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RETRY_MIN_SECONDS, _RETRY_MAX_SECONDS = 0.1, 1.0  # so short that a broker that is back is used again within 2 s
_PUBLISH_SECONDS = 4.0
_SYNC_SECONDS = 10.0
_GOODBYE_SECONDS = 1.0  # a broker that is gone, or hangs, must not keep a program from ending

StateCallback = Callable[[bool, BrokerLost | None], None]


class Bus:
    """MQTT for one program: ``async with Bus(address, name="kitchen_hub") as bus``; entering does not wait.

    QoS: we listen with 0 (state is retained and repeated), commands go with 1 (the broker has them), status with 1.
    """

    def __init__(
        self,
        address: BrokerAddress,
        *,
        name: str,
        status_topic: str | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """name: client id and the level in ``earshot/<name>/…``. status_topic: default ``earshot/<name>/status``."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no client name: letters, digits, _ and - only")
        self._address, self._name, self._jitter = address, name, jitter
        self._status_topic = status_topic or f"earshot/{name}/status"
        self._routes = Routes()
        self._large: list[tuple[str, Callback]] = []  # who takes messages beyond MAX_PAYLOAD_BYTES
        self._connection: Connection | None = None
        self._up = asyncio.Event()
        self._pending: dict[str, None] = {}  # patterns to subscribe on this connection, in order
        self._work = asyncio.Event()  # something is pending
        self._idle = asyncio.Event()  # nothing is
        self._states: list[StateCallback] = []
        self._echoes: dict[bytes, asyncio.Event] = {}
        self._stack = AsyncExitStack()
        self.problem: BrokerLost | None = None
        self.listen(f"earshot/{name}/sync", self._on_echo)

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(background(self._keep_connected(), name=f"bus[{self._name}]"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    def on_state(self, callback: StateCallback) -> None:
        """Call with (True, None) at every connect and (False, why) at every loss or failed attempt."""
        self._states.append(callback)

    async def wait_connected(self, seconds: float = _PUBLISH_SECONDS) -> None:
        """Raises BrokerLost with the last reason after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._up.wait()
        except TimeoutError:
            where = f"{self._address.host}:{self._address.port}"
            raise self.problem or BrokerLost("broker-lost", f"no broker at {where}; start it") from None

    async def publish(
        self,
        topic: str,
        payload: bytes | str,
        *,
        qos: int = 0,
        retain: bool = False,
        seconds: float = _PUBLISH_SECONDS,
    ) -> None:
        """Send one message; with qos 1 the broker has it on return, at least once.

        While the broker is away this waits for it, up to ``seconds``; then raises BrokerLost.
        """
        data = payload.encode() if isinstance(payload, str) else payload
        if len(data) > MAX_PAYLOAD_BYTES:
            raise ValueError(f"{len(data)} bytes is more than a message may have")
        try:
            async with asyncio.timeout(seconds):
                await self._publish(topic, data, qos=qos, retain=retain)
        except TimeoutError:
            raise self.problem or BrokerLost("broker-lost", "the broker does not answer") from None

    async def _publish(self, topic: str, data: bytes, *, qos: int, retain: bool) -> None:
        while True:
            await self._up.wait()
            connection = self._connection
            assert connection is not None
            try:
                await connection.publish(topic, data, qos=qos, retain=retain)
            except BrokerLost:
                if qos == 0:
                    raise
                if connection is self._connection:  # not noticed by the reader yet
                    await asyncio.sleep(_RETRY_MIN_SECONDS)
            else:
                return

    def listen(self, pattern: str, callback: Callback, *, large: bool = False) -> Callable[[], None]:
        """Call back for every message on ``pattern``, over all reconnects. Returns what ends it.

        large: also for those of more than MAX_PAYLOAD_BYTES, up to LARGE_PAYLOAD_BYTES.

        Callbacks run in the event loop one after another, must be quick and must not raise. The broker holds back
        what we do not read (TCP); beyond 4096 messages read and not dispatched the newest is dropped and logged.
        """
        if self._routes.add(pattern, callback):
            self._need(pattern)
        if large:
            self._large.append((pattern, callback))
        return lambda: self._forget(pattern, callback)

    async def synced(self, seconds: float = _SYNC_SECONDS) -> None:
        """Return when everything retained for all who listen now has been dispatched. Raises BrokerLost.

        The broker answers in order, so a message of our own comes back after whatever was retained.
        """
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self._idle.wait()
                    await self._echo()
                    if self._idle.is_set():
                        return
        except TimeoutError:
            raise self.problem or BrokerLost("broker-lost", "the broker does not echo; may we listen there?") from None

    async def _echo(self) -> None:
        token, back = f"{random.getrandbits(64):016x}".encode(), asyncio.Event()
        self._echoes[token] = back
        try:
            await self._publish(f"earshot/{self._name}/sync", token, qos=1, retain=False)
            await back.wait()
        finally:
            del self._echoes[token]

    def _on_echo(self, message: Message) -> None:
        if back := self._echoes.get(message.payload):
            back.set()

    def _need(self, pattern: str) -> None:
        self._pending[pattern] = None
        self._idle.clear()
        self._work.set()

    def _forget(self, pattern: str, callback: Callback) -> None:
        """The subscription itself ends with the connection: topics come back more often than they go for good."""
        if (pattern, callback) in self._large:
            self._large.remove((pattern, callback))
        if self._routes.remove(pattern, callback):
            self._pending.pop(pattern, None)

    async def _keep_connected(self) -> None:
        failures = 0
        while True:
            try:
                await self._live()
            except* BrokerLost as lost:
                failures = 0 if self.problem is None else failures + 1
                self._report(_first(lost))
            raise_if_cancelled()
            longest = min(_RETRY_MAX_SECONDS, _RETRY_MIN_SECONDS * 2.0 ** min(failures, 10))
            await asyncio.sleep(longest * (0.5 + self._jitter() / 2))

    async def _live(self) -> None:
        """One connection, from connect to loss; says ``offline`` itself when the program ends."""
        async with connected(self._address, client_id=self._name, will_topic=self._status_topic) as connection:
            for pattern in self._routes.patterns():
                self._need(pattern)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._keep_subscribed(connection), name=f"bus[{self._name}].subscribe")
                    # It reads from the first moment on: a loss ends the waiting for the first answer.
                    group.create_task(self._dispatch(connection), name=f"bus[{self._name}].dispatch")
                    await connection.publish(self._status_topic, b"online", qos=1, retain=True)
                    self._connection = connection
                    self._up.set()
                    self._report(None)
                    await asyncio.Event().wait()  # not by leaving the block: raise_if_cancelled says why
            except asyncio.CancelledError:
                with contextlib.suppress(BrokerLost, TimeoutError):
                    async with asyncio.timeout(_GOODBYE_SECONDS):
                        await connection.publish(self._status_topic, b"offline", qos=1, retain=True)
                raise
            finally:
                self._connection = None
                self._up.clear()
                self._idle.clear()
                for back in self._echoes.values():  # they will not come any more: ask again
                    back.set()

    async def _keep_subscribed(self, connection: Connection) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            await connection.subscribe(list(self._take_pending()))
            if not self._work.is_set():
                self._idle.set()

    def _take_pending(self) -> dict[str, None]:
        taken, self._pending = self._pending, {}
        return taken

    async def _dispatch(self, connection: Connection) -> None:
        async for message in connection.messages():
            for callback in self._listeners(message):
                try:
                    callback(message)
                except Exception:  # noqa: BLE001 - background supervisor: one bad message must not cut off the house
                    _log.exception("a listener failed on %r", message)

    def _listeners(self, message: Message) -> list[Callback]:
        size = len(message.payload)
        if size <= MAX_PAYLOAD_BYTES:
            return self._routes.callbacks(message.topic)
        takers = [callback for pattern, callback in self._large if matches(pattern, message.topic)]
        if size <= LARGE_PAYLOAD_BYTES and takers:
            return takers
        _log.warning("ignored %r: too large", message)
        return []

    def _report(self, problem: BrokerLost | None) -> None:
        if problem is None:
            _log.info("connected to the broker at %s:%s", self._address.host, self._address.port)
        elif self.problem is None or self.problem.message != problem.message:
            _log.warning("%s", problem)
        self.problem = problem
        for callback in tuple(self._states):
            callback(problem is None, problem)


def _first(lost: BaseExceptionGroup[BrokerLost]) -> BrokerLost:
    """Reader and subscriber may both have met the same loss."""
    inner: BaseException = lost
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    assert isinstance(inner, BrokerLost)
    return inner
