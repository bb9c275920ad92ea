"""Reaches a hub for a command: the one that runs, or one started for it and ended with it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from hub.app import open_hub
from hub.config import MOST_COMMANDS, HubConfig, WebSection
from hub.control import Hub, control_path
from hub.engines.choice import MODELS_FOLDER, OWN_CATALOGUE
from hub.web.client import ControlClient
from wire.errors import EarshotError
from wire.places import Places, places
from wire.settings import load


@asynccontextmanager
async def running() -> AsyncIterator[ControlClient]:
    """The hub that runs on this machine. Raises EarshotError hub-unreachable."""
    async with ControlClient(control_path(places())) as client:
        await client.health()
        yield client


@asynccontextmanager
async def reach(house: Path | None) -> AsyncIterator[ControlClient]:
    """With ``house``: a private hub with that simulated house. Else the running hub, or one started for the command."""
    if house is not None:
        async with private_hub(house, models_of=places()) as hub, ControlClient(hub.control_path) as client:
            yield client
        return
    where = places()
    async with ControlClient(control_path(where)) as client:
        if await _answers(client):
            yield client
            return
        print("no hub is running; one is started for this command", file=sys.stderr)
        async with open_hub(load(where.etc / "hub.toml", HubConfig), where) as hub:
            await hub.wait_ready()
            yield client


@asynccontextmanager
async def private_hub(
    house: Path, config: HubConfig | None = None, *, models_of: Places | None = None
) -> AsyncIterator[Hub]:
    """A hub of its own in a temporary folder: own broker, no satellites; ``house`` is simulated on its broker.

    models_of: whose fetched models it takes; None: the embedded engines alone.
    """
    config = config or HubConfig()
    config = msgspec.structs.replace(
        config,
        links=msgspec.structs.replace(config.links, discover=False),
        web=WebSection(port=0, bind="127.0.0.1", announce=False),
        policy=msgspec.structs.replace(config.policy, commands_per_minute=MOST_COMMANDS),
    )
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        root = Path(folder)
        where = Places(etc=root / "etc", var=root / "var", run=root / "run", cache=places().cache)
        if models_of:
            await asyncio.to_thread(_lend_models, models_of, where)
        async with open_hub(config, where, simulated=house) as hub:
            await hub.wait_ready()
            yield hub


def _lend_models(of: Places, to: Places) -> None:
    for lent, borrowed in ((of.var / MODELS_FOLDER, to.var), (of.etc / OWN_CATALOGUE, to.etc)):
        borrowed.mkdir(parents=True, exist_ok=True)
        if lent.exists():
            (borrowed / lent.name).symlink_to(lent)


async def _answers(client: ControlClient) -> bool:
    try:
        await client.health()
    except EarshotError as error:
        if error.code != "hub-unreachable":
            raise
        return False
    return True
