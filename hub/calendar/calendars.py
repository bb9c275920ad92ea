"""All calendars of the household: followed while the block runs, and asked together."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

from yarl import URL

from hub.calendar.caldav import CalDavSource, Login
from hub.calendar.event import Event, Expanded, Reminder, Wanted, order
from hub.calendar.files import FileSource
from hub.calendar.followed import Followed
from hub.calendar.nearby import is_far_literal
from hub.calendar.reading import read
from hub.calendar.source import Source
from hub.config import CalendarSection
from hub.errors import CalendarLost
from hub.health import Component
from hub.secret_file import SecretUnusable, read_secret
from wire.errors import ConfigError
from wire.tasks import Tasks

ANSWER_SECONDS = 10.0


def local_now() -> datetime:
    return datetime.now().astimezone()


class Calendars:
    """An async context manager; entering does not wait for any of them, leaving ends what is under way.

    folder: where copies of servers' calendars are kept, for a restart without them.
    """

    def __init__(
        self, sections: Sequence[CalendarSection], folder: Path, *, now: Callable[[], datetime] = local_now
    ) -> None:
        """Sections as ``check`` wants them."""
        self._folder, self._now = folder, now
        self._followed = [Followed(one, _source(one), self._read, folder / _file_name(one)) for one in sections]
        self._reader = asyncio.Semaphore(1)  # each is a process; a small box has the memory for one
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._forget_others)
        async with AsyncExitStack() as stack:
            self._tasks = await stack.enter_async_context(Tasks())
            for one in self._followed:
                self._tasks.start(self._follow(one), name=f"calendar[{one.name}]")
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @property
    def names(self) -> list[str]:
        return [one.name for one in self._followed]

    @property
    def writable(self) -> list[str]:
        return [one.name for one in self._followed if one.section.writable]

    @property
    def unknown(self) -> list[str]:
        """Those that could not be read yet, so that nothing can be said of them."""
        return [one.name for one in self._followed if not one.known]

    async def events(self, begin: datetime, end: datetime, *, calendar: str | None = None) -> list[Event]:
        """What takes place, at least in part, from ``begin`` to before ``end`` (aware), in order.

        More than a month back or a year ahead, calendars are read anew, which takes a second or more. Raises
        CalendarLost where one cannot: a list that lacks something would be a lie. Those ``unknown`` are not in it.
        """
        async with _in_time():
            found = [await one.events(begin, end) for one in self._followed if calendar in {None, one.name}]
        return sorted(chain.from_iterable(found), key=order)

    def reminders(self, begin: datetime, end: datetime) -> list[Reminder]:
        """What is to be reminded of from ``begin`` to before ``end``, in order."""
        found = [reminder for one in self._followed for reminder in one.reminders(begin, end)]
        return sorted(found, key=lambda reminder: reminder.at)

    async def add(self, calendar: str, uid: str, text: str) -> None:
        """Add an event to a calendar that is ``writable``. Raises CalendarLost."""
        one = next(one for one in self._followed if one.name == calendar and one.section.writable)
        async with _in_time():
            await one.source.add(uid, text)
        self._tasks.start(one.look(self._now()), name=f"calendar[{one.name}].added")

    async def refresh(self) -> None:
        """Look at all of them now."""
        for one in self._followed:
            await one.look(self._now())

    def components(self) -> list[Component]:
        return [one.component() for one in self._followed]

    async def _follow(self, one: Followed) -> None:
        while True:
            await one.look(self._now())
            await asyncio.sleep(one.source.poll_seconds)

    async def _read(self, wanted: Wanted) -> Expanded:
        async with self._reader:
            return await read(wanted)

    def _forget_others(self) -> None:
        """Copies of calendars that are no longer wanted are somebody's life, too."""
        wanted = {_file_name(one.section) for one in self._followed}
        for path in self._folder.glob("*.json*"):
            if path.name not in wanted:
                path.unlink(missing_ok=True)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Somebody waits for it."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            yield
    except TimeoutError as error:
        message = f"it took over {ANSWER_SECONDS:g} s; ask again"
        raise CalendarLost("calendar-unreachable", message) from error


def check(sections: Sequence[CalendarSection]) -> None:
    """What no schema can say. Reads the password files. Raises ConfigError (calendar-config)."""
    names = [one.name.casefold() for one in sections]
    for one in sections:
        if problem := _problem(one):
            raise ConfigError("calendar-config", f"[[calendar]] {one.name!r}: {problem}")
        if names.count(one.name.casefold()) > 1:
            raise ConfigError("calendar-config", f"[[calendar]] {one.name!r} is there twice; rename one")


def _problem(one: CalendarSection) -> str | None:
    if (one.path is None) == (one.url is None):
        return "set either path or url"
    if one.path is not None and (one.username or one.password_file or one.allow_internet):
        return "username, password_file and allow_internet go with url, not with path"
    if one.path is not None and one.writable and not Path(one.path).is_dir():
        return "only a folder or a server can be writable: a file of somebody else's program is not changed"
    if one.url is not None and not one.allow_internet and is_far_literal(URL(one.url).host or ""):
        return f"{one.url} is outside this house, and nothing leaves it; if that is meant, set allow_internet = true"
    if one.password_file is not None:
        try:
            read_secret(Path(one.password_file))
        except SecretUnusable as why:
            return str(why)
    return None


def _source(one: CalendarSection) -> Source:
    if one.path is not None:
        return FileSource(Path(one.path))
    assert one.url is not None, "checked"
    password = Path(one.password_file) if one.password_file else None
    login = Login(one.username, password) if one.username else None
    return CalDavSource(one.url, login, name=one.name, anywhere=one.allow_internet)


def _file_name(one: CalendarSection) -> str:
    return hashlib.sha256(one.name.encode()).hexdigest()[:16] + ".json"
