"""The web side's part of the wiring: which subjects the API has, and who serves them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hub.config import WebSection
from hub.house.notes import Notes
from hub.store.database import Database
from hub.web.access.door import open_door
from hub.web.api import Api
from hub.web.control import About, HubControl
from hub.web.jobs import Jobs
from hub.web.listeners import control_socket, page_server
from hub.web.live import LiveFeed
from hub.web.notes_api import NotesApi
from hub.web.routes import RouteSource
from hub.web.talk_api import Serve as ServeTalk
from hub.web.talk_api import TalkApi
from hub.web_settings import OwnerParts
from wire.tasks import Tasks


@asynccontextmanager
async def web_side(
    control: HubControl,
    about: About,
    section: WebSection,
    *,
    socket: Path,
    notes: Notes | None,
    feed: LiveFeed,
    tasks: Tasks,
    talk: ServeTalk,
    keys: Path,
    database: Database | None,
    owner: OwnerParts,
) -> AsyncIterator[int]:
    """Serve command line and page; yields the page's port. keys: folder of the owner's password.

    notes, database: None without a store.
    Raises ConfigError (port-in-use, bind-refused, hub-running, socket-unusable, page-password-unusable).
    """
    jobs = Jobs(tasks, feed)
    sources: list[RouteSource] = [Api(control, about), jobs, feed, TalkApi(talk)]
    if notes is not None:
        sources.append(NotesApi(notes, control))
    async with open_door(keys, database, about) as door:
        sources += [*door.sources, *owner.sources(jobs, door.confirms)]
        routes = [route for source in sources for route in source.routes()]
        async with (
            control_socket([*routes, *door.local.routes()], socket),
            page_server(routes, section, version=about.version, access=door.gate) as port,
        ):
            yield port
