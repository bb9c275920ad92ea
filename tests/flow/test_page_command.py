"""``earshot page``: over the control socket, by whoever may use the hub's files."""

from __future__ import annotations

import pytest

from hub.config import WebSection
from hub.web.client import ControlClient
from hub.web.listeners import control_socket, page_server
from tests.fakes_control import FakeHub, api
from tests.signed_in import PASSWORD, owner_of, quick_door, routes_of, signed_in, visitor
from wire.errors import EarshotError


@pytest.fixture
async def door(home):
    async with quick_door(home) as door:
        yield door


@pytest.fixture
async def client(door, home):
    routes = [*api(FakeHub()), *routes_of(door), *door.local.routes()]
    async with control_socket(routes, home / "hub.sock"), ControlClient(home / "hub.sock") as client:
        yield client


@pytest.fixture
async def port(door):
    section = WebSection(port=0, bind="127.0.0.1")
    async with page_server([*api(FakeHub()), *routes_of(door)], section, version="1", access=door.gate) as port:
        yield port


async def test_the_code_is_told_until_there_is_an_owner(client, port):
    async with owner_of(port, await client.setup_code()):
        with pytest.raises(EarshotError, match="owner-exists"):
            await client.setup_code()


async def test_a_forgotten_password_is_replaced_and_every_browser_signed_out(client, port, door):
    async with owner_of(port, door.owner.code) as browser:
        await client.set_password("a new password")
        async with browser.get("/api/v1/status") as response:
            assert response.status == 401
    async with signed_in(port, "a new password"):
        pass
    with pytest.raises(AssertionError, match="password-wrong"):
        async with signed_in(port, PASSWORD):
            pass


async def test_a_password_that_is_too_short_changes_nothing(client, door):
    with pytest.raises(EarshotError, match="password-unfit"):
        await client.set_password("short")
    assert not door.owner.exists


async def test_a_token_made_there_opens_the_page(client, port):
    await client.set_password(PASSWORD)
    token = await client.make_token("meter", "read", None)
    bearer = {"Authorization": f"Bearer {token.key}"}
    async with visitor(port, headers=bearer) as program, program.get("/api/v1/status") as response:
        assert response.status == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/access/code"), ("PUT", "/access/password")])
async def test_the_page_has_none_of_this(port, door, method, path):
    async with (
        owner_of(port, door.owner.code) as owner,
        owner.request(method, f"/api/v1{path}", json={"password": "a new password"}) as response,
    ):
        assert response.status in {404, 405}
