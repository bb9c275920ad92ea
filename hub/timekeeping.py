"""Wires what happens by itself: rules, reminders, calendars, and the sentences that they carry out."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hub.bus.client import Bus
from hub.config import HubConfig
from hub.control import Hub
from hub.errands import Errands
from hub.house.registry import HouseRegistry
from hub.presence.topics import Topics
from hub.rules.history import RuleHistory
from hub.rules.home import Home
from hub.rules.live import Rules
from hub.rules.performing import Carried, MqttNotifier, Performer
from hub.store.journal import Journal


def rules(
    path: Path,
    config: HubConfig,
    *,
    hub: Hub,
    house: HouseRegistry,
    bus: Bus,
    known: asyncio.Event,
    journal: Journal,
    errands: Errands,
    home: Home,
    topics: Topics,
) -> Rules:
    """path: of rules.toml. Entering raises ConfigError."""

    async def run(sentence: str, why: str) -> Carried:
        trace = await errands.run(sentence, by=why)
        return Carried(done=trace.error is None, reply=trace.reply)

    performer = Performer(speaker=hub, run=run, bus=bus, notifiers=[MqttNotifier(bus, topics.notify)])
    return Rules(
        path,
        house=house,
        bus=bus,
        home=home,
        known=known,
        history=RuleHistory(journal.database),
        performer=performer,
        discovery_prefix=config.mqtt.discovery_prefix,
    )
