"""The page by HTTPS in a browser: what is safe there works, and the certificate can be fetched."""

from __future__ import annotations

import pytest

from tests.browser.conftest import hub_process, temporary_home
from tests.browser.watched import PHONE, Watched
from tests.signed_in import PASSWORD


@pytest.fixture(scope="module")
def hub():
    """It tells the HTTPS port; nobody owns it yet."""
    with temporary_home() as home, hub_process(home, web="https = true\nhttps_port = 0", owned=False) as running:
        running.url = running.url.replace("http:", "https:")
        yield running


def _without_the_certificate(open_page) -> Watched:
    """A browser whose owner clicked the warning away; it keeps no worker of such a page, and says so."""
    watched: Watched = open_page(PHONE, ignore_https_errors=True)
    watched.allowed.append("SSL certificate error|ServiceWorker")
    return watched


def test_the_page_is_a_safe_place(open_page, hub):
    watched = _without_the_certificate(open_page)
    page = watched.open("#/access")
    assert page.evaluate("window.isSecureContext")  # or no browser lets it use the microphone
    page.fill("[name=code]", (hub.home / "var" / "page-code").read_text().strip())
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    page.wait_for_selector("html[data-ready]:not([data-signed-out])")
    (cookie,) = page.context.cookies()
    assert cookie["name"] == "__Host-earshot_session"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    page.wait_for_load_state("networkidle")
    watched.go("#/access")
    page.wait_for_selector("#access-connection")
    with page.expect_download() as download:
        page.click("a[href='/ca.crt']")
    assert download.value.suggested_filename == "earshot-ca.crt"
    watched.shoot("access-https")
    watched.assert_open_to_everybody()


def test_what_happens_is_told_there_too(open_page):
    watched = _without_the_certificate(open_page)
    page = watched.open("#/")
    page.fill("[name=password]", PASSWORD)
    with page.expect_websocket(lambda socket: socket.url.startswith("wss:")) as live:
        page.keyboard.press("Enter")
    assert not live.value.is_closed()
