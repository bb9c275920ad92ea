"""People, privacy, audit log and rules on the page, over a real hub."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import hub_process, temporary_home
from tests.browser.watched import DESKTOP
from tests.signed_in import PASSWORD

RULE = """[[rule]]
name = "Evening"
when = [{time = "22:00"}]
then = [{notify = "good night"}]
"""


@pytest.fixture
def hub():
    """One of its own: things are deleted here."""
    with temporary_home() as home, hub_process(home) as running:
        yield running


def turn(page, text):
    page.evaluate(
        """text => fetch("/api/v1/turns", { method: "POST", body: JSON.stringify({ text }),
             headers: { "Content-Type": "application/json", "X-Earshot": "page" } }).then((answer) => answer.json())""",
        text,
    )


def test_rooms_people_and_devices_are_noted(open_page, hub):
    page = open_page(DESKTOP).open("#/people")
    page.get_by_role("button", name="Add a room").click()
    page.get_by_label("Name").fill("Attic")
    page.get_by_label("Also called").fill("loft, roof")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("loft, roof")).to_be_visible()
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Name").fill("Anna")
    page.get_by_label("Satellites that reach them").fill("kitchen")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit: Anna")).to_be_visible()
    sensitive = page.get_by_role("switch", name=re.compile("Sensitive: ")).first
    expect(sensitive).to_have_attribute("aria-checked", "false")
    sensitive.click()
    expect(page.get_by_role("switch", name=re.compile("Sensitive: ")).first).to_have_attribute("aria-checked", "true")
    page.get_by_role("button", name="Remove: Anna").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Edit: Anna")).to_have_count(0)


def test_a_pin_needs_the_owners_password(open_page, hub):
    watched = open_page()
    watched.allowed.append("403")
    page = watched.open("#/people")
    page.get_by_role("button", name="Set a PIN").click()
    page.get_by_label("New PIN").fill("246810")
    password = page.get_by_label("Your password")
    password.fill("not that one")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("password-wrong")
    expect(password).to_have_attribute("aria-invalid", "true")
    file = hub.home / "var" / "secrets" / "policy.pin_file"
    assert not file.exists()
    password.fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is one")).to_be_visible()
    assert file.read_text() == "246810\n"
    assert "246810" not in page.content()


def test_what_is_kept_is_taken_away_and_forgotten(open_page, hub):
    watched = open_page()
    watched.allowed.append("422")
    page = watched.open("#/privacy")
    turn(page, "turn on the hall light")
    turn(page, "add aardvarks to the shopping list")
    page.reload()
    expect(page.get_by_role("button", name="Delete: Turns")).to_be_enabled()
    page.get_by_role("button", name="Make the file").click()
    link = page.get_by_role("link", name=re.compile("Download"))
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert b"aardvarks" in archive.read("lists/list_items.csv")
    page.get_by_role("button", name="Delete: Turns").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Delete: Turns")).to_be_disabled()
    page.get_by_role("button", name="Forget everything").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("yes")
    dialog.get_by_role("button", name="Forget everything").click()
    expect(dialog.get_by_role("alert")).to_contain_text("forget-unconfirmed")
    dialog.get_by_role("textbox").fill("Earshot")
    dialog.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_text("Everything is forgotten.")).to_be_visible()
    assert b"aardvarks" not in (hub.home / "var" / "earshot.db").read_bytes()


def test_the_audit_log_is_shown_filtered_and_checked(open_page, hub):
    page = open_page().open("#/audit")
    turn(page, "turn on the hall light")
    turn(page, "turn on the reading lamp")
    page.reload()
    entries = page.locator("main ul.rows > li")
    expect(entries.first).to_contain_text("turn on")
    count = entries.count()
    device = page.get_by_label("Device")
    device.select_option(index=1)
    expect(entries).not_to_have_count(count)
    page.get_by_role("button", name="Check the log").click()
    expect(page.get_by_text(re.compile("entries are as they were written"))).to_be_visible()
    page.get_by_text("Details").first.click()
    page.get_by_text("Seal", exact=True).first.wait_for()
    watched_link = page.get_by_role("link", name="Export CSV")
    with page.expect_download() as download:
        watched_link.click()
    assert download.value.path().read_bytes().startswith(b"at,turn,satellite")


def test_rules_are_written_checked_and_tried(open_page, hub):
    page = open_page().open("#/rules")
    text = page.get_by_role("textbox", name="Rules, as text")
    text.fill(RULE.replace("22:00", "25:00"))
    expect(text).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Go to line 2").click()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("(rules-value)")).to_be_visible()
    assert not (hub.home / "etc" / "rules.toml").exists()
    text.fill(RULE)
    expect(page.get_by_text("Right: 1 in it.")).to_be_visible()
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("button", name="Try: Evening").click(timeout=15_000)
    expect(page.get_by_text(re.compile("It would now"))).to_be_visible()
    assert (hub.home / "etc" / "rules.toml").read_text() == RULE
