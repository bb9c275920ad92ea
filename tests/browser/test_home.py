"""Home on a real hub: devices are moved from the page and proven, the house is written to, time is kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import hub_process, temporary_home
from tests.browser.watched import DESKTOP, LOOKS

PIN = "2468"
# Nobody listens at the bedroom's address: a satellite that is lost.
LOST = '[[satellite]]\nname = "bedroom"\naddress = "tcp://127.0.0.1:9"\narea = "Bedroom"\n'


@pytest.fixture(scope="module")
def hub():
    """With a PIN, and a satellite that is not there."""
    with temporary_home() as home:
        (home / "pin").write_text(PIN)
        (home / "pin").chmod(0o600)
        with hub_process(home, f'{LOST}[policy]\npin_file = "{home}/pin"\n') as running:
            yield running


def row(page: Page, entity: str):
    return page.locator(f'[data-entity="{entity}"]')


def test_a_lamp_is_switched_on_from_the_page_and_proven(hub_page):
    hall = row(hub_page.page, "light.hall_light")
    switch = hall.get_by_role("switch", name="Hall Light")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(hall.locator(".outcome")).to_contain_text(re.compile(r"Done; it answered after \d+ ms"))
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(hall).to_contain_text("On · 100 %")


def test_a_second_page_shows_at_once_what_the_first_did(open_page):
    first, second = open_page(), open_page(DESKTOP)
    first.open()
    second.open()
    row(first.page, "switch.printer").get_by_role("switch").click()
    expect(row(second.page, "switch.printer").get_by_role("switch")).to_have_attribute("aria-checked", "true")
    row(second.page, "switch.printer").get_by_role("switch").click()
    expect(row(first.page, "switch.printer").get_by_role("switch")).to_have_attribute("aria-checked", "false")


def test_brightness_and_temperature_are_set_with_their_own_inputs(hub_page):
    lamp = row(hub_page.page, "light.kitchen_counter")
    lamp.get_by_role("slider", name="Counter Light: Brightness").fill("40")
    expect(lamp).to_contain_text("On · 40 %")
    heating = row(hub_page.page, "climate.thermostat")
    for _ in range(2):
        heating.get_by_role("button", name="Thermostat: more").click()
    expect(heating.locator(".outcome")).to_contain_text("Done")
    expect(heating).to_contain_text("21.5 °C")


def test_a_scene_and_a_cover_take_buttons(hub_page):
    scene = row(hub_page.page, "scene.movie_night")
    scene.get_by_role("button", name="Movie Night: Start").click()
    expect(scene.locator(".outcome")).to_contain_text("Sent; this device does not report back")
    blinds = row(hub_page.page, "cover.office_blinds")
    blinds.get_by_role("button", name="Office Blinds: Open").click()
    expect(blinds).to_contain_text(re.compile("Open|%"))


def test_a_lock_asks_for_the_pin_and_keeps_it_nowhere(hub_page, hub):
    page = hub_page.page
    door = row(page, "lock.front_door")
    door.get_by_role("button", name="Front Door: Unlock").click()
    dialog = page.get_by_role("dialog", name="Unlock Front Door?")
    dialog.get_by_label("PIN").fill("1357")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog).to_contain_text("That is not the PIN")
    hub_page.shoot("pin", whole=False)
    hub_page.assert_open_to_everybody()
    dialog.get_by_label("PIN").fill(PIN)
    dialog.get_by_role("button", name="Go on").click()
    expect(door).to_contain_text("Unlocked")
    kept = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    turns = page.evaluate("fetch('/api/v1/turns?limit=5').then((answer) => answer.text())")
    assert PIN not in kept + turns
    assert '"command":"unlock"' in turns
    assert PIN not in (hub.home / "hub.log").read_text("utf-8")


def test_who_closes_the_question_has_done_nothing(hub_page):
    page = hub_page.page
    garage = row(page, "cover.garage_door")
    garage.get_by_role("button", name="Garage Door: Open").click()
    expect(page.get_by_role("dialog", name="Open Garage Door?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(garage.locator(".outcome")).to_contain_text("Nothing was done")
    expect(garage).to_contain_text("Closed")


def test_satellites_stand_in_their_rooms_with_what_is_wrong(hub_page):
    page = hub_page.page
    expect(page.get_by_role("region", name="Kitchen")).to_contain_text("Ready")
    bedroom = page.get_by_role("region", name="Bedroom")
    expect(bedroom).to_contain_text("Lost")
    expect(bedroom).to_contain_text("Is it switched on?")


def test_a_sentence_typed_at_home_is_answered_in_the_chat(hub_page):
    page = hub_page.page
    page.get_by_label("Command or question").fill("turn on the desk lamp")
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log).to_contain_text("turn on the desk lamp")
    expect(log).to_contain_text("Desk Lamp: done")
    hub_page.shoot("chat-answered")
    hub_page.assert_open_to_everybody()


def test_the_chat_answers_what_the_hub_asks_back_and_hides_a_pin(hub_page):
    page = hub_page.go("#/talk")
    log, field = page.get_by_role("log"), page.locator("#chat-text")
    field.fill("lock the front door")
    field.press("Enter")
    expect(log).to_contain_text("Front Door: done")
    field.fill("unlock the front door")
    field.press("Enter")
    expect(field).to_have_attribute("type", "password")
    field.fill(PIN)
    field.press("Enter")
    expect(log.locator(".bubble").last).to_contain_text("Front Door: done")
    assert PIN not in log.inner_text()
    assert PIN not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_the_room_that_one_is_in_counts_and_is_remembered(hub_page):
    page = hub_page.go("#/talk")
    page.get_by_label("I am in").select_option("Bedroom")
    page.locator("#chat-text").fill("turn on the lights")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Wardrobe Light: done")
    page.reload()
    expect(page.get_by_label("I am in")).to_have_value("Bedroom")


def test_a_timer_is_added_counts_down_and_is_cancelled(hub_page):
    page = hub_page.go("#/time")
    page.get_by_label("Name or text").fill("pasta")
    page.get_by_role("button", name="10 min").click()
    timer = page.locator(".coming li", has_text="pasta")
    expect(timer.locator(".number")).to_have_text(re.compile(r"^(10:00|9:5\d)$"))
    page.get_by_role("button", name="Cancel: pasta").click()
    expect(timer).to_have_count(0)


def test_a_timer_that_rings_can_be_stopped_on_every_page(hub_page):
    page = hub_page.go("#/time")
    page.get_by_label("Name or text").fill("tea")
    page.get_by_label("Minutes").fill("0.05")
    page.get_by_role("button", name="Set").click()
    hub_page.go("#/health")
    ringing = page.get_by_role("region", name="Ringing")
    expect(ringing).to_contain_text("tea")
    hub_page.shoot("ringing")
    hub_page.assert_open_to_everybody()
    ringing.get_by_role("button", name="Stop").click()
    expect(ringing).to_have_count(0)


def test_an_alarm_in_the_past_is_refused_at_its_form(hub_page):
    page = hub_page.go("#/time")
    page.get_by_role("radio", name="Alarm").check()
    page.get_by_label("When").fill("2020-01-01T07:00")
    hub_page.allowed.append("422")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_role("alert")).to_contain_text("that time has passed")


def test_a_list_is_written_and_ticked_off(hub_page):
    page = hub_page.go("#/time")
    page.get_by_label("What", exact=True).fill("oat milk")
    page.get_by_role("button", name="Put on the list").click()
    page.get_by_role("checkbox", name="oat milk").click()
    expect(page.get_by_role("checkbox", name="oat milk")).to_be_disabled()
    page.get_by_role("button", name="Remove oat milk").click()
    expect(page.locator(".lists").get_by_text("oat milk")).to_have_count(0)


def test_an_announcement_is_spoken_where_it_was_chosen(hub_page):
    page = hub_page.go("#/announce")
    page.get_by_label("What is to be said").fill("dinner is ready")
    page.get_by_role("checkbox", name="Kitchen").check()
    page.get_by_role("button", name="Say it").click()
    expect(page.get_by_role("status").filter(has_text="Spoken: kitchen")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("address", ["#/", "#/talk", "#/time", "#/announce"])
def test_every_page_is_for_everybody(open_page, address):
    for size, scheme in LOOKS:
        watched = open_page(size, color_scheme=scheme)
        watched.open(address)
        watched.shoot(f"{address.strip('#/') or 'home'}-{scheme}")
        watched.assert_open_to_everybody()
