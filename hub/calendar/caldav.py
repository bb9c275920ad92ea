"""A calendar on a CalDAV server, over aiohttp.

Not over the library caldav: its niquests asks the certificate's issuer on the internet whether it still holds (OCSP),
it looks for servers in the DNS, takes logins from .netrc and proxies from the environment, and follows redirects. The
four kinds of request that are needed here are few lines.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiohttp
from yarl import URL

from hub.calendar.nearby import FarAway, NearbyResolver, is_far_literal
from hub.calendar.source import MOST_BYTES, MOST_ITEMS, Copy, Item
from hub.calendar.webdav import ABOUT, EVENTS, HOME, AnswerInvalid, Resource, resources, texts_of
from hub.errors import CalendarLost
from hub.secret_file import SecretUnusable, read_secret

FETCH_SECONDS = 120.0  # a whole calendar for the first time, from a small box
_REQUEST_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_TOGETHER = 100  # resources of one request
_MOST_REDIRECTS = 3
_WELL_KNOWN = "/.well-known/caldav"  # RFC 6764: where a server says where its CalDAV is
_NOT_NOW = frozenset({429, 500, 502, 503, 504})  # too many requests, being updated, out of order
_SCHEME = re.compile(r"(?:^|,)\s*(basic|digest)\b")  # several may be offered, in one header or in more
_XML = {"Content-Type": "application/xml; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Login:
    """password_file: one line, read for each look, so that a new password needs no restart."""

    username: str
    password_file: Path | None


class CalDavSource:
    """A Source. url: of the calendar itself, or of a server where the one is looked for that is called ``name``.

    anywhere: also outside the house's own network.
    """

    poll_seconds = 600.0
    keeps = True

    def __init__(self, url: str, login: Login | None = None, *, name: str = "", anywhere: bool = False) -> None:
        self.origin, self._name = url, name
        self._calendar: URL | None = None  # once it is found
        self._url = URL(url if url.endswith("/") else f"{url}/")
        self._login, self._anywhere = login, anywhere

    async def fetch(self, known: Copy) -> Copy:
        async with self._asking() as server:
            version = await self._version(server)
            if version and known.origin == self.origin and version == known.version:
                return known
            listed = await self._listed(server)
            old = known.items if known.origin == self.origin else {}
            items = {
                path: old[path] for path, one in listed.items() if path in old and one.etag == old[path].mark != ""
            }
            await self._fill(server, items, [one.href for path, one in listed.items() if path not in items])
            whole = len(items) == len(listed)  # else the next look asks for the rest again
            return Copy(self.origin, version if whole else "", {path: items[path] for path in listed if path in items})

    async def add(self, uid: str, text: str) -> None:
        async with self._asking() as server:
            calendar = await self._found(server)
            await server.put(calendar / f"{uid}.ics", text.encode())

    async def _version(self, server: _Server) -> str:
        """The calendar's own mark, empty if it has none."""
        server.url = await self._found(server)
        here = next((one for one in await server.propfind(ABOUT, depth=0) if one.is_calendar), None)
        if here is None:
            self._calendar = None
            raise self._invalid("is no calendar any more; look on the server")
        return here.version

    async def _found(self, server: _Server) -> URL:
        """The calendar. Who gave an address of which others are below, or of a server, is told which there are."""
        if self._calendar is None:
            if self._url.path in {"/", f"{_WELL_KNOWN}/"}:
                await server.follow(self._url.with_path(_WELL_KNOWN))
            here = await server.propfind(ABOUT, depth=0)
            self._calendar = server.url if any(one.is_calendar for one in here) else await self._below(server, here)
        return self._calendar

    async def _below(self, server: _Server, here: Sequence[Resource]) -> URL:
        """RFC 5397 and 4791: the login's principal knows where its calendars are."""
        below = [one for one in await server.propfind(ABOUT, depth=1) if one.is_calendar]
        principal = next((one.principal for one in here if one.principal), "")
        if not below and principal:
            server.url = server.at(principal)
            home = next((one.home for one in await server.propfind(HOME, depth=0) if one.home), "")
            if home:
                server.url = server.at(home)
                below = [one for one in await server.propfind(ABOUT, depth=1) if one.is_calendar]
        wanted = [one for one in below if self._name and one.name.casefold() == self._name.casefold()]
        if len(wanted) == 1:
            return server.at(wanted[0].href)
        known = ", ".join(f"{server.at(one.href)}{f' ({one.name})' if one.name else ''}" for one in below[:10])
        raise self._invalid(f"is no calendar{f'; set url to one of {known}' if known else '; set url to one'}")

    async def _listed(self, server: _Server) -> dict[str, Resource]:
        """Its events by their path, without their texts."""
        found = {_path(one.href): one for one in await server.report(EVENTS) if one.href}
        if len(found) > MOST_ITEMS:
            raise self._invalid(f"holds over {MOST_ITEMS} events; split it, or delete old years")
        return found

    async def _fill(self, server: _Server, items: dict[str, Item], hrefs: Sequence[str]) -> None:
        """Add the texts of ``hrefs``."""
        size = sum(len(item.text) for item in items.values())
        for begin in range(0, len(hrefs), _TOGETHER):
            some = hrefs[begin : begin + _TOGETHER]
            asked = {_path(href) for href in some}
            for one in await server.report(texts_of(some)):
                if one.text and _path(one.href) in asked:
                    items[_path(one.href)] = Item(one.etag, one.text)
                    size += len(one.text)
            if size > MOST_BYTES:
                raise self._invalid(f"holds over {MOST_BYTES >> 20} MiB; split it, or delete old years")

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[_Server]:
        """One look at the server; what goes wrong in it is a CalendarLost."""
        if not self._anywhere and is_far_literal(self._url.host or ""):
            raise self._far()
        connector = aiohttp.TCPConnector(resolver=None if self._anywhere else NearbyResolver())
        timeout = aiohttp.ClientTimeout(total=_REQUEST_SECONDS, sock_connect=_CONNECT_SECONDS)
        try:
            password = await self._password()
            digest = (aiohttp.DigestAuthMiddleware(self._login.username, password),) if self._login else ()
            async with (
                asyncio.timeout(FETCH_SECONDS),
                aiohttp.ClientSession(
                    connector=connector, timeout=timeout, auto_decompress=False, middlewares=digest
                ) as session,
            ):
                basic = _basic(self._login.username, password) if self._login else None
                yield _Server(session, self._url, basic)
        except ValueError as error:  # AnswerInvalid, and addresses in an answer that are none
            raise self._invalid(f"does not answer as CalDAV does: {str(error)[:200]}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if any(isinstance(cause, FarAway) for cause in (error, error.__cause__, getattr(error, "os_error", None))):
                raise self._far() from error
            why = str(error)[:200] or "no answer in time"
            raise CalendarLost("calendar-unreachable", f"{self.origin}: {why}; is that box on?") from error

    async def _password(self) -> str:
        """Raises CalendarLost (calendar-login)."""
        if self._login is None or self._login.password_file is None:
            return ""
        try:
            return await asyncio.to_thread(read_secret, self._login.password_file)
        except SecretUnusable as why:
            raise CalendarLost("calendar-login", str(why)) from why

    def _invalid(self, why: str) -> CalendarLost:
        return CalendarLost("calendar-invalid", f"{self.origin} {why}")

    def _far(self) -> CalendarLost:
        message = f"{self.origin} is outside this house; if that is meant, set allow_internet = true"
        return CalendarLost("calendar-outside", message)


def _path(href: str) -> str:
    """Servers write one path in several ways: with or without their own name, and with letters escaped or not."""
    return unquote(urlsplit(href).path)


def _basic(username: str, password: str) -> str:
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"


class _Redirected(AnswerInvalid):
    """It is somewhere else, says the server."""

    def __init__(self, there: str) -> None:
        super().__init__(f"it sends us to {there[:200]!r}; if that is right, set url to it")
        self.there = there


class _Server:
    """The requests that we make. url: what they are about; never on another server than the one that was named.

    basic: the login for a server that asks for it; the session knows the digest one.
    """

    def __init__(self, session: aiohttp.ClientSession, url: URL, basic: str | None) -> None:
        self._session, self.url, self._basic = session, url, basic
        self._origin = url.origin()
        self._headers = {"Accept-Encoding": "identity"}

    def at(self, href: str) -> URL:
        """An address in an answer. Raises AnswerInvalid for one elsewhere: the login is for this server alone."""
        there = self.url.join(URL(href, encoded=True))
        if there.origin() != self._origin:
            raise AnswerInvalid(f"it names {str(there)[:200]!r}, another server; if that is right, set url to it")
        return there if there.raw_path.endswith("/") else URL(f"{there}/", encoded=True)

    async def follow(self, start: URL) -> None:
        """Go where redirects lead, within this server; one that sends nobody anywhere stays where it is."""
        before, self.url = self.url, start
        for _ in range(_MOST_REDIRECTS):
            try:
                status, _ = await self._request("PROPFIND", self.url, ABOUT.encode(), {**_XML, "Depth": "0"})
            except _Redirected as redirected:
                self.url = self.at(redirected.there)
            else:
                if status != 207:
                    self.url = before
                return
        raise AnswerInvalid("it sends us in a circle")

    async def propfind(self, body: str, *, depth: int) -> list[Resource]:
        return await self._asked("PROPFIND", body, {"Depth": str(depth)})

    async def report(self, body: str) -> list[Resource]:
        return await self._asked("REPORT", body, {"Depth": "1"})

    async def put(self, url: URL, body: bytes) -> None:
        """Make a resource that was not there. Raises CalendarLost (calendar-read-only, calendar-login)."""
        headers = {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"}
        status, _ = await self._request("PUT", url, body, headers)
        if status not in {200, 201, 204}:
            raise CalendarLost(
                "calendar-read-only", f"{url.parent} takes no new event (HTTP {status}); check its rights"
            )

    async def _asked(self, method: str, body: str, headers: Mapping[str, str]) -> list[Resource]:
        status, answer = await self._request(method, self.url, body.encode(), {**_XML, **headers})
        if status in _NOT_NOW:
            raise CalendarLost("calendar-unreachable", f"{self.url}: HTTP {status}, for now; it is asked again")
        if status != 207:
            raise AnswerInvalid(f"HTTP {status} to {method}")
        return await asyncio.to_thread(resources, answer)

    async def _request(self, method: str, url: URL, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Raises CalendarLost (calendar-login), AnswerInvalid (a redirect, an answer too long)."""
        asked = {**self._headers, **headers}
        async with self._session.request(method, url, data=body, headers=asked, allow_redirects=False) as response:
            wants = [one.lower() for one in response.headers.getall("WWW-Authenticate", ())]
            if response.status not in {401, 403}:
                if 300 <= response.status < 400:
                    raise _Redirected(response.headers.get("Location", ""))
                return response.status, await _bounded(response.content)
        offered = {scheme for one in wants for scheme in _SCHEME.findall(one)}
        if self._basic and "basic" in offered and "digest" not in offered and "Authorization" not in self._headers:
            self._headers["Authorization"] = self._basic
            return await self._request(method, url, body, headers)
        if response.status == 403 and method == "PUT":
            return 403, b""
        raise CalendarLost("calendar-login", f"{self.url} wants a login; check username and password_file")


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    read = bytearray()
    async for chunk in content.iter_any():
        read += chunk
        if len(read) > MOST_BYTES:
            raise AnswerInvalid(f"an answer of over {MOST_BYTES >> 20} MiB")
    return bytes(read)
