"""The page over real HTTP: its files, its own names, and the same answers as the control socket."""

from __future__ import annotations

import json
import socket
from contextlib import closing

import aiohttp
import pytest

from hub.config import WebSection
from hub.web.listeners import page_server
from hub.web.page import HEADERS
from tests.fakes_control import Everybody, FakeHub, api
from wire.errors import ConfigError


@pytest.fixture
async def hub():
    return FakeHub()


@pytest.fixture
async def port(hub):
    section = WebSection(port=0, names=["Box.lan"])
    async with page_server(api(hub), section, version="1.2.3", access=Everybody()) as port:
        yield port


@pytest.fixture
async def http(port):
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session


@pytest.mark.parametrize(
    ("address", "content_type"),
    [
        ("/", "text/html"),
        ("/style.css", "text/css"),
        ("/js/app.js", "text/javascript"),
        ("/words/de.json", "application/json"),
        ("/icon.svg", "image/svg+xml"),
        ("/icon-192.png", "image/png"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/sw.js", "text/javascript"),
        ("/api/v1/status", "application/json"),
        ("/api/v1/metrics", "text/plain"),
    ],
)
async def test_every_answer_is_guarded(http, address, content_type):
    async with http.get(address) as response:
        assert response.status == 200
        assert response.content_type == content_type
        kept = HEADERS | ({} if address.startswith("/api/") else {"Cache-Control": "no-cache"})
        assert {name: response.headers[name] for name in HEADERS} == kept
        assert await response.read()


async def test_the_status_has_what_the_page_draws(http, hub):
    async with http.get("/api/v1/status") as response:
        status = await response.json()
    assert set(status) == {"about", "health", "satellites", "house", "turns"}
    assert status["health"]["state"] == "degraded"
    assert status["house"]["entities"][0]["attributes"] == {"position": 5}
    assert status["turns"] == [json.loads(turn.json()) for turn in hub.turns]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost.evil.example:{port}",
        "127.0.0.1.evil.example",
        "evil.example@127.0.0.1",
        "127.1",
        "127.0.0.1:port",
        "[::1",
        "",
    ],
)
async def test_a_foreign_host_name_is_refused(http, port, host):
    async with http.get("/api/v1/status", headers={"Host": host.format(port=port)}) as response:
        assert response.status == 421
        body = await response.json()
    assert body["error"]["code"] == "host-refused"
    assert set(body) == {"error"}


@pytest.mark.parametrize(
    "host",
    [
        "LOCALHOST:{port}",
        "localhost",
        "localhost:1",
        "192.168.7.5:{port}",
        "[fe80::1]:{port}",
        "earshot.local",
        "box.lan",
    ],
)
async def test_addresses_and_own_names_are_its_own(http, port, host):
    async with http.get("/", headers={"Host": host.format(port=port)}) as response:
        assert response.status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("address", ["/", "/api/v1/status"])
async def test_what_is_read_cannot_be_changed(http, hub, method, address):
    async with http.request(method, address, data=b'{"text": "unlock the door"}') as response:
        assert response.status == 405
    assert hub.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "/turns",
        "/say",
        "/api/v1/sing",
        "/words/en/shell.json",
        "/../hub.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/page.js",
        "/x",
    ],
)
async def test_there_is_nothing_else(http, hub, address):
    for method in ("GET", "POST"):
        async with http.request(method, address) as response:
            assert response.status == 404
            assert (await response.json())["error"]["code"] == "not-found"
    assert hub.asked == []


async def test_garbage_harms_nobody_else(http, port):
    for garbage in (b"\x00\xff" * 500, b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n"):
        with closing(socket.create_connection(("127.0.0.1", port))) as bad:
            bad.sendall(garbage)
    async with http.get("/api/v1/health") as response:
        assert response.status == 200


async def test_a_port_in_use_is_named(hub, port):
    with pytest.raises(ConfigError) as caught:
        async with page_server(api(hub), WebSection(port=port), version="1.2.3", access=Everybody()):
            pass
    assert caught.value.code == "port-in-use"
    assert str(port) in caught.value.message


async def test_its_port_can_be_taken_again_at_once(hub):
    async with (
        page_server(api(hub), WebSection(port=0), version="1.2.3", access=Everybody()) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/") as response,
    ):
        assert response.status == 200
    async with page_server(api(hub), WebSection(port=port), version="1.2.3", access=Everybody()) as again:
        assert again == port


async def test_it_also_binds_the_newer_loopback(hub):
    try:
        async with (
            page_server(api(hub), WebSection(bind="::1", port=0), version="1.2.3", access=Everybody()) as port,
            aiohttp.ClientSession() as session,
            session.get(f"http://[::1]:{port}/") as response,
        ):
            assert response.status == 200
    except ConfigError as error:
        if error.code != "bind-refused":
            raise
        pytest.skip("this machine has no ::1")
