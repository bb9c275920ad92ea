"""The first run in a browser: from nothing to the end, skipped and done; and the pages of devices and models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser import tended_house
from tests.browser.conftest import RunningHub, hub_process, temporary_home
from tests.browser.watched import DESKTOP, SMALL_PHONE
from tests.ports import free_port

STEPS = ["home", "rooms", "satellites", "microphone", "wake", "voice", "broker", "devices", "models", "done"]
TENDING = ["#/devices", "#/devices/satellite/kitchen", "#/models"]
LOOKS = [(SMALL_PHONE, "dark"), (DESKTOP, "light")]
HEARD_MS = 45_000  # a word every six seconds


@pytest.mark.parametrize("address", [*(f"#/setup/{step}" for step in STEPS), *TENDING])
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_page_is_for_everybody(open_page, address, size, scheme):
    watched = open_page(size, color_scheme=scheme)
    page = watched.open(address)
    page.wait_for_selector("#main .page > :nth-child(4)")
    page.wait_for_load_state("networkidle")
    watched.shoot(f"setup{address.strip('#').replace('/', '-')}-{scheme}")
    watched.assert_open_to_everybody()


def asked(page: Page, path: str) -> Any:
    """What the API says to who is signed in on that page."""
    return page.request.get(f"{page.url.split('#')[0].rstrip('/')}/api/v1{path}").json()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def at_step(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_it_is_left_and_taken_up_again_from_another_phone(open_page):
    page = open_page().open("#/setup/rooms")
    at_step(page, "Rooms")
    press(page, "Next")
    at_step(page, "Satellites")
    other = open_page(locale="de-DE").open("#/setup")
    at_step(other, "Satelliten")
    other.get_by_text("Alle Schritte").click()
    expect(other.get_by_role("link", name=re.compile("Räume.*erledigt"))).to_be_visible()


def test_what_is_said_before_the_page_is_connected_is_shown_and_stays(open_page):
    """The live view is the test's own: it opens, and tells nothing but what the test says."""
    watched = open_page()
    lines = []

    def taken(line: WebSocketRoute) -> None:
        lines.append(line)

    watched.page.route_web_socket("**/api/v1/live**", taken)
    page = watched.open("#/setup/done")
    at_step(page, "Ready")
    page.wait_for_timeout(500)  # the page knows what was said before it
    address = f"{page.url.split('#')[0].rstrip('/')}/api/v1/turns"
    told = page.request.post(address, data={"text": "turn on the hall light"}, headers={"X-Earshot": "page"})
    assert told.ok, told.text()
    words = page.locator("#main").get_by_text("“turn on the hall light”")
    expect(words).to_have_count(0)
    watched.allowed.append("WebSocket")
    lines[-1].close()  # it comes back by itself
    expect(words).to_be_visible()
    nobody = {"topic": "turn", "value": {**told.json()["trace"], "turn": "nobody", "transcript": ""}}
    lines[-1].send(json.dumps([nobody]))
    page.wait_for_timeout(300)
    expect(words).to_be_visible()


@dataclass
class Elsewhere:
    """The world around one hub on its first day."""

    hub: RunningHub
    satellite: str
    broker_port: int


@pytest.fixture
def nothing(browser) -> Iterator[Elsewhere]:
    """A hub that nobody owns, with a satellite, a broker and a server of models that it does not know of."""
    with ExitStack() as stack:
        enter = stack.enter_context
        home = enter(temporary_home())
        mirror = enter(tended_house.model_server())
        (home / "etc").mkdir()
        (home / "etc" / "models.toml").write_text(tended_house.own_catalogue())
        hub = enter(hub_process(home, f'[models]\nmirror = "{mirror}"\n', owned=False))
        port = enter(tended_house.broker(home))
        yield Elsewhere(hub, enter(tended_house.satellite(home)), port)


def become_owner(page: Page, hub: RunningHub) -> None:
    code = (hub.home / "var" / "page-code").read_text("ascii").strip()
    page.get_by_label("Set-up code").fill(code)
    page.get_by_label("New password").fill("a long enough password")
    page.locator("form button.primary").click()
    at_step(page, "Language and place")


def test_from_nothing_to_the_end_with_everything_skipped(nothing, open_page):
    watched = open_page(at=nothing.hub)
    page = watched.open("#/")
    become_owner(page, nothing.hub)
    for _ in STEPS[:-1]:
        title = page.get_by_role("heading", level=1).inner_text()
        press(page, "Skip")
        expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    press(page, "Finish")
    page.wait_for_url("**/#/")
    state = asked(page, "/setup")
    assert state == {"at": "done", "done": ["done"], "skipped": STEPS[:-1], "finished": True}
    assert (nothing.hub.home / "etc" / "hub.toml").read_text().count("[hub]") == 0, "nothing was written"


@pytest.mark.timeout(300)
def test_from_nothing_to_the_end_with_everything_done(nothing, open_page):
    watched = open_page(at=nothing.hub)
    watched.page.set_default_timeout(20_000)
    page = watched.open("#/")
    become_owner(page, nothing.hub)
    for step in (place, rooms, satellites, microphone, wake_word, voice):
        step(page, nothing)
        press(page, "Next")
    broker(page, nothing)
    press(page, "Next")
    devices(page)
    press(page, "Next")
    models(page, nothing)
    press(page, "Next")
    done(page)
    watched.shoot("setup-all-done")
    press(page, "Finish")
    page.wait_for_url("**/#/")
    assert asked(page, "/setup") == {"at": "done", "done": STEPS, "skipped": [], "finished": True}


def place(page: Page, nothing: Elsewhere) -> None:
    page.get_by_label("Name of the house").fill("Mill House")
    page.get_by_label("City").fill("york")
    page.get_by_role("button", name=re.compile("New York")).click()
    expect(page.locator("#main").get_by_text("New York, time zone America/New_York")).to_be_visible()
    toml = nothing.hub.home / "etc" / "hub.toml"
    assert "Mill House" not in toml.read_text()


def rooms(page: Page, nothing: Elsewhere) -> None:
    at_step(page, "Rooms")
    text = (nothing.hub.home / "etc" / "hub.toml").read_text()
    assert 'name = "Mill House"' in text
    assert 'timezone = "America/New_York"' in text
    page.get_by_label("Another room").fill("Attic")
    press(page, "Add")
    expect(page.locator(".rows .label", has_text="Attic")).to_be_visible()


def satellites(page: Page, nothing: Elsewhere) -> None:
    at_step(page, "Satellites")
    page.locator("#main").get_by_text("Add one by its address").click()
    page.get_by_label("Address").fill(nothing.satellite)
    press(page, "Adopt")
    card = page.locator("li.card", has_text=nothing.satellite)
    expect(card.get_by_text("connected")).to_be_visible()
    card.get_by_label("Name", exact=True).fill("Loft")
    card.get_by_label("Room", exact=True).select_option("Attic")
    card.get_by_role("button", name=re.compile("^Save")).click()
    expect(page.get_by_role("heading", name="Loft")).to_be_visible()
    renamed = page.locator("li.card", has_text="Loft")
    expect(renamed.get_by_text("connected")).to_be_visible()
    renamed.get_by_role("button", name=re.compile("say its name")).click()
    expect(renamed.get_by_role("alert")).to_have_count(0)


def microphone(page: Page, _: Elsewhere) -> None:
    at_step(page, "Microphone")
    page.get_by_label("Satellite", exact=True).select_option("Loft")
    expect(page.locator("#main").get_by_text("Good: loud enough")).to_be_visible(timeout=HEARD_MS)
    assert 0 <= int(page.get_by_role("meter").get_attribute("aria-valuenow") or -1) <= 100


def wake_word(page: Page, _: Elsewhere) -> None:
    at_step(page, "Wake word")
    page.get_by_label("Satellite", exact=True).select_option("Loft")
    expect(page.locator("#main").get_by_text("hey jarvis")).to_be_visible()
    expect(page.locator(".ticks .yes")).to_have_count(3, timeout=HEARD_MS)
    expect(page.locator("#main").get_by_text("Heard three times")).to_be_visible()


def voice(page: Page, _: Elsewhere) -> None:
    at_step(page, "Voice")
    with page.expect_response(re.compile("/voices/sample")) as answer:
        page.get_by_role("button", name="Listen: espeak-en-gb", exact=True).click()
    assert answer.value.headers["content-type"] == "audio/wav"
    page.get_by_label("espeak-en-gb", exact=False).first.check()


def broker(page: Page, nothing: Elsewhere) -> None:
    at_step(page, "Broker")
    page.get_by_label("One that is there").check()
    page.get_by_label("Host", exact=True).fill("127.0.0.1")
    page.get_by_label("Port", exact=True).fill(str(free_port()))
    press(page, "Try it")
    expect(page.locator("#main").get_by_text("nothing listens on this port")).to_be_visible()
    page.get_by_label("Port", exact=True).fill(str(nothing.broker_port))
    page.get_by_label("User", exact=True).fill("house")
    page.get_by_label("Password", exact=True).fill("wrong")
    press(page, "Next")
    expect(page.locator("#main").get_by_text("Wrong user or password")).to_be_visible()
    at_step(page, "Broker")
    page.get_by_label("Password", exact=True).fill("right")
    press(page, "Try it")
    expect(page.locator("#main").get_by_text("It works.")).to_be_visible()


def devices(page: Page) -> None:
    at_step(page, "Devices")
    expect(page.locator("#main").get_by_text("counts once the hub has started again")).to_be_visible()
    row = page.locator(".rows li", has_text="Good Night")
    row.get_by_label("Room: Good Night").select_option("Attic")
    row.get_by_role("button", name="Save: Good Night").click()
    expect(page.locator("#main").get_by_text("Attic (1)")).to_be_visible()


def models(page: Page, nothing: Elsewhere) -> None:
    at_step(page, "Models")
    card = page.locator("[data-model=tested-ears]")
    expect(card.get_by_text("CC0-1.0")).to_be_visible()
    expect(card.get_by_text("3.2 MB")).to_be_visible()
    card.get_by_role("button", name="Fetch: tested-ears").click()
    card.get_by_role("button", name=re.compile("^Cancel")).click()
    expect(card.get_by_text(re.compile("Cancelled|goes on"))).to_have_count(0, timeout=20_000)  # drawn anew
    card.get_by_role("button", name=re.compile("Go on fetching|Fetch")).click()
    expect(card.get_by_role("button", name="Verify: tested-ears")).to_be_visible(timeout=30_000)
    assert (nothing.hub.home / "var" / "models" / "tested-ears" / "tested.bin").read_bytes() == tended_house.WEIGHTS


def done(page: Page) -> None:
    at_step(page, "Ready")
    expect(page.locator("#main").get_by_text("turn on")).to_be_visible()
    address = f"{page.url.split('#')[0].rstrip('/')}/api/v1/turns"
    told = page.request.post(
        address, data={"text": "turn on the bed light", "satellite": "Loft"}, headers={"X-Earshot": "page"}
    )
    assert told.ok, told.text()
    expect(page.locator("#main").get_by_text("“turn on the bed light”")).to_be_visible()
