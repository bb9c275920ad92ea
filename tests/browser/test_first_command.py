"""From nothing to a spoken command: the set-up code, the wizard left alone, and a lamp that a voice turns on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import hub_process, temporary_home
from tests.browser.speaking import TURN_MS, microphone_of, speaking_browser
from tests.browser.test_setup import STEPS, asked, become_owner, press


@pytest.fixture(scope="module")
def hub() -> Iterator:
    with temporary_home() as home, hub_process(home, owned=False) as running:
        microphone_of(running, "turn on the bed light")
        yield running


@pytest.fixture(scope="module")
def browser(hub) -> Iterator:
    with speaking_browser(hub) as browser:
        yield browser


def test_from_nothing_to_a_lamp_that_a_voice_turned_on(hub, open_page):
    watched = open_page()
    page = watched.open("#/")
    become_owner(page, hub)
    for _ in STEPS[:-1]:
        title = page.get_by_role("heading", level=1).inner_text()
        press(page, "Skip")
        expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    press(page, "Finish")
    page.wait_for_url("**/#/")
    light = next(each for each in asked(page, "/house")["entities"] if each["name"] == "Bed Light")
    assert light["state"] != "on"
    watched.go("#/talk")
    page.click(".talk-button")
    expect(page.locator(".bubble .confirmed")).to_contain_text("Bed Light", timeout=TURN_MS)
    light = next(each for each in asked(page, "/house")["entities"] if each["name"] == "Bed Light")
    assert light["state"] == "on"
    watched.shoot("first-command")
