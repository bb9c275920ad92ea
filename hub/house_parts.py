"""Wires the house: its devices and what people noted on them, what is understood of them, and what is done to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime

from hub.bus.client import Bus
from hub.config import HubConfig
from hub.errors import StoreLost
from hub.house.actor import HouseActor
from hub.house.asking import ask
from hub.house.codes import Codes
from hub.house.deadlines import Deadlines
from hub.house.file import HouseFile
from hub.house.notes import Notes
from hub.house.policy import Policy
from hub.house.reader import Reader
from hub.house.registry import HouseRegistry
from hub.house.tasmota import Tasmota
from hub.house.zigbee2mqtt import Zigbee2Mqtt
from hub.intent.moments import MomentReader
from hub.intent.near.interpreter import NearInterpreter
from hub.intent.routines import Routines
from hub.intent.sentences import SentenceInterpreter
from hub.intent.several import CompoundInterpreter
from hub.store.journal import Journal
from hub.understanding import Understanding
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


async def devices(
    config: HubConfig, bus: Bus, journal: Journal, file: HouseFile, tasks: Tasks
) -> tuple[HouseRegistry, Notes | None]:
    """The house as the broker tells it, and the notes on it; without a store only house.toml counts."""
    bridges: list[Reader] = [Zigbee2Mqtt(config.mqtt.zigbee2mqtt_topic), Tasmota(config.mqtt.tasmota_prefix)]
    house = HouseRegistry(bus, prefix=config.mqtt.discovery_prefix, bridges=bridges, notes=file)
    tasks.start(house.read_large(), name="house.large")
    tasks.start(ask(house, bus), name="house.ask")
    if journal.database is None:
        return house, None
    notes = Notes(file, journal.database, house)
    try:
        await notes.load()
    except StoreLost as error:
        _log.error("notes on the house are not read: %s", error)
        return house, None
    return house, notes


async def understanding(
    language: str, house: HouseRegistry, routines: Routines, now: Clock, stack: AsyncExitStack
) -> Understanding:
    """now: local time, for "tomorrow at seven"."""
    sentences = await stack.enter_async_context(SentenceInterpreter(house, languages=[language]))
    moments = await asyncio.to_thread(MomentReader, [language])
    readers = [routines.match, lambda text, said_in: moments.read(text, said_in, now())]
    exact = await asyncio.to_thread(CompoundInterpreter, sentences)
    return Understanding(NearInterpreter(exact, sentences), readers)


def house_actor(
    config: HubConfig, house: HouseRegistry, bus: Bus, *, codes: Codes, journal: Journal, now: Clock, tasks: Tasks
) -> HouseActor:
    """Its deadlines are those that devices have kept so far. codes: of devices, as somebody says them."""
    deadlines = Deadlines(config.mqtt.proof_seconds)

    async def learn() -> None:
        for entity, after_ms in await journal.proofs():
            deadlines.note(entity, after_ms)

    tasks.start(learn(), name="deadlines")
    policy = Policy(config.policy, now=now)
    seconds = config.mqtt.proof_seconds
    return HouseActor(house, bus, proof_seconds=seconds, policy=policy, codes=codes, deadlines=deadlines)
