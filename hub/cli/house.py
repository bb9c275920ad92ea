"""``earshot house``: what is known of the house, what is noted on it, or a simulated one on the hub's broker."""

from __future__ import annotations

import argparse
import asyncio
from itertools import groupby

import msgspec

from hub.bus.address import configured_broker
from hub.bus.broker import kept_broker
from hub.cli import house_notes
from hub.cli.hub import until_signal
from hub.cli.reach import running
from hub.config import HubConfig
from hub.house.simulated.house import SimulatedHouse, load_simulated_house
from hub.stages import Entity
from hub.web.control import HouseSnapshot
from wire.places import places
from wire.settings import load


async def run(args: argparse.Namespace) -> int:
    if args.action in house_notes.ACTIONS:
        return await house_notes.run(args)
    return await (_simulate(args) if args.action == "simulate" else _list(args))


async def _list(args: argparse.Namespace) -> int:
    async with running() as hub:
        house = await hub.house()
    print(msgspec.json.encode(house).decode() if args.json else _told(house))
    return 0


def _told(house: HouseSnapshot) -> str:
    def room(entity: Entity) -> str:
        return entity.area or ""

    lines = []
    for name, entities in groupby(sorted(house.entities, key=room), key=room):
        lines.append(name or "(no room)")
        lines += [f"  {entity.name:<28} {_state(entity):<14} {entity.entity_id}" for entity in entities]
    return "\n".join(lines) or "no devices are known; see docs/house.md for what is read from the broker"


def _state(entity: Entity) -> str:
    if not entity.available:
        return "offline"
    return " ".join(part for part in (entity.state or "unknown", entity.unit) if part)


async def _simulate(args: argparse.Namespace) -> int:
    house = load_simulated_house(args.file)
    where = places()
    config = load(where.etc / "hub.toml", HubConfig)
    address = configured_broker(config.mqtt) if config.mqtt.host else await asyncio.to_thread(kept_broker, where.var)
    ended = until_signal()
    async with SimulatedHouse(house, address, config.mqtt.discovery_prefix):
        print(f"simulating {len(house.device)} devices on {address.host}:{address.port}; Ctrl+C ends it", flush=True)
        await ended.wait()
    return 0
