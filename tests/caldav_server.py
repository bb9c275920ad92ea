"""Radicale on loopback, with one user and one calendar; and a server that says what a test wants."""

from __future__ import annotations

import asyncio
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.ports import free_port

USER, PASSWORD = "anna", "se:cret ü"
_READY_SECONDS = 30.0
_MAKE = """<?xml version="1.0"?><C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
<displayname>Home</displayname></prop></set></C:mkcalendar>"""


@dataclass
class CalDavServer:
    """url: of the calendar. user_url: of the user, which is no calendar. rights: a file; see Radicale's from_file."""

    user_url: str
    url: str
    password_file: Path
    session: aiohttp.ClientSession

    async def put(self, name: str, text: str) -> None:
        async with self.session.put(f"{self.url}{name}.ics", data=text.replace("\n", "\r\n").encode()) as response:
            assert response.status in {201, 204}, await response.text()

    async def delete(self, name: str) -> None:
        async with self.session.delete(f"{self.url}{name}.ics") as response:
            assert response.status in {200, 204}

    async def names(self) -> list[str]:
        async with self.session.request("PROPFIND", self.url, headers={"Depth": "1"}) as response:
            return [part.partition("<")[0] for part in (await response.text()).split("<href>")[1:]]


@asynccontextmanager
async def caldav_server(folder: Path, port: int | None = None) -> AsyncIterator[CalDavServer]:
    """Run it while the block runs; its calendars stay in ``folder``."""
    port = port or free_port()
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    password_file.chmod(0o600)
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {folder / 'users'}\n"
        f"htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {folder / 'data'}\n"
    )
    with (folder / "radicale.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "radicale", "--config", str(folder / "config"), stdout=log, stderr=log
        )
    try:
        login = {"Authorization": f"Basic {b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"}
        async with aiohttp.ClientSession(headers=login) as session:
            user_url = f"http://127.0.0.1:{port}/{USER}/"
            server = CalDavServer(user_url, f"{user_url}home/", password_file, session)
            await _ready(server, process)
            yield server
    finally:
        process.terminate()
        await process.wait()


async def _ready(server: CalDavServer, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            assert process.returncode is None, "radicale ended"
            try:
                async with server.session.request("MKCALENDAR", server.url, data=_MAKE) as response:
                    assert response.status in {201, 409}, await response.text()
                    return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
