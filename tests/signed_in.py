"""A page with an owner, and whoever is signed in to it: for tests of what only the owner may."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import aiohttp

from hub.web.access.door import Door, open_door
from hub.web.access.passwords import Passwords
from tests.fakes_control import ABOUT

PASSWORD = "correct horse battery"
PAGE_HEADERS = {"X-Earshot": "test"}


@asynccontextmanager
async def quick_door(folder, database=None, **times) -> AsyncIterator[Door]:
    """Real access with a hash that takes no time. Give its ``gate`` to page_server and its ``sources``' routes."""
    quick = Passwords(memory_kib=8, passes=1)
    async with open_door(folder, database, ABOUT, passwords=quick, **times) as door:
        yield door


def routes_of(door: Door):
    return [route for source in door.sources for route in source.routes()]


@asynccontextmanager
async def visitor(port: int, **settings: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody's browser: it keeps cookies and sends what our page sends."""
    base = f"http://127.0.0.1:{port}"
    jar = aiohttp.CookieJar(unsafe=True)  # of addresses, too
    headers = PAGE_HEADERS | {"Origin": base}
    headers |= settings.pop("headers", {})
    async with aiohttp.ClientSession(base, cookie_jar=jar, headers=headers, **settings) as session:
        yield session


@asynccontextmanager
async def owner_of(port: int, code: str, password: str = PASSWORD) -> AsyncIterator[aiohttp.ClientSession]:
    """Become the owner of a new hub with its set-up code (``door.owner.code``, or the file page-code in var)."""
    async with visitor(port) as session:
        async with session.post("/api/v1/access/first", json={"code": code, "password": password}) as response:
            assert response.status == 200, await response.text()
        yield session


@asynccontextmanager
async def signed_in(port: int, password: str = PASSWORD) -> AsyncIterator[aiohttp.ClientSession]:
    """Another browser of the owner."""
    async with visitor(port) as session:
        async with session.post("/api/v1/access/session", json={"password": password}) as response:
            assert response.status == 200, await response.text()
        yield session


def owner_state(url: str, code: str, password: str = PASSWORD) -> dict[str, Any]:
    """Become the owner of the hub at ``url``: its cookie, for ``browser.new_context(storage_state=…)``. Blocks."""
    body = json.dumps({"code": code, "password": password}).encode()
    headers = PAGE_HEADERS | {"Content-Type": "application/json", "Origin": url}
    with urlopen(Request(f"{url}/api/v1/access/first", data=body, headers=headers)) as response:
        name, _, value = response.headers["Set-Cookie"].partition(";")[0].partition("=")
    cookie = {
        "name": name,
        "value": value,
        "domain": urlsplit(url).hostname,
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": url.startswith("https:"),
        "sameSite": "Strict",
    }
    return {"cookies": [cookie], "origins": []}
