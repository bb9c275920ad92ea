"""Settings on the page: found, changed with the file's comments kept, refused at their field, never lost by a slip."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.watched import DESKTOP, PHONE, SMALL_PHONE

PAGES = [
    *("#/settings", "#/settings/endpoint", "#/settings/satellite", "#/settings/policy"),
    *("#/people", "#/privacy", "#/audit", "#/rules"),
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("size", "scheme"), [(SMALL_PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light")])
def test_every_page_is_for_everybody(open_page, address, size, scheme):
    watched = open_page(size, color_scheme=scheme)
    watched.open(address)
    watched.shoot(f"{address.strip('#/').replace('/', '-')}-{scheme}")
    watched.assert_open_to_everybody()


def test_a_value_is_found_changed_and_written_with_the_comments(open_page, hub):
    file = hub.home / "etc" / "hub.toml"
    file.write_text("# Ours.\n" + file.read_text())
    page = open_page().open("#/settings")
    page.get_by_label("Search settings").fill("pause that ends")
    page.locator("#settings-found a").first.click()
    silence = page.get_by_role("textbox", name="Pause that ends it (ms)")
    expect(silence).to_have_value("700")
    silence.fill("850")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; it counts now.")).to_be_visible()
    text = file.read_text()
    assert text.startswith("# Ours.\n")
    assert "silence_ms = 850" in text
    page.get_by_role("button", name="Pause that ends it: back to the default").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; it counts now.").nth(1)).to_be_visible()
    expect(page.get_by_role("textbox", name="Pause that ends it (ms)")).to_have_value("700")
    assert "silence_ms" not in file.read_text()


def test_what_is_wrong_is_said_at_its_field(open_page, hub):
    watched = open_page()
    watched.allowed.append("422")
    page = watched.open("#/settings/endpoint")
    field = page.get_by_role("textbox", name="Pause that ends it (ms)")
    field.fill("-3")
    page.get_by_role("button", name="Save").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    assert "-3" not in (hub.home / "etc" / "hub.toml").read_text()


def test_two_editors_do_not_overwrite_each_other(open_page, hub):
    watched = open_page()
    watched.allowed.append("412")
    page = watched.open("#/settings/store")
    page.get_by_role("textbox", name="Turns kept").fill("77")
    file = hub.home / "etc" / "hub.toml"
    file.write_text(file.read_text() + "# by hand\n")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("textbox", name="Turns kept")).to_have_value("1000")
    page.get_by_role("textbox", name="Turns kept").fill("77")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; it counts now.")).to_be_visible()
    assert "turns = 77" in file.read_text()
    assert "# by hand" in file.read_text()


def test_nobody_leaves_changes_behind_unasked(open_page):
    page = open_page().open("#/settings/store")
    page.get_by_role("textbox", name="Turns kept").fill("5")
    asked = []

    def stay(dialog):
        asked.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("link", name="All settings").click()
    assert len(asked) == 1
    expect(page.get_by_role("textbox", name="Turns kept")).to_have_value("5")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="All settings").click()
    expect(page.get_by_label("Search settings")).to_be_visible()


def test_satellites_are_added_changed_and_removed(open_page, hub):
    file = hub.home / "etc" / "hub.toml"
    page = open_page(DESKTOP).open("#/settings/satellite")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("textbox", name="Name").last.fill("loft")
    page.get_by_label("Room", exact=True).last.fill("Loft")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; it counts now.")).to_be_visible()
    assert '[[satellite]]\nname = "loft"\narea = "Loft"\n' in file.read_text()
    page.get_by_label("Room", exact=True).last.fill("Attic")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; it counts now.").nth(1)).to_be_visible()
    assert 'area = "Attic"' in file.read_text()
    page.get_by_role("button", name="Remove").last.click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; it counts now.").nth(2)).to_be_visible()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    assert "loft" not in file.read_text()


def test_what_waits_for_a_restart_is_said(open_page):
    page = open_page().open("#/settings/hub")
    page.get_by_role("textbox", name="Name").fill("Willow")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved; it counts after a restart of the hub.")).to_be_visible()
    expect(page.get_by_role("button", name="Restart the hub")).to_be_visible()
