"""What other sites, strangers and broken clients try on the page, each over a real socket, and how it is refused.

``TRIED`` is the table of docs/web.md: what was tried, and the code that it gets; ``closed`` is a connection that ends.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from hub.config import WebSection
from hub.web.connections import Bounds
from hub.web.listeners import page_server
from hub.web.live import LiveFeed
from tests.fakes_control import FakeHub, api
from tests.signed_in import owner_of, quick_door, routes_of, visitor

DOCUMENT = Path(__file__).parents[2] / "docs/web.md"
BOUNDS = Bounds(of_all=60, of_address=40, head_seconds=0.5, handshake_seconds=0.5)
EVIL = "http://evil.example"
CLOSED = "closed"


@dataclass
class House:
    """A page with an owner. cookie: the owner's, as a browser would send it along."""

    port: int
    cookie: str
    hub: FakeHub

    @property
    def own(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
async def house(home):
    hub, feed = FakeHub(), LiveFeed()
    async with quick_door(home) as door:
        routes = [*api(hub), *routes_of(door), *feed.routes()]
        section = WebSection(bind="127.0.0.1", port=0)
        async with (
            page_server(routes, section, version="1", access=door.gate, bounds=BOUNDS) as port,
            owner_of(port, door.owner.code) as owner,
        ):
            (cookie,) = owner.cookie_jar
            yield House(port, f"{cookie.key}={cookie.value}", hub)


async def raw(house: House, *sent: bytes, pause_seconds: float = 0.0) -> str:
    """Send ``sent`` piece by piece; the code of the last refusal, the last status, or ``closed``."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        async with asyncio.timeout(10):
            try:
                for piece in sent:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(pause_seconds)
                return answered(await reader.read())
            except ConnectionError:
                return CLOSED
    finally:
        writer.close()


def answered(data: bytes) -> str:
    """What a whole answer says, be it one or several."""
    codes = re.findall(rb'\{"error":\{"code":"([\w-]+)"', data)
    statuses = re.findall(rb"^HTTP/1\.[01] (\d+)", data, re.MULTILINE)
    if codes:
        return codes[-1].decode()
    return statuses[-1].decode() if statuses else CLOSED


async def request(house: House, method: str, path: str, body: bytes = b"", **headers: str) -> str:
    """One request, written by hand: no client's own rules are in the way."""
    lines = {"Host": f"127.0.0.1:{house.port}", "Connection": "close"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    if body or method in {"POST", "PUT"}:
        lines.setdefault("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return await raw(house, f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)


SAY = b'{"text": "unlock the door"}'
Try = Callable[[House], Awaitable[str]]


def say(**headers: str) -> Try:
    """Somebody makes the owner's browser, which sends its cookie along, speak in all rooms."""
    return lambda house: request(
        house,
        "POST",
        "/api/v1/say",
        SAY,
        **({"Cookie": house.cookie} | {name: value.format(own=house.own) for name, value in headers.items()}),
    )


def _of(house: House, headers: dict[str, str]) -> dict[str, str]:
    return {name: value.format(own=house.own) for name, value in headers.items()}


def get(path: str, **headers: str) -> Try:
    return lambda house: request(house, "GET", path, **_of(house, headers))


def owned(path: str, **headers: str) -> Try:
    return lambda house: request(house, "GET", path, Cookie=house.cookie, **_of(house, headers))


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


async def large_upload(house: House) -> str:
    """More than 16 MiB are declared; they are never read."""
    head = f"POST /api/v1/turns HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nX-Earshot: 1\r\nCookie: {house.cookie}\r\n"
    wav = "Content-Type: audio/wav\r\nContent-Length: 100000000000\r\n\r\n"
    return await raw(house, (head + wav).encode(), *(bytes(1 << 20) for _ in range(17)))


async def large_frame(house: House) -> str:
    async with (
        visitor(house.port, headers={"Cookie": house.cookie}) as browser,
        browser.ws_connect("/api/v1/live") as socket,
    ):
        await socket.send_str("x" * 2000)
        ended = await socket.receive(timeout=5)
        return f"WebSocket {socket.close_code}" if ended.type is aiohttp.WSMsgType.CLOSE else str(ended.type)


async def slow_head(house: House) -> str:
    """A byte each 50 ms, which never becomes a request."""
    return await raw(house, b"GET / HTTP/1.1\r\n", *(b"X" for _ in range(60)), pause_seconds=0.05)


async def slow_second_head(house: House) -> str:
    """The same, after a request that was answered; its answer is not what counts."""
    first = f"GET /icon.svg HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n\r\n".encode()
    said = await raw(house, first, b"GET / HT", *(b"X" for _ in range(60)), pause_seconds=0.05)
    return CLOSED if said in {"200", CLOSED} else said


async def guessing(house: House) -> str:
    said = ""
    for number in range(7):
        body = json.dumps({"password": f"guess number {number}"}).encode()
        said = await request(house, "POST", "/api/v1/access/session", body, Content_Type="application/json")
    return said


async def session_fixation(house: House) -> str:
    """A key that somebody planted in the browser before."""
    return await request(house, "GET", "/api/v1/status", Cookie="earshot_session=planted")


async def smuggled(house: House) -> str:
    """Two lengths: a proxy and we could disagree where the next request begins."""
    head = f"POST /api/v1/say HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nX-Earshot: 1\r\nContent-Length: 4\r\n"
    return await raw(house, f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n".encode())


def lines(*more: str) -> Try:
    """A request for the owner's page with lines that no client writes."""

    def text(house: House) -> bytes:
        head = (line.format(port=house.port) for line in more)
        return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1")

    return lambda house: raw(house, text(house))


HOST = "Host: 127.0.0.1:{port}"
DEEP = b"[" * 20_000 + b"]" * 20_000

TRIED: dict[str, tuple[Try, str]] = {
    "reading without a session": (get("/api/v1/status"), "sign-in-required"),
    "speaking without a session": (
        lambda house: request(house, "POST", "/api/v1/say", SAY, X_Earshot="1"),
        "sign-in-required",
    ),
    "listening without a session": (get("/api/v1/live", **UPGRADE, Origin="{own}"), "sign-in-required"),
    "a session that nobody gave out": (session_fixation, "sign-in-required"),
    "a token that nobody gave out": (get("/api/v1/status", Authorization="Bearer earshot_x"), "token-refused"),
    "a password as basic authentication": (get("/api/v1/status", Authorization="Basic b3duZXI6eA=="), "token-refused"),
    "a token in the address": (get("/api/v1/status?token=earshot_x"), "token-in-address"),
    "another site's form": (
        say(Content_Type="application/x-www-form-urlencoded", Origin=EVIL),
        "cross-site-refused",
    ),
    "another site's form that looks like JSON": (say(Content_Type="text/plain", Origin=EVIL), "cross-site-refused"),
    "another site's fetch": (say(Content_Type="application/json", Origin=EVIL), "cross-site-refused"),
    "a page without an origin (sandboxed frame, file)": (
        say(Content_Type="application/json", Origin="null"),
        "cross-site-refused",
    ),
    "another port of this machine": (
        say(Content_Type="application/json", Origin="http://127.0.0.1:1"),
        "cross-site-refused",
    ),
    "another site, by the browser's own word": (
        say(Content_Type="application/json", Sec_Fetch_Site="cross-site"),
        "cross-site-refused",
    ),
    "a neighbour site, by the browser's own word": (
        say(Content_Type="application/json", Sec_Fetch_Site="same-site"),
        "cross-site-refused",
    ),
    "a form of an old browser that names no origin": (
        say(Content_Type="multipart/form-data; boundary=x"),
        "cross-site-refused",
    ),
    "another site's image of the page's data": (
        owned("/api/v1/status", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="image"),
        "cross-site-refused",
    ),
    "another site's WebSocket": (owned("/api/v1/live", **UPGRADE, Origin=EVIL), "cross-site-refused"),
    "a WebSocket with a cookie and no origin": (owned("/api/v1/live", **UPGRADE), "cross-site-refused"),
    "another site asks whether it may (preflight)": (
        lambda house: request(house, "OPTIONS", "/api/v1/say", Origin=EVIL, Access_Control_Request_Method="POST"),
        "method-not-allowed",
    ),
    "a foreign name that leads here (DNS rebinding)": (get("/", Host="evil.example"), "host-refused"),
    "one that begins like ours": (get("/", Host="127.0.0.1.evil.example"), "host-refused"),
    "no name at all": (lines("GET / HTTP/1.0"), "host-refused"),
    "two names": (lines("GET / HTTP/1.1", HOST, "Host: evil.example"), "400"),
    "17 MiB of recording": (large_upload, "request-too-large"),
    "a form of 65 KiB": (
        lambda house: request(
            house, "POST", "/api/v1/say", bytes(65 << 10), X_Earshot="1", Cookie=house.cookie, Connection="close"
        ),
        "request-too-large",
    ),
    "a WebSocket frame over its bound": (large_frame, "WebSocket 1009"),
    "JSON 20,000 levels deep": (
        lambda house: request(house, "POST", "/api/v1/say", DEEP, X_Earshot="1", Cookie=house.cookie),
        "request-invalid",
    ),
    "JSON that is none": (
        lambda house: request(house, "POST", "/api/v1/say", b"\xff\xfe{", X_Earshot="1", Cookie=house.cookie),
        "request-invalid",
    ),
    "a head that comes byte by byte (slow loris)": (slow_head, CLOSED),
    "the same after a good request": (slow_second_head, CLOSED),
    "a head line of 10 KB": (lines("GET / HTTP/1.1", HOST, "X: " + "x" * 10_000), "400"),
    "1,000 head lines": (lines("GET / HTTP/1.1", HOST, *(f"X-{number}: 1" for number in range(1000))), "400"),
    "files outside, by dots": (lines("GET /../../etc/passwd HTTP/1.1", HOST, "Connection: close"), "not-found"),
    "by escaped dots": (lines("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", HOST, "Connection: close"), "not-found"),
    "by twice escaped dots": (lines("GET /js/%252e%252e/hub.toml HTTP/1.1", HOST, "Connection: close"), "not-found"),
    "by back slashes": (lines("GET /js\\..\\..\\hub.toml HTTP/1.1", HOST, "Connection: close"), "not-found"),
    "by a zero byte": (lines("GET /index.html%00.js HTTP/1.1", HOST, "Connection: close"), "not-found"),
    "an address of somebody else (proxy)": (
        lines("GET http://evil.example/ HTTP/1.1", HOST, "Connection: close"),
        "host-refused",
    ),
    "TRACE": (lines("TRACE / HTTP/1.1", HOST, "Connection: close"), "method-not-allowed"),
    "CONNECT": (lines("CONNECT evil.example:80 HTTP/1.1", HOST, "Connection: close"), "host-refused"),
    "a method by another header": (
        lambda house: request(
            house, "POST", "/api/v1/status", X_Earshot="1", X_HTTP_Method_Override="GET", Cookie=house.cookie
        ),
        "method-not-allowed",
    ),
    "a method with a line break": (lines("GE\nT / HTTP/1.1", HOST), "400"),
    "two lengths (smuggling)": (smuggled, "400"),
    "a length twice": (lines("POST /api/v1/say HTTP/1.1", HOST, "Content-Length: 1", "Content-Length: 2"), "400"),
    "a length with a sign": (lines("POST /api/v1/say HTTP/1.1", HOST, "Content-Length: +1"), "400"),
    "a folded line": (lines("GET / HTTP/1.1", HOST, "X: a", " b: c"), "400"),
    "a space before the colon": (lines("GET / HTTP/1.1", HOST, "Transfer-Encoding : chunked"), "400"),
    "HTTP/2 without being asked": (lines("PRI * HTTP/2.0", "", "SM"), "400"),
    "guessing the password": (guessing, "too-many-attempts"),
}


@pytest.mark.parametrize("what", TRIED)
async def test_it_is_refused(house, what):
    attempt, code = TRIED[what]
    assert await attempt(house) == code
    assert house.hub.asked == []


async def test_the_owner_is_not_refused(house):
    """The same requests as they are meant: none of the above is refused for another reason than it says."""
    for headers in ({"Content_Type": "application/json"}, {"X_Earshot": "1", "Origin": "{own}"}):
        assert await say(**headers)(house) == "200"
    assert [asked[0] for asked in house.hub.asked] == ["say", "say"]
    assert await owned("/api/v1/status", Sec_Fetch_Site="same-origin")(house) == "200"
    async with (
        visitor(house.port, headers={"Cookie": house.cookie}) as browser,
        browser.ws_connect("/api/v1/live") as socket,
    ):
        assert not socket.closed


async def test_no_answer_lets_another_site_read_it(house):
    async with visitor(house.port, headers={"Cookie": house.cookie, "Origin": EVIL}) as browser:
        for path in ("/", "/api/v1/status", "/api/v1/access"):
            async with browser.get(path) as response:
                assert not [name for name in response.headers if name.lower().startswith("access-control")]
                assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_one_address_cannot_take_every_connection(house):
    held = [await asyncio.open_connection("127.0.0.1", house.port) for _ in range(BOUNDS.of_address)]
    try:
        assert await get("/")(house) == CLOSED
    finally:
        for _, writer in held:
            writer.close()
    async with asyncio.timeout(5):
        while await get("/")(house) != "200":
            await asyncio.sleep(0.05)


def test_the_table_in_the_documentation_is_this_one():
    rows = "\n".join(f"| {what} | {_told(code)} |" for what, (_, code) in TRIED.items())
    table = f"| tried | answer |\n|---|---|\n{rows}\n"
    assert table in DOCUMENT.read_text("utf-8"), f"docs/web.md needs this table:\n{table}"


def _told(code: str) -> str:
    if code == CLOSED:
        return "the connection is closed"
    return f"{code} (bad request), closed" if code == "400" else f"`{code}`" if "-" in code else f"closed, {code}"
