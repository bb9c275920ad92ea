"""The frame around every page: small enough for a phone, readable by everybody, and honest when the hub is away."""

from __future__ import annotations

import pytest

from tests.browser.watched import DESKTOP, PHONE, SMALL_PHONE

PAGES = ["#/", "#/health", "#/more"]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, DESKTOP], ids=["small", "phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everybody(open_page, address, size, scheme):
    watched = open_page(size, color_scheme=scheme)
    watched.open(address)
    watched.shoot(f"shell{address.strip('#').replace('/', '-')}{scheme}")
    watched.assert_open_to_everybody()
