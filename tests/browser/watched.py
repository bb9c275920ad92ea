"""A page as a test sees it: what the console said, what it asked elsewhere, how it looks, and whom it shuts out."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request

PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 360, "height": 640}
DESKTOP = {"width": 1280, "height": 800}
EVERY_LOOK = [(size, scheme) for size in (SMALL_PHONE, PHONE, DESKTOP) for scheme in ("light", "dark")]
# Each size and each scheme once; all of them where somebody wants to see the pictures.
LOOKS = (
    EVERY_LOOK if "EARSHOT_SCREENSHOTS" in os.environ else [(SMALL_PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light")]
)
GRAVE = frozenset({"serious", "critical"})
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Watched:
    """``page`` and what went wrong on it; ``allowed``: patterns of console errors that a test brings about itself."""

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        self.page.on("request", self._on_request)

    def open(self, address: str = "#/") -> Page:
        """Go to a page of the hub and wait until it is drawn."""
        self.page.goto(f"{self.url}/{address}")
        self.page.wait_for_selector("html[data-ready]")
        return self.page

    def go(self, address: str) -> Page:
        """Follow a link inside the page that is open."""
        self.page.evaluate("address => { location.hash = address; }", address)
        name = address.lstrip("#/").partition("?")[0].partition("/")[0] or "home"
        self.page.wait_for_selector(f"#main .page-{name} h1")
        return self.page

    def shoot(self, name: str, *, whole: bool = True) -> Path:
        """Keep a picture in $EARSHOT_SCREENSHOTS, or in a folder of /tmp."""
        folder = Path(os.environ.get("EARSHOT_SCREENSHOTS") or Path(tempfile.gettempdir()) / "earshot-screenshots")
        folder.mkdir(parents=True, exist_ok=True)
        width = (self.page.viewport_size or PHONE)["width"]
        path = folder / f"{name}-{width}.png"
        # Not by Playwright's own path=: that leaves a thread behind.
        path.write_bytes(self.page.screenshot(full_page=whole, animations="disabled"))
        return path

    def assert_open_to_everybody(self) -> None:
        """No serious or critical issue that axe-core finds, nothing that has to be scrolled sideways."""
        found = Axe().run(self.page, options=AXE_RULES).response["violations"]
        grave = [
            f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:4]]}"
            for each in found
            if each["impact"] in GRAVE
        ]
        assert not grave, "\n".join(grave)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} px too wide"

    def unexpected(self) -> list[str]:
        return [each for each in self.problems if not any(re.search(pattern, each) for pattern in self.allowed)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} {message.location.get('url', '')}")

    def _on_request(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in {"data", "blob"} and f"{place.scheme}://{place.netloc}" != self.url:
            self.problems.append(f"asked elsewhere: {request.url}")
