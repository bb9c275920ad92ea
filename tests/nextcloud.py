"""A server that answers as Nextcloud does (sabre/dav under /remote.php/dav/), by its manual and RFC 4791, 5397, 6764.

Two ways of login at once, what it has and has not in blocks of their own, calendars beside inbox, trash bin and tasks.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.calendar_text import calendar, event

USER, APP_PASSWORD = "anna@example.org", "aBcDe-fGhIj-kLmNo-pQrSt-uVwXy"
HOME = "/remote.php/dav/calendars/anna"
_HEAD = (
    '<?xml version="1.0"?>\n<d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" '
    'xmlns:cal="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/" '
    'xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">'
)
_UNAUTHORIZED = (
    '<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">'
    "<s:exception>Sabre\\DAV\\Exception\\NotAuthenticated</s:exception><s:message>No public access to this resource."
    "</s:message></d:error>"
)


def response(href: str, has: str, lacks: str = "<cs:getctag/><d:sync-token/>") -> str:
    """What it lacks first: any order is allowed."""
    return (
        f"<d:response><d:href>{href}</d:href>"
        f"<d:propstat><d:prop>{lacks}</d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>"
        f"<d:propstat><d:prop>{has}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )


def folder(href: str) -> str:
    principal = "<d:current-user-principal><d:href>/remote.php/dav/principals/users/anna/</d:href>"
    return response(href, f"<d:resourcetype><d:collection/></d:resourcetype>{principal}</d:current-user-principal>")


def a_calendar(name: str, title: str, *, component: str = "VEVENT") -> str:
    return response(
        f"{HOME}/{name}/",
        "<d:resourcetype><d:collection/><cal:calendar/></d:resourcetype>"
        f"<d:displayname>{title}</d:displayname><cs:getctag>http://sabre.io/ns/sync/7</cs:getctag>"
        f'<cal:supported-calendar-component-set><cal:comp name="{component}"/></cal:supported-calendar-component-set>',
        "<oc:calendar-enabled/>",
    )


@dataclass
class Nextcloud:
    """redirect: where /.well-known/caldav leads. challenges: ways to log in, each in a header of its own.

    asked: methods and paths that came with the right login. logins: schemes that were tried.
    """

    redirect: str = "/remote.php/dav/"
    challenges: tuple[str, ...] = ('Bearer realm="Nextcloud"', 'Basic realm="Nextcloud", charset="UTF-8"')
    logins: list[str] = field(default_factory=list)
    status: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        if self.status:
            return web.Response(status=self.status, text="<html>maintenance</html>", content_type="text/html")
        if request.path.startswith("/.well-known/caldav"):
            return web.Response(status=301, headers={"Location": self.redirect})
        if not request.path.startswith("/remote.php/dav/"):
            return web.Response(status=405, text="<html>login</html>", content_type="text/html")
        self.logins += request.headers.get("Authorization", "").split(" ")[:1]
        if request.headers.get("Authorization") != _basic():
            refused = web.Response(status=401, text=_UNAUTHORIZED, content_type="application/xml")
            for challenge in self.challenges:
                refused.headers.add("WWW-Authenticate", challenge)
            return refused
        self.asked.append((request.method, request.path))
        found = self._found(request.method, request.path, request.headers.get("Depth", ""), await request.text())
        if found is None:
            return web.Response(status=404, text=_UNAUTHORIZED, content_type="application/xml")
        return web.Response(status=207, text=f"{_HEAD}{found}</d:multistatus>", content_type="application/xml")

    def _found(self, method: str, path: str, depth: str, body: str) -> str | None:
        match method, path, depth:
            case "PROPFIND", "/remote.php/dav/", "0":
                return folder(path)
            case "PROPFIND", "/remote.php/dav/", "1":
                below = (
                    "principals",
                    "files",
                    "calendars",
                    "addressbooks",
                    "systemtags",
                    "trashbin",
                    "public-calendars",
                )
                return folder(path) + "".join(folder(f"{path}{each}/") for each in below)
            case "PROPFIND", "/remote.php/dav/principals/users/anna/", _ if "calendar-home-set" not in body:
                return folder(path)
            case "PROPFIND", p, "0" if p == f"{HOME}/":
                return folder(path)
            case "PROPFIND", "/remote.php/dav/principals/users/anna/", "0":
                return response(path, f"<cal:calendar-home-set><d:href>{HOME}/</d:href></cal:calendar-home-set>", "")
            case "PROPFIND", p, "1" if p == f"{HOME}/":
                inbox = "<d:resourcetype><d:collection/><cal:schedule-inbox/></d:resourcetype>"
                return "".join(
                    [
                        folder(path),
                        response(f"{HOME}/inbox/", inbox),
                        response(f"{HOME}/trashbin/", "<d:resourcetype><nc:trash-bin/></d:resourcetype>"),
                        a_calendar("personal", "Personal"),
                        a_calendar("tasks", "Shopping", component="VTODO"),
                        a_calendar("contact_birthdays", "Contact birthdays"),
                    ]
                )
            case "PROPFIND", p, "0" if p == f"{HOME}/personal/":
                return a_calendar("personal", "Personal")
            case "REPORT", p, _ if p == f"{HOME}/personal/":
                etag = "<d:getetag>&quot;5d41402abc4b2a76&quot;</d:getetag>"
                if "calendar-multiget" not in body:
                    return response(f"{p}dentist.ics", etag, "")
                text = calendar(event("DTSTART:20261103T100000Z", "SUMMARY:Dentist", uid="dentist"))
                return response(f"{p}dentist.ics", f"{etag}<cal:calendar-data>{text}</cal:calendar-data>", "")
        return None


@asynccontextmanager
async def nextcloud(**how: object) -> AsyncIterator[Nextcloud]:
    server = Nextcloud(**how)  # type: ignore[arg-type]
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def _basic() -> str:
    return f"Basic {b64encode(f'{USER}:{APP_PASSWORD}'.encode()).decode()}"
