"""The routes of home over real HTTP: devices by hand, announcements, written turns, what is to come, lists."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from hub.audience import Audience
from hub.config import StoreSection, WebSection
from hub.errors import ActionFailed, StoreLost
from hub.reminders.lists import Lists
from hub.stages import Action
from hub.store.journal import Journal
from hub.web.chat_api import ChatApi
from hub.web.handling import Given, Handled
from hub.web.home_api import HomeApi
from hub.web.listeners import page_server
from hub.web.lists_api import ListsApi
from hub.web.live import LiveFeed
from hub.web.reminders_api import RemindersApi
from tests.fakes_control import Everybody, FakeHub
from tests.fakes_reminders import House

LAMP = "light.bed_light"


class FakeHands:
    """Obeys for one lamp, which needs the PIN 2468. asked: what was asked of it."""

    def __init__(self):
        self.asked, self.failure = [], None

    def takes(self, entity):
        return ["state"] if entity == LAMP else []

    async def command(self, entity, command, value, given):
        self.asked.append((entity, command, value, given))
        if self.failure:
            raise self.failure
        if entity != LAMP:
            return None
        if given.pin != "2468":
            return Handled("01T", "unconfirmed", "I need the PIN.", "pin", "wrong" if given.pin else "")
        return Handled("01T", "confirmed", "Done.", actions=[Action(LAMP, "Bed", command, "t", "p", "confirmed")])


@pytest.fixture
async def hub():
    return FakeHub()


@pytest.fixture
async def hands():
    return FakeHands()


@pytest.fixture
async def time():
    async with House().running() as house:
        yield house


@pytest.fixture
async def http(hub, hands, time, tmp_path):
    feed = LiveFeed()
    async with Journal(tmp_path / "e.db", StoreSection()) as journal:
        sources = [
            HomeApi(hub, hands, name="Our house"),
            ChatApi(hub),
            RemindersApi(time.reminders),
            ListsApi(Lists(journal.database), feed),
        ]
        routes = [route for source in sources for route in source.routes()]
        async with (
            page_server(routes, WebSection(port=0), version="1", access=Everybody()) as port,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}/api/v1/") as session,
        ):
            yield session


async def sent(http, method, path, body=None, *, status=200):
    async with http.request(method, path, json=body) as response:
        answer = await response.json()
        assert response.status == status, answer
        return answer


async def test_home_has_what_the_first_page_draws(http):
    home = await sent(http, "GET", "home")
    assert (home["name"], home["names_version"]) == ("Our house", 1)
    assert home["devices"][0]["takes"] == ["state"]
    assert home["devices"][0]["entity"]["entity_id"] == LAMP
    assert home["satellites"][0]["name"] == "bedroom"


async def test_a_device_is_moved_with_what_was_shown(http, hands):
    asked = await sent(http, "POST", f"devices/{LAMP}/command", {"command": "brightness", "value": 40})
    assert (asked["outcome"], asked["needs"], asked["secret"]) == ("unconfirmed", "pin", "")
    body = {"command": "brightness", "value": 40, "confirmed": True, "pin": "2468"}
    assert (await sent(http, "POST", f"devices/{LAMP}/command", body))["outcome"] == "confirmed"
    assert hands.asked == [(LAMP, "brightness", 40, Given()), (LAMP, "brightness", 40, Given(True, "2468"))]


@pytest.mark.parametrize(
    ("entity", "body", "status", "code"),
    [
        ("light.none", {"command": "turn_on"}, 404, "device-unknown"),
        (LAMP, {"command": "explode"}, 400, "request-invalid"),
        (LAMP, {"command": "turn_on", "more": 1}, 400, "request-invalid"),
        (LAMP, {"command": "turn_on", "pin": "1" * 41}, 400, "request-invalid"),
    ],
)
async def test_what_is_no_command_is_refused(http, entity, body, status, code):
    refused = await sent(http, "POST", f"devices/{entity}/command", body, status=status)
    assert refused["error"]["code"] == code


async def test_a_lost_broker_is_told_as_such(http, hands):
    hands.failure = ActionFailed("broker-lost", "gone")
    refused = await sent(http, "POST", f"devices/{LAMP}/command", {"command": "turn_on"}, status=502)
    assert refused["error"]["code"] == "broker-lost"


async def test_an_announcement_goes_to_the_rooms_that_were_chosen(http, hub):
    body = {"text": "dinner", "rooms": ["Kitchen"], "chime": True}
    assert await sent(http, "POST", "announcements", body) == ["bedroom"]
    assert hub.asked == [("say", "dinner", None, None, Audience(rooms=("Kitchen",)), True)]


async def test_a_satellites_volume_is_set_if_there_is_one(http, hub):
    await sent(http, "PUT", "satellites/bedroom/volume", {"percent": 30})
    assert hub.asked == [("volume", "bedroom", 30)]
    refused = await sent(http, "PUT", "satellites/attic/volume", {"percent": 30}, status=404)
    assert refused["error"]["code"] == "satellite-unknown"


async def lines(http, body):
    async with http.post("turns/stream", json=body) as response:
        assert response.content_type == "application/x-ndjson"
        return [json.loads(line) async for line in response.content]


async def test_a_written_answer_comes_piece_by_piece(http, hub):
    hub.pieces = ("One.", "Two.")
    hub.awaited["page-1"] = "answer"
    told = await lines(http, {"text": "why", "satellite": "page-1"})
    assert told[:2] == [{"piece": "One."}, {"piece": "Two."}]
    assert told[2]["trace"]["reply"] == "Bed Light is on."
    assert told[2]["awaits"] == "answer"


async def test_a_piece_is_there_before_the_turn_is_over(http, hub):
    hub.pieces, more = ("One.",), asyncio.Event()
    hub.before_end = more.wait
    async with http.post("turns/stream", json={"text": "why", "satellite": "page-1"}) as response:
        assert json.loads(await response.content.readline()) == {"piece": "One."}
        more.set()
        assert "trace" in json.loads(await response.content.readline())


async def test_a_written_turn_that_cannot_begin_is_refused_as_any_other(http, hub):
    hub.failure = StoreLost("store-full", "no room")
    async with http.post("turns/stream", json={"text": "why", "satellite": "page-1"}) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (503, "store-full")


async def test_who_leaves_ends_the_turn(http, hub):
    hub.never_ends = True
    asking = asyncio.ensure_future(lines(http, {"text": "why", "satellite": "page-1"}))
    async with asyncio.timeout(5):
        while not hub.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        await hub.cancelled.wait()


async def test_a_timer_runs_is_held_goes_on_and_is_cancelled(http, time):
    agenda = await sent(http, "POST", "reminders", {"kind": "timer", "seconds": 600, "text": " pasta "}, status=201)
    (timer,) = agenda["reminders"]
    assert (timer["text"], timer["length_seconds"], timer["state"]) == ("pasta", 600.0, "pending")
    assert (agenda["wall"][:16], timer["wall"][:16]) == ("2026-11-23T13:00", "2026-11-23T13:10")
    path = f"reminders/{timer['id']}"
    (held,) = (await sent(http, "POST", f"{path}/pause", {}))["reminders"]
    assert held["due"] is None
    assert 598 < held["left_seconds"] <= 600
    (runs,) = (await sent(http, "POST", f"{path}/resume", {}))["reminders"]
    assert runs["due"]
    assert (await sent(http, "DELETE", path))["reminders"] == []
    assert (await sent(http, "DELETE", path, status=404))["error"]["code"] == "reminder-unknown"


async def test_what_rings_is_snoozed_and_stopped(http, time):
    await sent(http, "POST", "reminders", {"kind": "timer", "seconds": 1}, status=201)
    async with asyncio.timeout(5):
        while not time.rooms.sounding:
            await asyncio.sleep(0.02)
    (ringing,) = (await sent(http, "GET", "reminders"))["reminders"]
    assert ringing["state"] == "ringing"
    (snoozed,) = (await sent(http, "POST", f"reminders/{ringing['id']}/snooze", {"minutes": 5}))["reminders"]
    assert snoozed["state"] == "snoozed"
    assert not time.rooms.sounding
    assert (await sent(http, "DELETE", f"reminders/{ringing['id']}"))["reminders"] == []


async def test_alarms_and_reminders_are_set_by_the_houses_clock(http):
    body = {"kind": "alarm", "at": "2026-11-24T07:00", "repeat": "FREQ=DAILY", "area": "Bedroom"}
    await sent(http, "POST", "reminders", body, status=201)
    agenda = await sent(
        http, "POST", "reminders", {"kind": "reminder", "text": "bins", "at": "2026-11-23T20:00"}, status=201
    )
    first, second = agenda["reminders"]
    assert (first["text"], first["due"]) == ("bins", "2026-11-23T19:00:00.000Z")
    assert (second["kind"], second["repeat"], second["area"]) == ("alarm", "FREQ=DAILY", "Bedroom")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "timer"},
        {"kind": "timer", "seconds": 0.5},
        {"kind": "timer", "seconds": 9_000_000},
        {"kind": "alarm"},
        {"kind": "alarm", "at": "2026-11-23T11:00"},
        {"kind": "alarm", "at": "2026-13-23T11:00"},
        {"kind": "alarm", "at": "2026-11-24T07:00", "repeat": "FREQ=NEVER"},
        {"kind": "reminder", "at": "2026-11-24T07:00"},
    ],
)
async def test_what_cannot_be_kept_is_refused_and_says_why(http, time, body):
    refused = await sent(http, "POST", "reminders", body, status=422)
    assert refused["error"]["code"] == "reminder-invalid"
    assert time.store.kept == {}


async def test_a_full_disk_keeps_nothing_and_says_so(http, time):
    time.store.full = True
    refused = await sent(http, "POST", "reminders", {"kind": "timer", "seconds": 60}, status=503)
    assert refused["error"]["code"] == "store-full"


async def test_lists_are_written_ticked_off_and_emptied(http):
    await sent(http, "POST", "lists/items", {"text": "milk"}, status=201)
    await sent(http, "POST", "lists/items", {"text": "Milk", "list": "Shopping List"}, status=201)  # there already
    lists = await sent(http, "POST", "lists/items", {"text": "tent", "list": "Holiday"}, status=201)
    assert [(each["name"], [item["text"] for item in each["items"]]) for each in lists] == [
        ("", ["milk"]),
        ("Holiday", ["tent"]),
    ]
    milk = lists[0]["items"][0]["id"]
    done = await sent(http, "POST", f"lists/items/{milk}/done", {})
    assert done[0]["items"][0]["done"] is True
    assert (await sent(http, "DELETE", f"lists/items/{milk}"))[0]["items"] == []
    assert (await sent(http, "DELETE", f"lists/items/{milk}", status=404))["error"]["code"] == "list-item-unknown"
    assert (await sent(http, "POST", "lists/items", {"text": " "}, status=422))["error"]["code"] == "list-item-empty"
