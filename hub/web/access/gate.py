"""Decides for each request who asks, and whether they may."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from weakref import WeakSet

from aiohttp import web

from hub.web.access.caller import CALLER_KEY, Caller
from hub.web.access.keys import digest
from hub.web.access.ledger import Ledger
from hub.web.access.origins import refuse_other_sites
from hub.web.access.owner import Owner
from hub.web.refusal import RequestRefused
from hub.web.routes import Scope

COOKIE = "earshot_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
_KEYS_IN_ADDRESS = frozenset({"token", "access_token", "api_key", "authorization"})


def cookie_name(request: web.Request) -> str:
    return SECURE_COOKIE if request.secure else COOKIE


class Gate:
    """Implements Access of hub.web.routes for the page."""

    def __init__(self, owner: Owner, ledger: Ledger) -> None:
        self._owner, self._ledger = owner, ledger
        self._open: defaultdict[str, WeakSet[asyncio.Transport]] = defaultdict(WeakSet)
        self._ends: dict[str, asyncio.TimerHandle] = {}

    async def admit(self, request: web.Request, scope: Scope) -> bool:
        if not _KEYS_IN_ADDRESS.isdisjoint(request.query):
            message = "a token in an address ends up in logs and histories; send it as `Authorization: Bearer …`"
            raise RequestRefused("token-in-address", message)
        caller: Caller | None
        if "Authorization" in request.headers:
            caller = self._bearer(request)
        else:
            refuse_other_sites(request)
            caller = self._session(request)
        if caller is not None:
            request[CALLER_KEY] = caller
            self._remember(caller, request)
        if scope == "open":
            return caller is not None
        if caller is None:
            raise self._nobody()
        if not caller.may(scope):
            raise RequestRefused("scope-missing", f"this token may {caller.scope}; that needs {scope}", status=403)
        return True

    def hang_up(self, callers: Iterable[str]) -> None:
        """End what sessions or tokens that were revoked, or came to their end, still have open."""
        for identifier in callers:
            if timer := self._ends.pop(identifier, None):
                timer.cancel()
            for transport in list(self._open.pop(identifier, ())):
                transport.close()

    def _bearer(self, request: web.Request) -> Caller:
        kind, _, key = request.headers["Authorization"].partition(" ")
        token = self._ledger.token_of(digest(key.strip())) if kind.lower() == "bearer" else None
        if token is None:
            message = "no such token, or it is revoked or expired; make one on the page or with `earshot page token`"
            raise RequestRefused("token-refused", message, status=401)
        return Caller("token", token.id, token.scope)

    def _session(self, request: web.Request) -> Caller | None:
        key = request.cookies.get(cookie_name(request))
        session = self._ledger.session_of(digest(key)) if key else None
        return Caller("session", session.id, "admin") if session else None

    def _remember(self, caller: Caller, request: web.Request) -> None:
        """WebSockets live on; whoever is signed out must not go on listening."""
        if "Upgrade" in request.headers and request.transport is not None:
            self._open[caller.id].add(request.transport)
            left = self._ledger.seconds_left(caller.id)
            if left is not None and caller.id not in self._ends:
                self._ends[caller.id] = asyncio.get_running_loop().call_later(left, self.hang_up, [caller.id])

    def _nobody(self) -> RequestRefused:
        if self._owner.exists:
            return RequestRefused("sign-in-required", "sign in on the page, or send a token", status=401)
        message = "nobody owns this hub yet; open its page and enter the set-up code"
        return RequestRefused("owner-missing", message, status=401)
