"""What is read, checked and made before any part of the hub runs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from hub.bus.address import BrokerAddress, configured_broker
from hub.bus.broker import own_broker
from hub.calendar.calendars import check as check_calendars
from hub.config import HubConfig
from hub.errors import StageFailed
from hub.granting import HouseAnswers, house_answers
from hub.house.file import HouseFile, load_house
from hub.intent.language import resolve_language
from hub.intent.routines import Routines
from hub.reasoning import server_key
from hub.rules.file import load_rules
from hub.rules.home import Home, home_of
from hub.stages import ANY_LANGUAGE
from hub.wake.words import WakeWords
from wire.connection import PeerSettings
from wire.errors import ConfigError
from wire.frame import Limits
from wire.places import Places


def check(config: HubConfig, where: Places) -> None:
    """What no schema of hub.toml can say; reads the files that it names. Raises ConfigError."""
    peer_settings(config)
    WakeWords(config.wake, config.satellite, where)
    if config.mqtt.host:
        configured_broker(config.mqtt)
    server_key(config.llm)
    check_calendars(config.calendar)
    house_answers(config.policy)
    Routines.load(where.etc / "routines.toml")
    load_rules(where.etc / "rules.toml", home_of(config.home), discovery_prefix=config.mqtt.discovery_prefix)
    try:
        for language in (config.hub.language, *(satellite.language for satellite in config.satellite)):
            if language and language != ANY_LANGUAGE:
                resolve_language(language)
    except StageFailed as error:
        raise ConfigError(error.code, error.message) from error


def peer_settings(config: HubConfig) -> PeerSettings:
    limits = Limits(config.limits.line_bytes, config.limits.data_bytes, config.limits.payload_bytes)
    return PeerSettings(
        limits=limits,
        queue_events=config.limits.queue_events,
        write_seconds=config.limits.write_seconds,
        connect_seconds=config.links.connect_seconds,
        ping_seconds=config.links.ping_seconds,
        silent_seconds=config.links.silent_seconds,
    )


async def broker_address(config: HubConfig, where: Places, stack: AsyncExitStack) -> BrokerAddress:
    if config.mqtt.host:
        return await asyncio.to_thread(configured_broker, config.mqtt)
    return await stack.enter_async_context(own_broker(where.var, where.run))


def prepare(config: HubConfig, where: Places, simulated: Path | None) -> tuple[Home, HouseFile, Routines, HouseAnswers]:
    """Folders made, files read and checked. Blocks. Raises ConfigError."""
    check(config, where)
    _make_folders(where)
    house_file = load_house(simulated or where.etc / "house.toml")
    routines = Routines.load(where.etc / "routines.toml")
    return home_of(config.home), house_file, routines, house_answers(config.policy)


def _make_folders(where: Places) -> None:
    """Folders var and run are ours alone; etc may be the system's. Raises ConfigError (folder-unusable)."""
    for folder in (where.var, where.run):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"{folder}: {error.strerror}; make it writable for the hub, or set EARSHOT_HOME"
            raise ConfigError("folder-unusable", message) from error
