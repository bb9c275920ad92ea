"""One connection to a broker: the only place that knows aiomqtt. hub.bus.client keeps having one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import aiomqtt
from aiomqtt.client import ProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hub.bus.address import BrokerAddress
from hub.bus.routes import Message
from hub.errors import BrokerLost
from wire.tasks import keeping_cancel

MAX_PAYLOAD_BYTES = 1 << 20
LARGE_PAYLOAD_BYTES = 1 << 22  # of the few messages that are lists of a whole network: 600 Zigbee devices have 4 MB
_log = logging.getLogger(__name__)
_paho_log = logging.getLogger(f"{__name__}.paho")
_paho_log.setLevel(logging.CRITICAL)  # whatever it calls an error comes to us as an exception, which we tell of
_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 4.0  # for the broker's answer to connect, publish and disconnect
_SUBSCRIBED_SECONDS = 20.0  # its answer to subscribe comes after what was retained for the subscription before
_KEEPALIVE_SECONDS = 10
_INBOX_MESSAGES = 4096  # drained at every wake-up; if it ever fills up the newest message is dropped and logged
_CALLS = 64  # publishes under way at once; further ones wait
_SUBSCRIBE_TOPICS = 100  # per packet: the retained answers to one packet must fit the broker's queue (1000 by default)
_REFUSED_LOGIN = {4, 5, 134, 135}  # MQTT 3.1.1 and 5: bad user name or password, not authorised
_REFUSED_VERSION = {1, 132}
_SUBSCRIBE_FAILED = 128


class Connection:
    """An open connection; made by ``connected``."""

    def __init__(self, client: aiomqtt.Client, inbox: asyncio.Queue[aiomqtt.Message]) -> None:
        self._client, self._inbox = client, inbox
        self._waits: set[asyncio.Timeout] = set()
        self._lost = False

    async def messages(self) -> AsyncIterator[Message]:
        """Every message until the connection ends. Raises BrokerLost then."""
        try:
            async for first in self._client.messages:
                if self._inbox.full():
                    _log.warning("the broker sent faster than we read; some messages were dropped")
                yield _message(first)
                while not self._inbox.empty():  # the library's iterator makes a task per message
                    yield _message(self._inbox.get_nowait())
        except aiomqtt.MqttError as error:
            self._lost = True  # not when the reader is cancelled: then the line is still good for a last word
            for wait in self._waits:  # the library would let them wait out their time
                wait.reschedule(0)
            raise BrokerLost("broker-lost", f"the broker closed the connection ({error})") from error

    async def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """With qos 1 the broker has it on return. Raises BrokerLost."""
        async with self._answer("a message", _ANSWER_SECONDS):
            await self._client.publish(topic, payload, qos=qos, retain=retain)

    async def subscribe(self, patterns: Sequence[str]) -> None:
        """With qos 0: state is retained, so a lost message is replaced by the next. Raises BrokerLost."""
        for begin in range(0, len(patterns), _SUBSCRIBE_TOPICS):
            part = patterns[begin : begin + _SUBSCRIBE_TOPICS]
            async with self._answer("a subscription", _SUBSCRIBED_SECONDS):
                asked = [(pattern, 0) for pattern in part]
                codes = await self._client.subscribe(asked, timeout=_SUBSCRIBED_SECONDS)
            refused = [
                pattern for pattern, code in zip(part, codes, strict=False) if _number(code) >= _SUBSCRIBE_FAILED
            ]
            if refused:
                _log.warning("the broker lets us not listen to %d topics, first %.100r", len(refused), refused[0])

    @asynccontextmanager
    async def _answer(self, to: str, seconds: float) -> AsyncIterator[None]:
        """Wait for the broker, but no longer than the connection lives."""
        try:
            with keeping_cancel():
                async with asyncio.timeout(seconds) as wait:
                    self._waits.add(wait)
                    try:
                        if self._lost:
                            raise BrokerLost("broker-lost", "the connection to the broker is lost")
                        yield
                    finally:
                        self._waits.discard(wait)
        except (aiomqtt.MqttError, OSError) as error:  # TimeoutError is an OSError
            raise BrokerLost("broker-lost", f"the broker did not take {to} ({str(error) or 'no answer'})") from error


@asynccontextmanager
async def connected(address: BrokerAddress, *, client_id: str, will_topic: str) -> AsyncIterator[Connection]:
    """Connect, and disconnect at the end; ``offline`` stays on ``will_topic`` if the connection is lost.

    MQTT 5 first: there the broker itself keeps messages larger than we take; brokers without it get 3.1.1.
    Raises BrokerLost: broker-lost, broker-login.
    """
    inbox: asyncio.Queue[aiomqtt.Message] = asyncio.Queue(_INBOX_MESSAGES)
    client = _client(address, inbox, ProtocolVersion.V5, client_id, will_topic)
    try:
        await client.open()
    except aiomqtt.MqttError as error:
        if _refusal(error) not in _REFUSED_VERSION:
            raise _lost(address, error) from error
        client = _client(address, inbox, ProtocolVersion.V311, client_id, will_topic)
        try:
            await client.open()
        except aiomqtt.MqttError as older:
            raise _lost(address, older) from older
    try:
        yield Connection(client, inbox)
    finally:
        with contextlib.suppress(aiomqtt.MqttError, OSError):
            await client.__aexit__(None, None, None)


def _client(
    address: BrokerAddress,
    inbox: asyncio.Queue[aiomqtt.Message],
    protocol: ProtocolVersion,
    client_id: str,
    will_topic: str,
) -> _Client:
    limits = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    limits.MaximumPacketSize = LARGE_PAYLOAD_BYTES + 2048
    return _Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password,
        identifier=client_id,
        will=aiomqtt.Will(will_topic, b"offline", qos=1, retain=True),
        protocol=protocol,
        properties=limits if protocol is ProtocolVersion.V5 else None,
        timeout=_ANSWER_SECONDS,
        keepalive=_KEEPALIVE_SECONDS,
        tls_context=address.tls,
        logger=_paho_log,
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],  # Nagle's algorithm costs 40 ms a message here
        max_concurrent_outgoing_calls=_CALLS,
        queue_type=cast("Any", lambda maxsize: inbox),  # noqa: ARG005 - ours, so that it can be drained
    )


class _Client(aiomqtt.Client):
    """aiomqtt's client with what it has no argument for: a deadline for TCP and TLS, and a way to give up."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._client.connect_timeout = _CONNECT_SECONDS
        self.pending_calls_threshold = _CALLS
        self._reached = asyncio.Event()

    async def open(self) -> None:
        """Connect; cancelled, leave nothing behind. The library connects in a thread that cannot be stopped."""
        connecting = asyncio.ensure_future(self.__aenter__())
        try:
            await asyncio.shield(connecting)
        except asyncio.CancelledError:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CONNECT_SECONDS + 1):
                    await self._reached.wait()
            connecting.cancel()
            await asyncio.wait({connecting})
            self._client.disconnect()
            raise
        except aiomqtt.MqttError:
            self._client.disconnect()  # the library leaves the socket of a refused or unanswered connection open
            raise

    def _client_connect(self) -> None:
        try:
            super()._client_connect()
        finally:
            self._loop.call_soon_threadsafe(self._reached.set)


def _message(message: aiomqtt.Message) -> Message:
    payload = message.payload
    return Message(message.topic.value, payload if isinstance(payload, bytes) else b"", bool(message.retain))


def _number(code: object) -> int:
    """MQTT 3.1.1 gives plain numbers, MQTT 5 objects with one."""
    return code if isinstance(code, int) else int(getattr(code, "value", 0))


def _refusal(error: aiomqtt.MqttError) -> int | None:
    return _number(error.rc) if isinstance(error, aiomqtt.MqttCodeError) else None


def _lost(address: BrokerAddress, error: aiomqtt.MqttError) -> BrokerLost:
    where = f"{address.host}:{address.port}"
    if _refusal(error) in _REFUSED_LOGIN:
        return BrokerLost("broker-login", f"{where} refuses the login; correct [mqtt] username and password_file")
    return BrokerLost("broker-lost", f"no broker at {where} ({error}); start it or correct [mqtt] host and port")
