"""Browser tests: a real hub with a simulated house as a process, and Debian's Chromium looking at its page.

Playwright's sync API runs an event loop in this thread while a module's tests run: tests here are plain functions.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.watched import PHONE, Watched
from tests.programs import DEMO_HOUSE, ROOT
from tests.signed_in import owner_state

CHROMIUM = os.environ.get("EARSHOT_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",  # tests run as root
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-gpu",
    "--mute-audio",
]
END_SECONDS = 15.0
expect.set_options(timeout=15_000)  # test machines are shared


@dataclass
class RunningHub:
    """A hub's process, and its page's address."""

    home: Path
    url: str
    process: subprocess.Popen[str]
    owner: Any = None  # cookies of its owner, as Playwright's storage_state

    def sign_in(self) -> None:
        """Become the owner; afterwards pages are opened signed in."""
        code = (self.home / "var" / "page-code").read_text("ascii").strip()
        self.owner = owner_state(self.url, code)


@contextmanager
def hub_process(
    home: Path,
    config: str = "",
    port: int = 0,
    house: Path = DEMO_HOUSE,
    *,
    web: str = "",
    owned: bool = True,
    code: Path = ROOT,
) -> Iterator[RunningHub]:
    """A hub of its own, ready; ended when the block ends.

    config: more of hub.toml; web: of its [web]. owned: tests are its owner. code: whose program it runs.
    """
    (home / "etc").mkdir(parents=True, exist_ok=True)
    page = f'[web]\nport = {port}\nbind = "127.0.0.1"\n{web}\n'
    (home / "etc" / "hub.toml").write_text(f"{page}[links]\ndiscover = false\n{config}", "utf-8")
    log = home / "hub.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.hub_program", str(house)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=code,
            env={**os.environ, "EARSHOT_HOME": str(home), "PYTHONUNBUFFERED": "1", "PYTHONPATH": _before(code)},
        )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("READY "):
                running = RunningHub(home, f"http://127.0.0.1:{line.split()[1]}", process)
                if owned:
                    running.sign_in()
                yield running
                break
        else:
            pytest.fail(f"the hub ended before it was ready:\n{log.read_text('utf-8')[-3000:]}")
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _before(code: Path) -> str:
    """Python's path with ``code`` first."""
    return os.pathsep.join([str(code), *filter(None, [os.environ.get("PYTHONPATH")])])


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Short, since a Unix socket's path may have 107 bytes."""
    home = Path("/tmp") / f"e.{secrets.token_hex(4)}"
    home.mkdir(mode=0o700)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    """One hub for all tests of a module."""
    with temporary_home() as home, hub_process(home) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        yield browser


OpenPage = Callable[..., Watched]


@pytest.fixture
def open_page(hub: RunningHub, browser: Browser) -> Iterator[OpenPage]:
    """Make a fresh browser context with one page: ``open_page(size=DESKTOP, color_scheme="dark", locale="de")``;
    at: another hub than the module's.

    Afterwards every page must have had no console error, no uncaught error and no request but to its hub.
    """
    made: list[Watched] = []
    with ExitStack() as stack:

        def make(
            size: dict[str, int] = PHONE, *, locale: str = "en-GB", at: RunningHub = hub, **options: object
        ) -> Watched:
            settings = {"viewport": size, "locale": locale, "timezone_id": "Europe/Berlin", "storage_state": at.owner}
            context = browser.new_context(**settings | options)  # type: ignore[arg-type]
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            watched = Watched(context.new_page(), at.url)
            made.append(watched)
            return watched

        yield make
    assert [problem for watched in made for problem in watched.unexpected()] == []


@pytest.fixture
def hub_page(open_page: OpenPage) -> Watched:
    """Home on a phone."""
    watched = open_page()
    watched.open()
    return watched
