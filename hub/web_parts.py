"""The web side's part of the wiring: which subjects the API has, and who serves them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.config import EVERYWHERE, WebSection
from hub.house.notes import Notes
from hub.reminders.lists import Lists
from hub.reminders.reminders import Reminders
from hub.store.database import Database
from hub.web.access.certificates import Certificates
from hub.web.access.door import open_door
from hub.web.access.origins import HOST, OwnNames
from hub.web.access.spoken_code import SpokenCode
from hub.web.access.tls import tls
from hub.web.api import Api
from hub.web.chat_api import ChatApi
from hub.web.control import About, HubControl
from hub.web.handling import Hands
from hub.web.history_api import HistoryApi, Past
from hub.web.home_api import HomeApi
from hub.web.jobs import Jobs
from hub.web.listeners import control_socket, page_server
from hub.web.lists_api import ListsApi
from hub.web.live import LiveFeed
from hub.web.notes_api import NotesApi
from hub.web.reminders_api import RemindersApi
from hub.web.routes import RouteSource
from hub.web.talk_api import Serve as ServeTalk
from hub.web.talk_api import TalkApi
from hub.web.turns_api import TurnBook, TurnsApi
from hub.web_settings import OwnerParts
from wire.discovery import announce_page, own_addresses
from wire.tasks import Tasks


@dataclass(frozen=True, slots=True)
class ServedPage:
    """The page as it is served. setup_code: what makes the first owner; empty once there is one.

    host: the name that zeroconf announces; empty for none.
    """

    port: int
    secure: bool
    setup_code: Callable[[], str]
    host: Callable[[], str]


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
    announced: bool,
    hands: Hands,
    reminders: Reminders | None,
    lists: Lists | None,
    turns: TurnBook,
    past: Past,
    tended: Callable[[Jobs], Sequence[RouteSource]] = lambda _: (),
) -> AsyncIterator[ServedPage]:
    """Serve command line and page. keys: folder of the owner's password.

    notes, database, reminders, lists: None without a store. announced: zeroconf may be used. tended: more subjects.
    Raises ConfigError (port-in-use, bind-refused, hub-running, socket-unusable, page-password-unusable,
    certificate-unusable).
    """
    jobs = Jobs(tasks, feed)
    sources: list[RouteSource] = [*tended(jobs), Api(control, about), jobs, feed, TalkApi(talk)]
    sources += [HomeApi(control, hands, name=about.name), ChatApi(control), TurnsApi(turns, jobs), HistoryApi(past)]
    if reminders is not None:
        sources.append(RemindersApi(reminders))
    if lists is not None:
        sources.append(ListsApi(lists, feed))
    if notes is not None:
        sources.append(NotesApi(notes, control))
    names = OwnNames(section.names)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        door = await enter(open_door(keys, database, about))
        sources += [*door.sources, SpokenCode(door.owner, control), *owner.sources(jobs, door.confirms)]
        routes = [route for source in sources for route in source.routes()]
        await enter(control_socket([*routes, *door.local.routes()], socket))
        certificates = Certificates(keys, about.name, door.now)
        secure = await enter(tls(certificates, lambda: list(names), own_addresses)) if section.https else None
        port = await enter(
            page_server(routes, section, version=about.version, access=door.gate, names=names, tls=secure)
        )
        if announced and section.announce and section.bind in EVERYWHERE:
            await enter(announce_page(about.name, HOST, port, secure=section.https, on_host=names.announce))
        yield ServedPage(port, secure=section.https, setup_code=lambda: door.owner.code, host=lambda: names.announced)
