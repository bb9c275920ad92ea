"""The way in: set-up code, password, back to where one wanted to be; sessions and tokens on their page."""

from __future__ import annotations

import pytest

from tests.browser.conftest import hub_process, temporary_home
from tests.browser.watched import DESKTOP, PHONE, SMALL_PHONE
from tests.signed_in import PASSWORD


@pytest.fixture(scope="module")
def hub():
    """Of nobody, until the first test."""
    with temporary_home() as home, hub_process(home, owned=False) as running:
        yield running


def test_a_stranger_becomes_the_owner_with_the_code_and_a_password(open_page, hub):
    watched = open_page(PHONE)
    page = watched.open("#/health")
    assert "Welcome" in page.inner_text("h1")
    watched.assert_open_to_everybody()
    watched.shoot("access-first")
    page.click("button:has-text('Have a room say it')")
    page.wait_for_selector("[role=status]:has-text('Said: kitchen')")
    watched.allowed.append("403|422")  # the browser tells of each refusal
    page.fill("[name=code]", "1234")
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_selector("#code-error:has-text('not the set-up code')")
    assert page.get_attribute("[name=code]", "aria-invalid") == "true"
    page.fill("[name=code]", (hub.home / "var" / "page-code").read_text().strip())
    page.fill("[name=password]", "short")
    page.click("button.primary")
    page.wait_for_selector("#password-error:has-text('8 characters')")
    watched.shoot("access-first-wrong")
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_selector("html[data-ready]:not([data-signed-out])")
    assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize(("size", "scheme"), [(SMALL_PHONE, "dark"), (DESKTOP, "light")])
def test_signing_in_leads_back_to_where_one_wanted_to_be(open_page, size, scheme):
    watched = open_page(size, color_scheme=scheme, locale="de-DE")
    page = watched.open("#/access")
    page.wait_for_selector("[name=password]")
    watched.assert_open_to_everybody()
    watched.shoot(f"access-signin-{scheme}")
    watched.allowed.append("403")
    page.fill("[name=password]", "not the password")
    page.keyboard.press("Enter")
    page.wait_for_selector("#password-error:has-text('nicht das Passwort')")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#access-sessions")
    assert page.evaluate("location.hash") == "#/access"
    watched.assert_open_to_everybody()
    watched.shoot(f"access-{scheme}")
    page.click("button:has-text('Hier abmelden')")
    page.wait_for_selector("[name=password]")


def test_a_browser_that_is_signed_out_elsewhere_asks_for_the_password(open_page, hub):
    lost, here = open_page(PHONE), open_page(DESKTOP)
    for watched in (lost, here):
        watched.allowed.append("401|WebSocket")
        page = watched.open("#/access")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#access-sessions")
    here.page.reload()
    here.page.click("button.danger:has-text('Sign out all others')")
    lost.page.wait_for_selector("[name=password]:visible")
    lost.page.wait_for_selector("html[data-signed-out]")


def test_a_token_is_shown_once(open_page):
    watched = open_page(DESKTOP)
    page = watched.open("#/access")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.click("summary:has-text('New token')")
    page.fill("#token-name", "Wall panel")
    page.select_option("#token-scope", "act")
    page.click("button:has-text('Make token')")
    key = page.inner_text(".notice.good code")
    assert key.startswith("earshot_")
    assert "Wall panel" in page.inner_text("#access-tokens + p + ul")
    watched.shoot("access-token")
    watched.assert_open_to_everybody()
    page.reload()
    page.wait_for_selector("#access-tokens")
    assert key not in page.content()
    page.click("button[aria-label='Revoke Wall panel']")
    page.wait_for_selector(".empty")
