"""Runs a simulated house: every device a client of its own, so that one can die, lag or fall silent alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.bus.address import BrokerAddress
from hub.bus.background import background
from hub.bus.client import Bus, Message
from hub.errors import BrokerLost
from hub.house.file import Device, HouseFile, load_house
from hub.house.simulated.announce import announcement, base_topic
from hub.house.simulated.behaviour import behaviour
from hub.house.simulated.parts import Behaviour
from wire.errors import ConfigError

_log = logging.getLogger(__name__)
_OWN_CLIENTS = 50  # a larger house has one client a room: a broker and a process hold so many connections only
_WITHDRAW_SECONDS = 1.0
_COMMANDS = 64  # waiting at one device; more are dropped, as a slow device drops them


def load_simulated_house(path: Path) -> HouseFile:
    """A house file in which every device has a name. Raises ConfigError: also house-unnamed, house-empty."""
    house = load_house(path)
    for device in house.device:
        if device.name is None:
            raise ConfigError("house-unnamed", f"{path}: device {device.id!r} needs a name to be simulated")
    if not house.device:
        raise ConfigError("house-empty", f"{path} has no [[device]]; see examples/demo-house.toml")
    return house


async def simulate(house: HouseFile, address: BrokerAddress, discovery_prefix: str = "homeassistant") -> None:
    """Run the house until cancelled; it comes back by itself when the broker does."""
    async with SimulatedHouse(house, address, discovery_prefix):
        await asyncio.Event().wait()


class SimulatedHouse:
    """``async with``: when the body begins all is announced and reported; when it ends all is withdrawn.

    Raises BrokerLost if there is no broker at the begin. One that is killed leaves its devices behind, offline.
    """

    def __init__(self, house: HouseFile, address: BrokerAddress, discovery_prefix: str = "homeassistant") -> None:
        self._house, self._address, self._prefix = house, address, discovery_prefix
        self._clients, self._ended = asyncio.TaskGroup(), asyncio.Event()
        self.devices: dict[str, SimulatedDevice] = {}

    async def __aenter__(self) -> Self:
        await self._clients.__aenter__()
        try:
            for name, members in _clients(self._house.device).items():
                status = f"{base_topic(members[0])}/availability" if len(members) == 1 else f"simulated/{name}/status"
                bus = Bus(self._address, name=name, status_topic=status)
                devices = [SimulatedDevice(one, bus, self._prefix, own_status=len(members) == 1) for one in members]
                self.devices |= {device.entity_id: device for device in devices}
                self._clients.create_task(self._keep(bus, devices), name=f"simulated[{name}]")
            for device in self.devices.values():
                await device.announced()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        await self._clients.__aexit__(None, None, None)

    async def _keep(self, bus: Bus, devices: Sequence[SimulatedDevice]) -> None:
        """One client's life; all leave at once, since each of them waits for a broker that does not answer."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(bus)
            for device in devices:
                await stack.enter_async_context(device)
            await self._ended.wait()
            for device in devices:
                await device.withdraw()

    @property
    def behaviours(self) -> Mapping[str, Behaviour]:
        """What each device is like now, for those who look at it and not at the broker."""
        return {entity_id: device.behaviour for entity_id, device in self.devices.items()}


def _clients(devices: tuple[Device, ...]) -> dict[str, list[Device]]:
    """Client name to the devices it speaks for."""
    if len(devices) <= _OWN_CLIENTS:
        return {f"simulated_{device.id.replace('.', '_')}"[:64]: [device] for device in devices}
    by_room = sorted(devices, key=lambda device: device.room or "")
    rooms = [list(members) for _, members in groupby(by_room, key=lambda device: device.room or "")]
    return {f"simulated_room_{number}": members for number, members in enumerate(rooms)}


class SimulatedDevice:
    """Announces itself at every connect, obeys commands one after another, reports after its delay."""

    def __init__(self, device: Device, bus: Bus, prefix: str, *, own_status: bool) -> None:
        """own_status: the client's status topic is this device's availability topic."""
        self._device, self._bus, self._prefix, self._own_status = device, bus, prefix, own_status
        self._base = base_topic(device)
        self._commands: asyncio.Queue[tuple[str, str]] = asyncio.Queue(_COMMANDS)
        self._online, self._announced = asyncio.Event(), asyncio.Event()
        self._stack = AsyncExitStack()
        self.entity_id, self.behaviour = device.id, behaviour(device)

    async def __aenter__(self) -> Self:
        self._bus.on_state(self._on_bus)
        if self._bus.connected:
            self._online.set()
        for pattern in (f"{self._base}/set", f"{self._base}/+/set"):
            self._bus.listen(pattern, self._on_command)
        await self._stack.enter_async_context(background(self._live(), name=f"simulated[{self._device.id}]"))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def announced(self, seconds: float = 10.0) -> None:
        """Return when the broker has its announcement and state, and gives it commands. Raises BrokerLost."""
        await self._bus.wait_connected(seconds)
        try:
            async with asyncio.timeout(seconds):
                await self._announced.wait()
        except TimeoutError:
            raise BrokerLost("broker-lost", f"{self._device.id} could not announce itself") from None
        await self._bus.synced(seconds)

    async def withdraw(self) -> None:
        """Take announcement and state off the broker, if it is there: a simulated house leaves no ghosts."""
        topics = [announcement(self._device, self._prefix)[0], *map(self._topic, self.behaviour.report())]
        with contextlib.suppress(BrokerLost):
            for topic in topics if self._bus.connected else ():
                await self._bus.publish(topic, b"", qos=1, retain=True, seconds=_WITHDRAW_SECONDS)

    def _on_bus(self, connected: bool, _: BrokerLost | None) -> None:  # noqa: FBT001 - the bus's callback
        if connected:
            self._online.set()

    def _on_command(self, message: Message) -> None:
        try:
            topic = message.topic.removeprefix(f"{self._base}/")
            self._commands.put_nowait((topic, message.payload.decode("utf-8", errors="replace")))
        except asyncio.QueueFull:
            _log.warning("%s is too slow for its commands; one is dropped", self._device.id)

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_announced(), name=f"simulated[{self._device.id}].announce")
            group.create_task(self._keep_obeying(), name=f"simulated[{self._device.id}].obey")

    async def _keep_announced(self) -> None:
        while True:
            await self._online.wait()
            self._online.clear()
            topic, payload = announcement(self._device, self._prefix)
            try:
                await self._bus.publish(topic, json.dumps(payload), qos=1, retain=True)
                if self._device.fault == "offline" or not self._own_status:
                    word = "offline" if self._device.fault == "offline" else "online"
                    await self._bus.publish(f"{self._base}/availability", word, qos=1, retain=True)
                await self._report()
                self._announced.set()
            except BrokerLost:
                _log.debug("%s announces itself once the broker is back", self._device.id)

    async def _keep_obeying(self) -> None:
        while True:
            topic, payload = await self._commands.get()
            if self._device.fault == "offline":
                continue
            if self._device.fault != "refuses":
                self.behaviour.obey(topic, payload)
            _log.info("%s %s", self._device.id, topic)
            await asyncio.sleep(self._device.delay_ms / 1000)
            if self._device.fault != "silent":
                try:
                    await self._report()
                except BrokerLost:
                    _log.debug("%s reports once the broker is back", self._device.id)

    async def _report(self) -> None:
        for name, payload in self.behaviour.report().items():
            await self._bus.publish(self._topic(name), payload, retain=True)

    def _topic(self, name: str) -> str:
        return f"{self._base}/{name}" if name else self._base
