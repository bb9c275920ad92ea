"""``earshot models``: what can be fetched, what is here, and whether it is what it was."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from hub.cli.transfer import TransferLine
from hub.config import HubConfig
from hub.engines.choice import MODELS_FOLDER, OWN_CATALOGUE
from hub.machine import memory_bytes
from models.store.catalogue import Catalogue, Model
from models.store.errors import StoreRefused
from models.store.fetching import Way, fetch
from models.store.folder import Installed, Store
from models.store.importing import taken, there
from wire.places import Places, places
from wire.settings import load

_ROOM_MB = 300  # beside a model: the hub and the system


async def run(args: argparse.Namespace) -> int:
    where = places()
    store = Store(where.var / MODELS_FOLDER)
    return await _ACTIONS[args.action](args, where, store)


async def _list(args: argparse.Namespace, where: Places, store: Store) -> int:
    catalogue = await asyncio.to_thread(Catalogue.load, where.etc / OWN_CATALOGUE)
    here = {one.name: one for one in await asyncio.to_thread(store.installed)}
    models = [one for one in catalogue.some(args.stage, args.language) if one.name in here or not args.installed]
    if args.json:
        print(msgspec.json.encode([_row(model, here.get(model.name)) for model in models]).decode())
        return 0
    for model in models:
        print(_line(model, here.get(model.name)))
    for gone in here.keys() - {model.name for model in catalogue.model}:
        print(f"✓ {gone:<34} in no catalogue any more")
    return 0


async def _pull(args: argparse.Namespace, where: Places, store: Store) -> int:
    config = await asyncio.to_thread(load, where.etc / "hub.toml", HubConfig)
    way = Way(args.mirror or config.models.mirror, config.models.proxy)
    catalogue = await asyncio.to_thread(Catalogue.load, where.etc / OWN_CATALOGUE)
    models = [catalogue.get(name) for name in args.name]  # all names, before anything is fetched
    done: list[Installed] = []
    for model in models:
        for warning in _warnings(model):
            print(warning, file=sys.stderr)
        line = TransferLine(sys.stderr, model.name, time.monotonic)
        done.append(await fetch(model, store, way, line))
        line.end()
    _tell(args, done, "is here")
    return 0


async def _verify(args: argparse.Namespace, _where: Places, store: Store) -> int:
    chosen = await asyncio.to_thread(_chosen, store, args.name)
    problems = {one.name: await asyncio.to_thread(_problems, store, one) for one in chosen}
    if args.json:
        print(msgspec.json.encode(problems).decode())
    else:
        for name, found in problems.items():
            print(f"{name}: {'; '.join(found) or 'as it was'}")
        if not problems:
            print("no model is here; `earshot models list` shows what can be fetched")
    broken = [name for name, found in problems.items() if found]
    if broken:
        raise StoreRefused("models-damaged", f"{', '.join(broken)}; `earshot models pull {' '.join(broken)}`")
    return 0


def _chosen(store: Store, names: Sequence[str]) -> list[Installed]:
    return [store.get(name) for name in names] or store.installed()


def _problems(store: Store, one: Installed) -> list[str]:
    return list(store.damaged(one))


async def _import(args: argparse.Namespace, where: Places, store: Store) -> int:
    catalogue = await asyncio.to_thread(Catalogue.load, where.etc / OWN_CATALOGUE)
    models = await asyncio.to_thread(_found, catalogue, args.folder, args.name)
    done, problems = [], []
    for model in models:
        line = TransferLine(sys.stderr, model.name, time.monotonic)
        try:
            done.append(await asyncio.to_thread(taken, model, args.folder, store, line))
        except StoreRefused as refused:  # of one model; the others are taken all the same
            problems.append(refused)
        line.end()
    _tell(args, done, "is here")
    for problem in problems[1:]:
        print(problem, file=sys.stderr)
    if problems:
        raise problems[0]
    return 0


def _found(catalogue: Catalogue, folder: Path, names: Sequence[str]) -> list[Model]:
    models = [catalogue.get(name) for name in names] or [one for one in catalogue.model if there(one, folder)]
    if not models:
        raise StoreRefused("model-not-there", f"{folder} has all files of no model; `earshot models list` names them")
    return models


async def _remove(args: argparse.Namespace, _where: Places, store: Store) -> int:
    _tell(args, [await asyncio.to_thread(store.remove, name) for name in args.name], "is removed")
    return 0


_ACTIONS = {"list": _list, "pull": _pull, "verify": _verify, "import": _import, "remove": _remove}


def _warnings(model: Model) -> Iterable[str]:
    """What a person should know before: none of it stops them."""
    memory_mb = memory_bytes() >> 20
    if model.ram_mb + _ROOM_MB > memory_mb:
        yield f"{model.name} needs {model.ram_mb} MB of memory, this box has {memory_mb}: it will be slow, or not run"
    if model.non_commercial:
        yield f"{model.name}: {model.licence}, not for commercial use"
    if not model.is_verified:
        yield f"{model.name}: its publisher states no hash that we know; what comes now must come again later"


def _tell(args: argparse.Namespace, done: Sequence[Installed], what: str) -> None:
    if args.json:
        print(msgspec.json.encode(done).decode())
        return
    for one in done:
        print(f"{one.name} {what}, {_size(one.bytes)}")


def _row(model: Model, here: Installed | None) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(model)
    return {**told, "bytes": model.bytes, "verified": model.is_verified, "installed": here is not None}


def _line(model: Model, here: Installed | None) -> str:
    size = _size(here.bytes if here else model.bytes)
    use = "  not commercial" if model.non_commercial else ""
    languages = " ".join(model.languages)
    return f"{'✓' if here else ' '} {model.name:<34} {model.stage:<7}{languages:<9}{size:>9}  {model.licence}{use}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count else "? MB"
