"""``earshot house``: what is known of the house, or a simulated one on the hub's broker."""

from __future__ import annotations

import argparse
from itertools import groupby

import msgspec

from hub.cli.reach import running
from hub.stages import Entity
from hub.web.control import HouseSnapshot


async def run(args: argparse.Namespace) -> int:
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
