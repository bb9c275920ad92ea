"""Makes the parts of access and wires them to each other."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.store.database import Database
from hub.web.access.api import AccessApi
from hub.web.access.attempts import Attempts
from hub.web.access.gate import Gate
from hub.web.access.keys_api import KeysApi
from hub.web.access.ledger import Ledger
from hub.web.access.local import LocalAccess
from hub.web.access.owner import Owner, shown
from hub.web.access.passwords import Passwords
from hub.web.control import About
from hub.web.routes import RouteSource

_log = logging.getLogger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Door:
    """gate: asked before each request of the page. sources: its routes. local: those of the control socket alone.

    confirms: asks for the owner's password again.
    """

    gate: Gate
    sources: tuple[RouteSource, ...]
    local: LocalAccess
    owner: Owner
    confirms: AccessApi
    now: Callable[[], datetime]


@asynccontextmanager
async def open_door(
    folder: Path,
    database: Database | None,
    about: About,
    *,
    passwords: Passwords | None = None,
    now: Callable[[], datetime] = _utc_now,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Door]:
    """Decide who may while the block runs. folder: keeps password and set-up code; database: None without a store.

    Raises ConfigError (page-password-unusable).
    """
    async with passwords or Passwords() as hashing:
        owner, ledger = Owner(folder, hashing), Ledger(database, now)
        await asyncio.to_thread(owner.load)
        await ledger.load()
        if owner.code:  # the one secret that a log may have: it ends with the first owner
            _log.info("nobody owns this hub yet; its set-up code is %s", shown(owner.code))
        gate = Gate(owner, ledger)
        api = AccessApi(owner, ledger, gate, Attempts(clock), about=about, now=now)
        yield Door(gate, (api, KeysApi(ledger, gate, now=now)), LocalAccess(owner, ledger, gate), owner, api, now)
