"""One try of a broker before the hub is to live with it: can it be reached, does it take the login, what is on it."""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
from contextlib import suppress
from typing import Literal

import msgspec

from hub.bus.address import BrokerAddress
from hub.bus.connection import connected
from hub.bus.routes import Message
from hub.errors import BrokerLost

Outcome = Literal["ok", "unreachable", "refused", "tls", "login", "no-answer"]

_REACH_SECONDS = 4.0
_QUIET_SECONDS = 0.7  # nothing retained came for so long: that was all
_COUNT_SECONDS = 5.0
_LOOK_SECONDS = 0.05


class DevicesSeen(msgspec.Struct, frozen=True):
    """By the way they announce themselves; one device may use two."""

    homeassistant: int = 0
    zigbee2mqtt: int = 0
    tasmota: int = 0


class BrokerTried(msgspec.Struct, frozen=True):
    """unreachable: no such machine, or it is silent. refused: nothing listens there. tls: it does not speak TLS, or its
    certificate is not to be trusted. no-answer: something listens that is no broker. detail: in the system's words.
    """

    outcome: Outcome
    detail: str = ""
    devices: DevicesSeen = DevicesSeen()
    took_ms: int = 0


async def tried(address: BrokerAddress, *, discovery_prefix: str, tasmota_prefix: str) -> BrokerTried:
    """Connect, count what is retained, leave. Takes 10 s at most; leaves nothing on the broker."""
    began = time.monotonic()
    problem = await _reached(address)
    seen = DevicesSeen()
    if problem is None:
        try:
            async with asyncio.timeout(_REACH_SECONDS + _COUNT_SECONDS):
                seen = await _counted(address, discovery_prefix, tasmota_prefix)
        except BrokerLost as error:
            problem = BrokerTried("login" if error.code == "broker-login" else "no-answer", error.message)
        except TimeoutError:
            problem = BrokerTried("no-answer", "it took the connection and said nothing")
    took_ms = round((time.monotonic() - began) * 1000)
    found = problem or BrokerTried("ok", devices=seen)
    return msgspec.structs.replace(found, took_ms=took_ms)


async def _reached(address: BrokerAddress) -> BrokerTried | None:
    """What stands in the way before any MQTT is spoken."""
    try:
        async with asyncio.timeout(_REACH_SECONDS):
            _, writer = await asyncio.open_connection(address.host, address.port, ssl=address.tls)
    except TimeoutError:
        return BrokerTried("unreachable", f"nothing within {_REACH_SECONDS:g} s")
    except (OSError, UnicodeError) as error:
        return BrokerTried(_outcome(error, encrypted=address.tls is not None), _words(error)[:200])
    writer.transport.abort()
    return None


def _outcome(error: Exception, *, encrypted: bool) -> Outcome:
    match error:
        case ConnectionRefusedError():
            return "refused"
        case ssl.SSLError():
            return "tls"
        case ConnectionError():
            return "tls" if encrypted else "no-answer"
    return "unreachable"


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return getattr(error, "verify_message", "") or error.reason or str(error)
    return str(getattr(error, "strerror", None) or error)


async def _counted(address: BrokerAddress, discovery: str, tasmota: str) -> DevicesSeen:
    name = f"earshot-test-{secrets.token_hex(4)}"
    patterns = [f"{discovery}/+/+/config", f"{discovery}/+/+/+/config", "+/bridge/devices", f"{tasmota}/+/config"]
    seen: dict[str, set[str]] = {"homeassistant": set(), "zigbee2mqtt": set(), "tasmota": set()}
    newest = time.monotonic()

    async def read() -> None:
        nonlocal newest
        async for message in connection.messages():
            _count(message, seen, tasmota)
            newest = time.monotonic()

    async with connected(address, client_id=name, will_topic=f"earshot/{name}/status") as connection:
        reading = asyncio.ensure_future(read())
        try:
            await connection.subscribe(patterns)
            newest = time.monotonic()
            while not reading.done() and time.monotonic() - newest < _QUIET_SECONDS:  # noqa: ASYNC110 quiet is waited for
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            reading.cancel()
            await asyncio.wait([reading])
    return DevicesSeen(**{kind: len(found) for kind, found in seen.items()})


def _count(message: Message, seen: dict[str, set[str]], tasmota: str) -> None:
    if not message.payload:
        return
    if message.topic.endswith("/bridge/devices"):
        with suppress(msgspec.MsgspecError):
            devices = msgspec.json.decode(message.payload, type=list[_Zigbee])
            seen["zigbee2mqtt"] |= {one.ieee_address for one in devices if one.type != "Coordinator"}
    elif message.topic.startswith(f"{tasmota}/"):
        seen["tasmota"].add(message.topic)
    else:
        seen["homeassistant"].add(_device(message))


class _Zigbee(msgspec.Struct, frozen=True):
    ieee_address: str = ""
    type: str = ""


class _About(msgspec.Struct, frozen=True):
    identifiers: list[str] | str = ""
    ids: list[str] | str = ""


class _Config(msgspec.Struct, frozen=True):
    device: _About = _About()
    dev: _About = _About()


def _device(message: Message) -> str:
    """What tells one device from others; an entity without a device is one."""
    try:
        config = msgspec.json.decode(message.payload, type=_Config)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return message.topic
    for about in (config.device, config.dev):
        for named in (about.identifiers, about.ids):
            if named:
                return named if isinstance(named, str) else named[0]
    return message.topic
