"""``earshot house`` rooms, room, set, forget, people, person, suggest: what people note on their house."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from hub.cli.reach import running
from hub.house.file import Person, Room
from hub.house.suggestions import Suggestion
from hub.web.client import ControlClient

_YES = {"yes": True, "no": False, None: None}


async def run(args: argparse.Namespace) -> int:
    async with running() as hub:
        await ACTIONS[args.action](hub, args)
    return 0


async def _rooms(hub: ControlClient, args: argparse.Namespace) -> None:
    _show(list((await hub.house_notes()).room), _room_line, args, "no rooms are noted; see earshot house room add")


async def _people(hub: ControlClient, args: argparse.Namespace) -> None:
    nobody = "nobody is noted; see earshot house person add"
    _show(list((await hub.house_notes()).person), _person_line, args, nobody)


async def _suggest(hub: ControlClient, args: argparse.Namespace) -> None:
    _show(await hub.room_suggestions(), _suggestion_line, args, "no name of a device without a room has one in it")


async def _room(hub: ControlClient, args: argparse.Namespace) -> None:
    if args.room_action == "remove":
        await hub.remove_note("room", args.name)
    else:
        await hub.put_note("room", args.name, {"floor": args.floor, "aliases": args.alias})


async def _person(hub: ControlClient, args: argparse.Namespace) -> None:
    if args.person_action == "remove":
        await hub.remove_note("person", args.name)
    else:
        await hub.put_note("person", args.name, {"satellites": args.satellite})


async def _set(hub: ControlClient, args: argparse.Namespace) -> None:
    given = {"name": args.name, "room": args.room, "aliases": args.alias}
    given |= {"exposed": _YES[args.expose], "sensitive": _YES[args.sensitive]}
    await hub.put_note("device", args.entity_id, {key: value for key, value in given.items() if value is not None})


async def _forget(hub: ControlClient, args: argparse.Namespace) -> None:
    await hub.remove_note("device", args.entity_id)


ACTIONS: dict[str, Callable[[ControlClient, argparse.Namespace], Awaitable[None]]] = {
    "rooms": _rooms,
    "room": _room,
    "people": _people,
    "person": _person,
    "set": _set,
    "forget": _forget,
    "suggest": _suggest,
}


def _show(found: list[Any], line: Callable[[Any], str], args: argparse.Namespace, nothing: str) -> None:
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        print("\n".join(map(line, found)) or nothing)


def _room_line(room: Room) -> str:
    return f"{room.name:<24} {room.floor or '':<16} {', '.join(room.aliases)}".rstrip()


def _person_line(person: Person) -> str:
    return f"{person.name:<24} {', '.join(person.satellites)}".rstrip()


def _suggestion_line(one: Suggestion) -> str:
    new = "" if one.known else "  (a new room)"
    return f"earshot house set {one.entity_id} --room {one.room!r}{new}    # {one.name}"
