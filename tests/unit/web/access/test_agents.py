"""A browser's long line becomes what a person calls it."""

from __future__ import annotations

import pytest

from hub.web.access.agents import MOST_CHARACTERS, shortened


@pytest.mark.parametrize(
    ("line", "short"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari, iPhone",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile "
                "Safari/537.36"
            ),
            "Chrome, Android",
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 "
                "Safari/537.36 Edg/140.0"
            ),
            "Edge, Windows",
        ),
        ("curl/8.1", "curl/8.1"),
        ("", ""),
        ("a\x00\nb" + "c" * 500, "ab" + "c" * (MOST_CHARACTERS - 2)),
    ],
)
def test_it_is_short(line, short):
    assert shortened(line) == short
