"""The frame around every page: small enough for a phone, readable by everybody, and honest when the hub is away."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import hub_process, temporary_home
from tests.browser.watched import DESKTOP, LOOKS
from tests.ports import free_port
from tests.programs import ROOT

PAGES = ["#/health", "#/more"]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_for_everybody(open_page, address):
    for size, scheme in LOOKS:
        watched = open_page(size, color_scheme=scheme)
        watched.open(address)
        watched.shoot(f"{address.strip('#/') or 'home'}-{scheme}")
        watched.assert_open_to_everybody()


def sizes_until_interactive(page, url):
    """Bytes on the wire of each answer until the page can be used, headers too."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    asked, bytes_of = {}, {}
    session.on("Network.requestWillBeSent", lambda event: asked.setdefault(event["requestId"], event["request"]["url"]))
    session.on(
        "Network.loadingFinished", lambda event: bytes_of.setdefault(event["requestId"], event["encodedDataLength"])
    )
    page.goto(f"{url}/#/")
    page.wait_for_selector("html[data-ready]")
    return {asked[key]: size for key, size in bytes_of.items()}


def test_the_first_page_is_small_and_soon_there(open_page, hub):
    """150 kB over the wire, API answers too; a second with a processor four times slower."""
    watched = open_page()
    page = watched.page
    sizes = sizes_until_interactive(page, hub.url)
    total = sum(sizes.values())
    print(f"first page: {total} bytes in {len(sizes)} answers")  # noqa: T201 a figure for the log
    assert len(sizes) > 10
    assert total <= 150_000
    slow = open_page()
    session = slow.page.context.new_cdp_session(slow.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    slow.open()
    ready_ms = slow.page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    print(f"interactive after {ready_ms:.0f} ms at a quarter of the speed")  # noqa: T201 likewise
    assert ready_ms <= 3000  # the goal is 1000 on a machine of its own; this one is shared


def test_only_one_sheet_and_modules_stand_before_the_page(open_page):
    page = open_page().open()
    blocking = page.evaluate(
        "performance.getEntriesByType('resource').filter((each) => each.renderBlockingStatus === 'blocking')"
        ".map((each) => new URL(each.name).pathname)"
    )
    assert blocking == ["/style.css"]


@pytest.mark.parametrize(
    ("locale", "title"), [("en-GB", "Home"), ("de-AT", "Zuhause"), ("fr-FR", "Maison"), ("sv-SE", "Home")]
)
def test_it_speaks_the_browsers_language(open_page, locale, title):
    page = open_page(locale=locale).open()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page).to_have_title(f"{title} \N{EN DASH} Earshot")


def test_another_language_can_be_chosen_and_stays(open_page):
    watched = open_page()
    page = watched.open("#/more")
    page.locator("#more-language").select_option("de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mehr")
    assert page.evaluate("document.documentElement.lang") == "de"
    watched.open("#/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zuhause")


def test_an_address_that_is_none_shows_home_and_says_so(open_page):
    page = open_page().open("#/nowhere/at%20all")
    expect(page.get_by_text("There is no such page")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")


def test_a_page_that_is_broken_says_so_with_its_code(open_page):
    watched = open_page()
    watched.page.route(
        "**/pages/health.js",
        lambda route: route.fulfill(content_type="text/javascript", body="throw new Error('bent')"),
    )
    page = watched.open("#/health")
    alert = page.get_by_role("alert").filter(has_text="This page has a fault")
    expect(alert).to_contain_text("page-broken")
    expect(page.get_by_role("heading", level=1)).to_have_text("State")
    watched.go("#/more")
    expect(page.get_by_role("heading", level=1)).to_have_text("More")


def test_a_refusal_is_shown_with_its_code(open_page):
    watched = open_page()
    watched.allowed.append("503")
    refusal = '{"error": {"code": "store-lost", "message": "the disk is gone"}}'
    watched.page.route(
        "**/api/v1/home", lambda route: route.fulfill(status=503, content_type="application/json", body=refusal)
    )
    page = watched.open("#/")
    expect(page.locator("main").get_by_role("alert")).to_contain_text("the disk is gone store-lost")


def test_with_a_keyboard_alone_a_page_is_chosen_and_read_from_its_heading(open_page):
    watched = open_page(DESKTOP)
    page = watched.open()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page.get_by_text("There is no such page")).to_have_count(0)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    link = page.locator("#nav").get_by_role("link", name="Time")
    for _ in range(12):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1, name="Time")
    expect(heading).to_be_focused()
    expect(link).to_have_attribute("aria-current", "page")


def test_with_a_keyboard_alone_a_lamp_is_switched(open_page):
    page = open_page().open()
    switch = page.get_by_role("switch", name="Garage Light")
    for _ in range(80):
        page.keyboard.press("Tab")
        if switch.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()  # drawn anew in place: nobody loses theirs


def test_it_says_that_the_hub_is_away_and_comes_back_by_itself(open_page):
    """The hub is ended, and started again on its port."""
    with temporary_home() as home:
        port = free_port()
        with hub_process(home, port=port) as first:
            watched = open_page(storage_state=first.owner)
            watched.url = first.url
            page = watched.open()
            expect(page.get_by_role("switch", name="Hall Light")).to_be_visible()
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        watched.allowed += ["net::ERR_", "WebSocket"]
        away = page.get_by_role("alert").filter(has_text="The hub does not answer")
        expect(away.first).to_be_visible(timeout=20_000)
        watched.shoot("offline", whole=False)
        page.reload()  # the page's own files are kept: it opens, and says how it is
        expect(away.first).to_be_visible(timeout=20_000)
        expect(page.get_by_role("heading", level=1)).to_have_text("Home")
        with hub_process(home, port=port, owned=False):
            expect(page.get_by_role("switch", name="Hall Light")).to_be_visible(timeout=30_000)
            expect(page.locator("#offline")).to_be_hidden()


def test_the_worker_keeps_files_of_the_page_and_nothing_that_the_hub_says(open_page):
    page = open_page().open()
    kept = page.evaluate(
        """navigator.serviceWorker.ready.then(async () => {
          const names = await caches.keys();
          const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
          return requests.flat().map((each) => new URL(each.url).pathname);
        })"""
    )
    assert {"/index.html", "/js/app.js", "/words/fr.json", "/pages/home.css"} <= set(kept)
    assert not [address for address in kept if address.startswith("/api")]


def test_a_newer_page_is_offered_and_taken_when_somebody_wants_it(open_page, tmp_path):
    """The hub comes back with another style sheet: what is in use stays until it is let go."""
    newer = tmp_path / "newer"
    newer.mkdir()
    for entry in ROOT.iterdir():
        if entry.name in {"tests", "wire", "models", "satellite", "examples"}:
            (newer / entry.name).symlink_to(entry)
    shutil.copytree(ROOT / "hub", newer / "hub", ignore=shutil.ignore_patterns("__pycache__"))
    with (newer / "hub" / "web" / "static" / "style.css").open("a") as sheet:
        sheet.write(":root { --newer: 1; }\n")
    mark = "getComputedStyle(document.documentElement).getPropertyValue('--newer')"
    with temporary_home() as home:
        port = free_port()
        with hub_process(home, port=port) as first:
            watched = open_page(storage_state=first.owner)
            watched.url = first.url
            page = watched.open()
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        watched.allowed += ["net::ERR_", "WebSocket"]
        with hub_process(home, port=port, owned=False, code=newer):
            page.reload()
            expect(page.locator("#update")).to_contain_text("The hub has a newer page")
            assert page.evaluate(mark) == ""
            page.get_by_role("button", name="Show it").click()
            # A function: an expression would be evaluated anew for each look, which the page's policy forbids.
            page.wait_for_function(f"() => {mark} === '1'")
            assert page.evaluate("caches.keys().then((names) => names.length)") == 1


def test_it_can_be_installed(open_page):
    watched = open_page()
    page = watched.open()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
