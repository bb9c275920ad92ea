"""Speaking with the page: Chromium's microphone is a recording, everything behind it is the real thing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import RunningHub, hub_process, temporary_home
from tests.browser.speaking import TURN_MS, microphone_of, speaking_browser
from tests.browser.watched import DESKTOP, PHONE, Watched


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    """One that has been heard to say the sentence which the microphone hears."""
    with temporary_home() as home, hub_process(home) as running:
        microphone_of(running, "turn on the bed light")
        yield running


@pytest.fixture(scope="module")
def browser(hub: RunningHub) -> Iterator[Browser]:
    with speaking_browser(hub) as browser:
        yield browser


def _log(watched: Watched) -> list[str]:
    return watched.page.locator(".bubble .words").all_inner_texts()


def _wait_for_lines(watched: Watched, count: int) -> list[str]:
    script = "count => document.querySelectorAll('.bubble:not([aria-busy])').length >= count"
    watched.page.wait_for_function(script, arg=count, timeout=TURN_MS)
    return _log(watched)


def test_one_click_and_a_spoken_command_turns_on_the_lamp(open_page):
    watched = open_page(PHONE)
    watched.open("#/talk")
    watched.page.click(".talk-button")
    person, answer = _wait_for_lines(watched, 2)
    assert (person.casefold(), answer) == ("turn on the bed light", "Turned on the light.")
    watched.page.wait_for_selector(".bubble .confirmed")  # what was done, with its proof
    watched.shoot("talk-answered")
    watched.page.wait_for_function("() => document.querySelector('.talk-button').dataset.state === 'ready'")


def test_typed_sentences_are_the_same_conversation(open_page):
    watched = open_page(DESKTOP)
    watched.open("#/talk")
    for said, answer in (("turn on the bed light", "Turned on the light."), ("turn it off", "Turned off the light.")):
        before = len(_log(watched))
        watched.page.fill("#chat-text", said)
        watched.page.press("#chat-text", "Enter")
        assert _wait_for_lines(watched, before + 2)[-1] == answer
    watched.shoot("talk-typed")


def test_it_is_for_everybody(open_page):
    watched = open_page(PHONE, color_scheme="dark")
    watched.open("#/talk")
    watched.assert_open_to_everybody()


def test_the_button_works_with_keys_alone(open_page):
    watched = open_page(DESKTOP)
    watched.open("#/talk")
    watched.page.focus(".talk-button")
    watched.page.keyboard.press("Space")
    watched.page.wait_for_function("() => document.querySelector('.talk-button').dataset.state === 'listening'")


def test_without_a_microphone_it_says_why(open_page):
    watched = open_page(PHONE)
    watched.page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined });")
    watched.open("#/talk")
    watched.page.click(".talk-button")
    watched.page.wait_for_function("() => document.querySelector('.talk-state').textContent.includes('HTTPS')")
