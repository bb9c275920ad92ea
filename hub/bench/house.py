"""``bench house``: how fast a large house is read from the broker, and a sentence becomes a command in one."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import msgspec

from hub.bench.processes import rss_mb
from hub.bench.report import Report, goal, spread, this_machine, versions
from hub.bus.address import BrokerAddress
from hub.bus.broker import own_broker
from hub.bus.client import Bus
from hub.house.actor import HouseActor
from hub.house.file import Device, HouseFile
from hub.house.registry import HouseRegistry
from hub.house.simulated.announce import announcement, base_topic
from hub.house.simulated.house import SimulatedHouse
from hub.intent.sentences import SentenceInterpreter
from hub.stages import Intent
from wire.errors import EarshotError

READ_GOAL_SECONDS, COMMAND_GOAL_MS = 5.0, 30.0
_SETTLE_SECONDS = 60.0
_AT_ONCE = 64  # announcements on their way to the broker
_ROOMS = """attic balcony basement bathroom bedroom cellar conservatory corridor den diner doorway driveway foyer
gallery garage garden greenhouse gym hall kitchen landing larder laundry library loft lounge nursery office pantry
parlour patio playroom porch sauna scullery shed stairs studio study terrace"""
_THINGS = """arch beam bench bookcase bulb cabinet candle ceiling chandelier corner counter desk door floor lamp lantern
mirror panel piano shelf sideboard spot step strip wall window"""

Progress = Callable[[str], None]


class _Stamped:
    """A bus that notes when a command has left."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.left_at = 0.0

    async def publish(self, topic: str, payload: bytes | str, *, qos: int = 0, retain: bool = False) -> None:
        self.left_at = time.perf_counter()
        await self._bus.publish(topic, payload, qos=qos, retain=retain)


async def measure(folder: Path, announced: int, devices: int, sentences: int, progress: Progress) -> Report:
    """folder: for the brokers. announced: retained configurations that are read. devices: of the house that is told."""
    async with own_broker(folder / "read" / "var", folder / "read" / "run") as address:
        progress(f"{announced} retained configurations")
        read_seconds, known, grown_mb = await _reading(address, announced)
    async with own_broker(folder / "told" / "var", folder / "told" / "run") as address:
        progress(f"{sentences} sentences among {devices} devices")
        understood_ms, left_ms, proven = await _commanding(address, devices, sentences)
    own_ms = [left - understood for left, understood in zip(left_ms, understood_ms, strict=True)]
    results = {
        "configurations": announced,
        "entities": known,
        "read_seconds": round(read_seconds, 2),
        "memory_mb": round(grown_mb, 1),
        "devices": devices,
        "sentence_understood_ms": spread(understood_ms),
        "understood_to_published_ms": spread(own_ms),
        "sentence_to_published_ms": spread(left_ms),
        "confirmed": proven,
    }
    goals = [
        goal(f"{announced} configurations read, s", read_seconds, "<=", READ_GOAL_SECONDS),
        goal("sentence to published command, p95 ms", spread(left_ms)["p95"], "<=", COMMAND_GOAL_MS),
    ]
    machine = await asyncio.to_thread(this_machine)
    used = await asyncio.to_thread(versions, "hassil", "home-assistant-intents", "aiomqtt")
    return Report("house", machine, used, results, goals)


async def _reading(address: BrokerAddress, number: int) -> tuple[float, int, float]:
    """Seconds until every configuration and state is known, how many entities, MB that they take."""
    house = _house(number)
    async with Bus(address, name="devices") as bus:
        places = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for device in house.device:
                tasks.create_task(_announce(bus, device, places), name=f"bench[{device.id}]")
    before_mb = await asyncio.to_thread(rss_mb, os.getpid())
    began = time.perf_counter()
    async with Bus(address, name="reader") as bus:
        registry = HouseRegistry(bus)
        if not await registry.settled(_SETTLE_SECONDS):
            raise EarshotError(
                "house-unread", f"{number} devices were not read in {_SETTLE_SECONDS:g} s; stop other work"
            )
        taken = time.perf_counter() - began
        return taken, len(registry.entities()), await asyncio.to_thread(rss_mb, os.getpid()) - before_mb


async def _announce(bus: Bus, device: Device, places: asyncio.Semaphore) -> None:
    topic, payload = announcement(device, "homeassistant")
    async with places:
        await bus.publish(topic, msgspec.json.encode(payload), qos=1, retain=True, seconds=_SETTLE_SECONDS)
        await bus.publish(f"{base_topic(device)}/state", "OFF", qos=1, retain=True, seconds=_SETTLE_SECONDS)


async def _commanding(address: BrokerAddress, devices: int, sentences: int) -> tuple[list[float], list[float], int]:
    """Milliseconds from each sentence to its intent, and to its command; how many devices showed that they obeyed."""
    house = _house(devices)
    understood_ms, left_ms, proven = [], [], 0
    async with SimulatedHouse(house, address), Bus(address, name="hub") as bus:
        registry, stamped = HouseRegistry(bus), _Stamped(bus)
        await registry.settled(_SETTLE_SECONDS)
        actor = HouseActor(registry, stamped, proof_seconds=2.0)
        async with SentenceInterpreter(registry) as interpreter:
            await interpreter.interpret("turn on the first light", language="en", area=None)  # names are read once
            for device in house.device[:: max(1, devices // sentences)][:sentences]:
                began = time.perf_counter()
                intent = await interpreter.interpret(f"turn on the {device.name}", language="en", area="hall")
                understood_ms.append((time.perf_counter() - began) * 1000)
                assert isinstance(intent, Intent), device.name
                result = await actor.carry_out(intent, area="hall")
                left_ms.append((stamped.left_at - began) * 1000)
                proven += sum(action.outcome == "confirmed" for action in result.actions)
    return understood_ms, left_ms, proven


def _house(number: int) -> HouseFile:
    """Lights with names of two or three words, as people give them."""
    names = [f"{room} {thing}" for room, thing in product(_ROOMS.split(), _THINGS.split())]
    more = [f"{side} {name}" for side, name in product(("left", "right", "upper", "lower", "old"), names)]
    chosen = (names + more)[:number]
    return HouseFile(
        device=tuple(
            Device(id=f"light.{name.replace(' ', '_')}", name=name.title(), room=name.split()[-2].title(), state="OFF")
            for name in chosen
        )
    )
