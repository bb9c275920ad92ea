"""Who may use the page: the first owner, sessions, tokens; over real HTTP."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from hub.config import WebSection
from hub.store.database import Database
from hub.web.access.owner import Owner
from hub.web.access.spoken_code import SpokenCode
from hub.web.listeners import page_server
from hub.web.live import LiveFeed
from tests.fakes_control import FakeHub, api
from tests.signed_in import PASSWORD, owner_of, quick_door, routes_of, signed_in, visitor
from wire.errors import ConfigError

V1 = "/api/v1"


class Clock:
    """now: what the calendar says."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.seconds = 0.0

    def pass_by(self, time: timedelta) -> None:
        self.now += time
        self.seconds += time.total_seconds()


@pytest.fixture
async def clock():
    return Clock()


@pytest.fixture
async def feed():
    return LiveFeed()


@pytest.fixture
async def database(home):
    async with Database(home / "earshot.db") as database:
        yield database


@pytest.fixture
async def door(home, clock, database):
    async with quick_door(home, database, now=lambda: clock.now, clock=lambda: clock.seconds) as door:
        yield door


@pytest.fixture
async def port(door, feed):
    routes = [*api(FakeHub()), *routes_of(door), *feed.routes()]
    async with page_server(routes, WebSection(port=0), version="1.2.3", access=door.gate) as port:
        yield port


async def answer(session, method, path, **given):
    """Status and code of a refusal, or status and the answer's JSON."""
    async with session.request(method, V1 + path, **given) as response:
        body = await response.json()
        return response.status, body["error"]["code"] if response.status >= 400 else body


async def test_nothing_but_the_first_run_is_open_to_a_stranger(port):
    async with visitor(port) as stranger:
        assert await answer(stranger, "GET", "/access") == (
            200,
            {"state": "first-run", "scope": None, "transport": "http", "name": "Our house", "version": "1.2.3"},
        )
        for path in ("/health/live", "/health/ready"):
            assert (await answer(stranger, "GET", path))[0] == 200
        health = (await answer(stranger, "GET", "/health"))[1]
        assert [(part["name"], part["state"], part["detail"]) for part in health["components"]] == [
            ("stt", "ok", ""),
            ("store", "degraded", ""),  # but not why
        ]
        for path in ("/status", "/turns", "/metrics", "/openapi.json", "/access/sessions"):
            assert await answer(stranger, "GET", path) == (401, "owner-missing")
        assert await answer(stranger, "POST", "/say", json={"text": "hello"}) == (401, "owner-missing")
        assert await answer(stranger, "POST", "/access/session", json={"password": "x" * 8}) == (409, "owner-missing")


async def test_watchers_find_the_probes_where_they_look(port, door):
    async with owner_of(port, door.owner.code) as owner, visitor(port) as stranger:
        for path, strangers in (("/health", 200), ("/health/live", 200), ("/health/ready", 200), ("/metrics", 401)):
            async with owner.get(path) as told, stranger.get(path) as refused:
                assert (told.status, refused.status) == (200, strangers)
        async with owner.get("/health") as response:
            assert (await response.json())["components"][1]["detail"] == "disk full"


async def test_the_set_up_code_makes_one_owner(port, door, home):
    code = door.owner.code
    assert (home / "page-code").stat().st_mode & 0o777 == 0o600
    async with visitor(port) as stranger:
        first = {"code": "12 34", "password": PASSWORD}
        assert await answer(stranger, "POST", "/access/first", json=first) == (403, "code-wrong")
        first = {"code": code, "password": "short"}
        assert await answer(stranger, "POST", "/access/first", json=first) == (422, "password-unfit")
        async with owner_of(port, f"{code[:4]} {code[4:]}") as owner:
            assert (await answer(owner, "GET", "/access"))[1]["state"] == "signed-in"
            assert (await answer(owner, "GET", "/status"))[0] == 200
            assert (await answer(owner, "POST", "/say", json={"text": "hello"}))[0] == 200
        assert not (home / "page-code").exists()
        assert (home / "page-password.json").stat().st_mode & 0o777 == 0o600
        assert PASSWORD not in (home / "page-password.json").read_text()
        again = {"code": code, "password": PASSWORD}
        assert await answer(stranger, "POST", "/access/first", json=again) == (409, "owner-exists")
        assert await answer(stranger, "GET", "/status") == (401, "sign-in-required")


async def test_of_two_who_claim_it_at_once_one_becomes_the_owner(port, door):
    async with visitor(port) as one, visitor(port) as other:
        claims = [
            answer(each, "POST", "/access/first", json={"code": door.owner.code, "password": password})
            for each, password in ((one, "password one"), (other, "password two"))
        ]
        statuses = sorted(status for status, _ in await asyncio.gather(*claims))
    assert statuses == [200, 409]


async def test_the_cookie_is_kept_from_scripts_and_other_sites(port, door):
    async with visitor(port) as owner:
        body = {"code": door.owner.code, "password": PASSWORD}
        async with owner.post(V1 + "/access/first", json=body) as response:
            cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("earshot_session=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=31536000"} <= set(cookie.split("; "))


async def test_signing_in_and_out(port, door):
    async with owner_of(port, door.owner.code) as first, signed_in(port) as second:
        sessions = (await answer(first, "GET", "/access/sessions"))[1]
        assert [one["here"] for one in sessions] == [True, False]
        assert await answer(second, "DELETE", "/access/session") == (
            200,
            {"state": "signed-out", "scope": None, "transport": "http", "name": "Our house", "version": "1.2.3"},
        )
        assert await answer(second, "GET", "/status") == (401, "sign-in-required")
        assert len((await answer(first, "GET", "/access/sessions"))[1]) == 1


async def test_a_key_that_was_copied_is_worth_nothing_after_signing_out(port, door):
    async with owner_of(port, door.owner.code) as owner:
        (key,) = (cookie.value for cookie in owner.cookie_jar)
        await answer(owner, "DELETE", "/access/session")
        async with visitor(port, cookies={"earshot_session": key}) as thief:
            assert await answer(thief, "GET", "/status") == (401, "sign-in-required")


async def test_the_store_keeps_no_key(port, door, database):
    async with owner_of(port, door.owner.code) as owner:
        (key,) = (cookie.value for cookie in owner.cookie_jar)
        made = (await answer(owner, "POST", "/access/tokens", json={"name": "meter"}))[1]["key"]
        await database.write()
        kept = str(await database.rows("SELECT * FROM page_sessions, page_tokens"))
    assert "meter" in kept
    assert key not in kept
    assert made not in kept


async def test_sessions_and_tokens_outlive_the_hub(home, clock):
    keys = {}
    for _ in range(2):
        async with (
            Database(home / "earshot.db") as database,
            quick_door(home, database, now=lambda: clock.now) as door,
            page_server([*api(FakeHub()), *routes_of(door)], WebSection(port=0), version="1", access=door.gate) as port,
        ):
            if not keys:
                async with owner_of(port, door.owner.code) as owner:
                    keys = {cookie.key: cookie.value for cookie in owner.cookie_jar}
                    token = (await answer(owner, "POST", "/access/tokens", json={"name": "t"}))[1]["key"]
            else:
                async with visitor(port, cookies=keys) as owner:
                    assert (await answer(owner, "GET", "/status"))[0] == 200
                bearer = {"Authorization": f"Bearer {token}"}
                async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=bearer) as program:
                    assert (await answer(program, "GET", "/status"))[0] == 200


@pytest.mark.parametrize(
    ("steps", "status"),
    [([timedelta(days=29)] * 3, 200), ([timedelta(days=30)], 401), ([timedelta(days=20)] * 19, 401)],
)
async def test_a_session_ends_when_it_is_not_used_or_old(port, door, clock, steps, status):
    async with owner_of(port, door.owner.code) as owner:
        for step in steps:
            clock.pass_by(step)
            last = (await answer(owner, "GET", "/status"))[0]
    assert last == status


async def test_a_new_password_signs_out_every_other_browser(port, door):
    async with owner_of(port, door.owner.code) as here, signed_in(port) as lost_phone:
        wrong = {"current": "what was it", "password": "another password"}
        assert await answer(here, "POST", "/access/password", json=wrong) == (403, "password-wrong")
        right = {"current": PASSWORD, "password": "another password"}
        assert (await answer(here, "POST", "/access/password", json=right))[0] == 200
        assert (await answer(here, "GET", "/status"))[0] == 200
        assert await answer(lost_phone, "GET", "/status") == (401, "sign-in-required")
        old = {"password": PASSWORD}
        assert await answer(lost_phone, "POST", "/access/session", json=old) == (403, "password-wrong")
        async with signed_in(port, "another password") as again:
            assert (await answer(again, "GET", "/status"))[0] == 200


async def test_who_is_signed_out_elsewhere_hears_nothing_more(port, door):
    async with owner_of(port, door.owner.code) as here, signed_in(port) as lost_phone:
        async with lost_phone.ws_connect(V1 + "/live") as listening:
            (other,) = (one for one in (await answer(here, "GET", "/access/sessions"))[1] if not one["here"])
            assert (await answer(here, "DELETE", f"/access/sessions/{other['id']}"))[0] == 200
            ended = await listening.receive(timeout=5)
            assert ended.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR}
        assert await answer(here, "DELETE", f"/access/sessions/{other['id']}") == (404, "session-unknown")


async def test_who_listens_with_a_token_hears_nothing_after_its_end(port, door, clock):
    async with owner_of(port, door.owner.code) as owner, visitor(port) as program:
        asked = {"name": "wall clock", "scope": "read", "days": 1}
        token = (await answer(owner, "POST", "/access/tokens", json=asked))[1]["key"]
        bearer = {"Authorization": f"Bearer {token}"}
        clock.pass_by(timedelta(days=1) - timedelta(seconds=0.5))
        async with program.ws_connect(V1 + "/live", headers=bearer) as listening:
            ended = await listening.receive(timeout=5)
            assert ended.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR}


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        ("read", {"/status": 200, "/metrics": 200, "/say": 403, "/access/sessions": 403}),
        ("act", {"/status": 200, "/say": 200, "/access/sessions": 403}),
        ("admin", {"/status": 200, "/say": 200, "/access/sessions": 200}),
    ],
)
async def test_a_token_may_what_it_was_made_for(port, door, scope, may):
    async with owner_of(port, door.owner.code) as owner:
        made = (await answer(owner, "POST", "/access/tokens", json={"name": "panel", "scope": scope}))[1]
        shown = (await answer(owner, "GET", "/access/tokens"))[1]
        assert [one["key"] for one in shown] == [None]
        bearer = {"Authorization": f"Bearer {made['key']}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=bearer) as program:
            for path, status in may.items():
                how = ("POST", {"json": {"text": "hi"}}) if path == "/say" else ("GET", {})
                async with program.request(how[0], V1 + path, **how[1]) as response:
                    assert response.status == status, path
                    if status == 403:
                        assert (await response.json())["error"]["code"] == "scope-missing"
            assert (await answer(owner, "DELETE", f"/access/tokens/{made['id']}"))[0] == 200
            assert await answer(program, "GET", "/status") == (401, "token-refused")


async def test_a_token_ends_on_its_day(port, door, clock):
    async with owner_of(port, door.owner.code) as owner:
        made = (await answer(owner, "POST", "/access/tokens", json={"name": "guest", "days": 2}))[1]
    bearer = {"Authorization": f"Bearer {made['key']}"}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=bearer) as program:
        assert (await answer(program, "GET", "/status"))[0] == 200
        clock.pass_by(timedelta(days=2))
        assert await answer(program, "GET", "/status") == (401, "token-refused")


async def test_guessing_is_slowed_down(port, door, clock):
    async with owner_of(port, door.owner.code), visitor(port) as guesser:
        for _ in range(5):
            wrong = {"password": "guess again"}
            assert await answer(guesser, "POST", "/access/session", json=wrong) == (403, "password-wrong")
        async with guesser.post(V1 + "/access/session", json={"password": PASSWORD}) as response:
            assert response.status == 429
            assert response.headers["Retry-After"] == "1"
            assert (await response.json())["error"]["code"] == "too-many-attempts"
        clock.pass_by(timedelta(seconds=2))
        assert (await answer(guesser, "POST", "/access/session", json={"password": PASSWORD}))[0] == 200


def test_a_damaged_password_file_makes_no_new_owner(home):
    (home / "page-password.json").write_text('{"pass')
    with pytest.raises(ConfigError, match="page-password-unusable"):
        Owner(home, None).load()


async def test_twenty_live_pages_of_one_address_and_their_requests_have_room(port, door):
    async with owner_of(port, door.owner.code) as owner, AsyncExitStack() as pages:
        sockets = [await pages.enter_async_context(owner.ws_connect(V1 + "/live")) for _ in range(20)]
        asked = await asyncio.gather(*(answer(owner, "GET", "/status") for _ in range(40)))
        assert {status for status, _ in asked} == {200}
        assert not any(socket.closed for socket in sockets)


@pytest.mark.parametrize("bind", ["0.0.0.0", "::"])
async def test_it_listens_to_the_house(door, bind):
    async with (
        page_server(routes_of(door), WebSection(bind=bind, port=0), version="1", access=door.gate) as port,
        visitor(port) as stranger,
    ):
        assert (await answer(stranger, "GET", "/access"))[0] == 200


async def test_a_room_says_the_code_to_who_is_at_home_once_in_a_while(home, clock):
    hub = FakeHub()
    async with quick_door(home) as door:
        speaking = SpokenCode(door.owner, hub, lambda: clock.seconds)
        routes = [*routes_of(door), *speaking.routes()]
        async with (
            page_server(routes, WebSection(bind="127.0.0.1", port=0), version="1", access=door.gate) as port,
            visitor(port) as stranger,
        ):
            assert await answer(stranger, "POST", "/access/code") == (200, ["bedroom"])
            assert await answer(stranger, "POST", "/access/code") == (429, "too-many-attempts")
            clock.pass_by(timedelta(seconds=20))
            assert await answer(stranger, "POST", "/access/code") == (200, ["bedroom"])
            said = [asked[1] for asked in hub.asked]
            assert ["".join(filter(str.isdigit, text)) for text in said] == [door.owner.code] * 2
            async with owner_of(port, door.owner.code):
                assert await answer(stranger, "POST", "/access/code") == (409, "owner-exists")
