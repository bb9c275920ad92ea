"""How heavy the first page is and how soon it can be used: ``python -m tests.measure_page [--rounds N]``.

A real hub, Debian's Chromium with an empty cache and a processor slowed down four times; bytes are counted as they
come over the wire. It prints one line for each page and the goals.
"""

from __future__ import annotations

import argparse
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, hub_process, temporary_home

SLOWED = 4
MOST_BYTES = 150_000
MOST_MS = 1000
READY = "html[data-ready]"


def first_look(browser: Browser, url: str, slowed: int, owner: Any) -> tuple[int, int, float]:
    """Bytes over the wire, requests, and milliseconds until the page can be used."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, storage_state=owner)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(url, wait_until="commit")
    page.wait_for_selector(READY, state="attached")
    ready_ms = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    page.wait_for_load_state("networkidle")
    context.close()
    return round(sum(sizes)), len(sizes), ready_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with (
        temporary_home() as home,
        hub_process(home) as hub,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        looks = {
            slowed: [first_look(browser, hub.url, slowed, hub.owner) for _ in range(rounds)] for slowed in (1, SLOWED)
        }
    size_bytes = max(size for size, _, _ in looks[SLOWED])
    slow_ms = median(ms for _, _, ms in looks[SLOWED])
    fast_ms = median(ms for _, _, ms in looks[1])
    print(
        f"over the wire: {size_bytes / 1000:.1f} kB in {looks[SLOWED][0][1]} requests (goal <= {MOST_BYTES / 1000:g})"
    )
    print(
        f"ready, median of {rounds}: {slow_ms:.0f} ms slowed {SLOWED} times (goal <= {MOST_MS}), "
        f"{fast_ms:.0f} ms as it is"
    )


if __name__ == "__main__":
    main()
