"""Why: a household sees what was said and what came of it, why, and can set it right; charts over time."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hub.engines.espeak import espeak
from tests.browser.conftest import RunningHub, hub_process, temporary_home
from tests.browser.watched import DESKTOP, PHONE, SMALL_PHONE
from tests.signed_in import PAGE_HEADERS
from wire.pcm import Pcm
from wire.wav import wav_bytes

CONFIG = '[privacy]\nkeep_speech = true\n[wake]\nwords = ["hey_jarvis"]\n'
SOCKET_SECONDS = 30


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    """One with turns: a spoken command after its wake word, a wake word and nothing, and two written sentences."""
    with temporary_home() as home, hub_process(home, CONFIG) as running:
        for said in ("Hey Jarvis. Turn on the bed light", "Hey Jarvis!"):
            post(running, "/turns?wake=true&area=Kitchen&satellite=kitchen", spoken(said), "audio/wav")
        for written in ("turn on the night glow", "unlock the front door"):
            ask(running, written)
        yield running


def _fetch(hub: RunningHub, path: str, body: bytes | None = None, kind: str = ""):
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in hub.owner["cookies"])
    headers = {"Cookie": cookies, **PAGE_HEADERS, **({"Content-Type": kind} if kind else {})}
    request = urllib.request.Request(f"{hub.url}/api/v1{path}", body, headers)
    with urllib.request.urlopen(request, timeout=SOCKET_SECONDS) as answer:
        return json.load(answer)


def post(hub: RunningHub, path: str, body: bytes, kind: str = "application/json") -> dict:
    return _fetch(hub, path, body, kind)


def get(hub: RunningHub, path: str):
    return _fetch(hub, path)


def ask(hub: RunningHub, text: str) -> dict:
    return post(hub, "/turns", json.dumps({"text": text}).encode())["trace"]


def spoken(text: str) -> bytes:
    """By the voice that every machine has, after half a second of silence: what the wake word's networks need."""
    voice = espeak()
    return wav_bytes(Pcm(voice.rate_hz, 2, 1, bytes(voice.rate_hz) + voice.speak(text)))


def turn_of(hub: RunningHub, outcome: str) -> str:
    return get(hub, f"/turns?outcome={outcome}&limit=1")[0]["turn"]


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, DESKTOP], ids=["small", "phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["#/why", "done", "#/charts"])
def test_every_page_is_for_everybody(hub, open_page, address, size, scheme):
    watched = open_page(size, color_scheme=scheme, locale="de-DE" if scheme == "dark" else "en-GB")
    watched.open(address if address.startswith("#") else f"#/why/{turn_of(hub, address)}")
    watched.page.wait_for_load_state("networkidle")
    watched.shoot(f"why-{address.strip('#/')}-{scheme}")
    watched.assert_open_to_everybody()


def test_turns_are_listed_and_filtered(open_page):
    page = open_page().open("#/why")
    rows = page.locator(".turns-list > li")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("unlock the front door")
    expect(rows.first).to_contain_text("Refused")
    page.get_by_label("Outcome").select_option(label="Nobody spoke")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("(nobody spoke)")
    page.get_by_label("Outcome").select_option(label="Failed")
    expect(page.get_by_text("Nothing was said here yet")).to_be_visible()


def test_a_spoken_turn_is_explained_in_plain_words_a_picture_and_a_table(hub, open_page):
    page = open_page(DESKTOP).open("#/why")
    page.get_by_role("link", name="turn on the Bed Light").click()
    story = page.locator(".story")
    expect(story).to_contain_text("The wake word “hey jarvis” was heard")
    expect(story).to_contain_text("for you to finish")
    expect(story).to_contain_text("I heard “turn on the Bed Light”")
    expect(story).to_contain_text("the device itself showed it after")
    picture = page.get_by_role("img", name="Sound, wake word, voice")
    expect(picture.locator("text.lane")).to_have_text(
        [
            "What the microphone heard",
            "How much it sounded like the wake word",
            "How sure I was that somebody speaks",
            "Words as they came",
            "What took how long",
        ]
    )
    assert picture.locator(".sound").bounding_box()["height"] > 20
    assert picture.locator(".score").bounding_box()["height"] > 10
    page.get_by_text("As a table").click()
    table = page.get_by_role("table")
    expect(table).to_contain_text("Somebody began to speak")
    expect(table).to_contain_text("Preparing the answer")
    expect(page.get_by_text("simulated/light/bed_light/state ON")).to_be_visible()


def test_the_kept_sound_can_be_played(hub, open_page):
    page = open_page().open(f"#/why/{turn_of(hub, 'done')}")
    audio = page.locator("audio")
    audio.evaluate("audio => audio.play()")
    page.wait_for_function("() => document.querySelector('audio').duration > 0.5")


def test_it_is_run_again_without_doing_anything(hub, open_page):
    before = len(get(hub, "/turns?limit=100"))
    watched = open_page()
    page = watched.open(f"#/why/{turn_of(hub, 'done')}")
    page.get_by_label("Heard by").select_option(label="The box's own ears")
    page.get_by_role("button", name="Try, without doing anything").click()
    expect(page.get_by_text("Heard this time: turn on the Bed Light")).to_be_visible(timeout=20_000)
    watched.shoot("why-again")
    assert len(get(hub, "/turns?limit=100")) == before


def test_a_false_wake_is_marked_and_kept_as_an_example(hub, open_page):
    turn = turn_of(hub, "silent")
    page = open_page().open(f"#/why/{turn}")
    expect(page.locator(".story")).to_contain_text("nobody spoke")
    page.get_by_role("button", name="No, a false wake").click()
    expect(page.get_by_text("kept as an example of what “hey_jarvis” is not")).to_be_visible()
    assert (hub.home / "var/wake/clips/hey_jarvis/others" / f"{turn}.wav").is_file()
    page.goto(f"{hub.url}/#/why")
    expect(page.locator(".turns-list")).to_contain_text("False wake")


def test_a_device_gets_another_name_and_is_understood_by_it(hub, open_page):
    watched = open_page()
    page = watched.open(f"#/why/{turn_of(hub, 'not-understood')}")
    expect(page.locator(".story")).to_contain_text("I know no device or room of that name")
    page.get_by_text("We call a device something else").click()
    page.get_by_label("We call it").fill("night glow")
    page.get_by_label("Device", exact=True).select_option(label="Bed Light (Bedroom)")
    watched.shoot("why-alias")
    page.get_by_role("button", name="Remember this name").click()
    expect(page.get_by_text("Understood from now on")).to_be_visible()
    page.get_by_role("button", name="Try, without doing anything").click()
    expect(page.locator(".card", has_text="Once more").get_by_text("turn on", exact=True)).to_be_visible(timeout=20_000)
    assert ask(hub, "turn on the night glow")["actions"][0]["entity"] == "light.bed_light"


def test_what_was_said_becomes_a_correction(hub, open_page):
    page = open_page().open(f"#/why/{get(hub, '/turns?satellite=kitchen&outcome=done')[0]['turn']}")
    page.get_by_label("What was said").fill("turn off the bed light")
    page.get_by_role("button", name="That was said").click()
    expect(page.get_by_text("Noted as a correction")).to_be_visible()
    assert get(hub, "/turns?satellite=kitchen&outcome=done")[0]["note"] == "turn off the bed light"


def test_a_turn_is_seen_while_it_happens(hub, open_page):
    page = open_page().open("#/why")
    page.wait_for_load_state("networkidle")
    ask(hub, "what time is it")
    running = page.locator(".running")
    expect(running).to_be_visible()
    expect(running.get_by_role("link", name="See why")).to_be_visible()
    expect(page.locator(".turns-list > li").first).to_contain_text("what time is it")
    expect(running).to_have_count(0, timeout=8_000)


def test_a_forgotten_turn_is_gone(hub, open_page):
    turn = ask(hub, "turn on the rubber duck")["turn"]
    page = open_page().open(f"#/why/{turn}")
    page.get_by_role("button", name="Forget").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The audit log still says")
    dialog.get_by_role("button", name="Forget").click()
    expect(page.locator(".turns-list")).to_be_visible()
    assert turn not in [each["turn"] for each in get(hub, "/turns?limit=100")]


def test_an_unknown_turn_says_so(open_page):
    watched = open_page()
    watched.allowed.append("404")
    page = watched.open("#/why/01HXXX")
    expect(page.get_by_role("alert").get_by_text("turn-unknown")).to_be_visible()


def test_charts_draw_what_was_measured_and_say_it_as_a_table(open_page):
    watched = open_page(DESKTOP)
    page = watched.open("#/charts")
    waited = page.locator(".card", has_text="How long people waited")
    turns = page.locator(".card", has_text="How often somebody asked")
    expect(turns.get_by_role("img")).to_be_visible()
    turns.get_by_text("As a table").click()
    expect(turns.get_by_role("table")).to_contain_text("Turns")
    waited.get_by_label("Which part").select_option(label="Working out the words")
    expect(waited).to_contain_text("Half were quicker than")
    temperature = page.locator(".card", has_text="Temperature")
    expect(temperature.locator("canvas, .empty:not([hidden])")).to_have_count(1)
    page.get_by_label("Period").select_option(label="Last week")
    expect(turns.get_by_role("table")).to_be_visible()


def test_the_chart_library_is_fetched_only_where_charts_are(open_page):
    watched = open_page()
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    watched.open("#/why")
    watched.page.wait_for_load_state("networkidle")
    pages = [url for url in asked if "uPlot" in url and "sw.js" not in url]
    assert pages == []
    watched.go("#/charts")
    watched.page.wait_for_selector(".page-charts .chart")
    assert [Path(url).name for url in asked if "uPlot" in url] == ["uPlot.css", "uPlot.js"]
