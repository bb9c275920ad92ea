"""A page with an owner, and whoever is signed in to it: for tests of what only the owner may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

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


def storage_state(session: aiohttp.ClientSession, port: int) -> dict[str, Any]:
    """The session's cookies, for ``browser.new_context(storage_state=…)`` of Playwright."""
    cookies = [
        {
            "name": cookie.key,
            "value": cookie.value,
            "domain": "127.0.0.1",
            "path": "/",
            "expires": -1,
            "httpOnly": True,
            "secure": False,
            "sameSite": "Strict",
        }
        for cookie in session.cookie_jar
    ]
    return {"cookies": cookies, "origins": [{"origin": f"http://127.0.0.1:{port}", "localStorage": []}]}
