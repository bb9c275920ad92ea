"""Run by whatever Python has the ``wyoming`` package to be tested: a server and a client made of nothing else.

``serve``: listens on a free port, prints it, answers ``describe`` with ``info``, knows no pings, sends the rest back.
``call PORT``: reads events as lines of JSON from stdin, sends each, and prints what comes back as a line of JSON.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import socket
import sys

from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, Satellite
from wyoming.server import AsyncEventHandler, AsyncTcpServer

_SATELLITE = {
    "name": "Küche",
    "attribution": Attribution(name="a", url="b"),
    "installed": True,
    "description": "c",
    "version": "1",
    "area": None,
}
_FIELDS = {field.name for field in dataclasses.fields(Satellite)}  # they differ between versions
INFO = Info(satellite=Satellite(**{name: value for name, value in _SATELLITE.items() if name in _FIELDS}))


class Echo(AsyncEventHandler):
    async def handle_event(self, event: Event) -> bool:
        if event.type not in {
            "ping",
            "pong",
        }:  # 1.4.1 does not know them, and its satellite ignores what it does not know
            await self.write_event(INFO.event() if Describe.is_type(event.type) else event)
        return True


async def serve() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = asyncio.create_task(AsyncTcpServer("127.0.0.1", port).run(Echo))
    while True:
        try:
            _, probe = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)
        else:
            break
    probe.close()
    print(port, flush=True)  # noqa: T201
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until stdin is closed
    server.cancel()


async def call(port: int) -> None:
    async with AsyncTcpClient("127.0.0.1", port) as client:
        for line in sys.stdin:
            sent = json.loads(line)
            payload = base64.b64decode(sent["payload"]) or None
            await client.write_event(Event(sent["type"], sent["data"], payload))
            got = await client.read_event()
            back = base64.b64encode(got.payload or b"").decode()
            print(json.dumps({"type": got.type, "data": got.data or {}, "payload": back}), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(serve() if sys.argv[1] == "serve" else call(int(sys.argv[2])))
