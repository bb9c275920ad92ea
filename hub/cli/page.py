"""``earshot page``: the set-up code, a new password, a token; for whoever may use the hub's files."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Sequence

from hub.cli.reach import running
from hub.config import EVERYWHERE, WebSection
from hub.control import Hub
from hub.web.access.owner import shown
from wire.discovery import own_addresses
from wire.errors import EarshotError


async def run(args: argparse.Namespace) -> int:
    """Needs a running hub."""
    async with running() as hub:
        if args.action == "code":
            print(shown(await hub.setup_code()))
        elif args.action == "password":
            await hub.set_password(await asyncio.to_thread(_asked, piped=args.stdin))
            print("the password is set; every browser is signed out")
        else:
            print((await hub.make_token(args.name, args.scope, args.days)).key)
    return 0


def page_lines(hub: Hub, section: WebSection) -> Sequence[tuple[str, str]]:
    """Where a running hub's page is, and how one becomes its owner: what, and its value."""
    assert hub.page is not None, "an open hub has its page"
    scheme = "https" if hub.page.secure else "http"
    host = "127.0.0.1" if section.bind in EVERYWHERE else section.bind
    named = f"[{host}]" if ":" in host else host
    lines = [("look", f"{scheme}://{named}:{hub.page.port}")]
    if section.bind in EVERYWHERE and (elsewhere := hub.page.host() or _address()):
        lines.append(("phone", f"{scheme}://{elsewhere}:{hub.page.port}"))
    if code := hub.page.setup_code():
        lines.append(("code", f"{shown(code)} makes you its owner"))
    return lines


def _address() -> str:
    """Of this machine in its network; empty without one."""
    return next((one for one in sorted(own_addresses()) if not one.startswith("127.")), "")


def _asked(*, piped: bool) -> str:
    """Blocks on the terminal. Raises EarshotError password-unfit."""
    if piped:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("New password (8 characters or more): ")
    if getpass.getpass("Again: ") != password:
        raise EarshotError("password-unfit", "these two were not the same; try again")
    return password
