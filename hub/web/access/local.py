"""What only the control socket may ask: the set-up code, and a new password without the old one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.web.access.gate import Gate
from hub.web.access.ledger import Ledger
from hub.web.access.owner import Owner
from hub.web.exchange import body_as, json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route


class SetupCode(msgspec.Struct, frozen=True):
    """What a new owner enters on the page."""

    code: str


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``PUT /access/password``."""

    password: Annotated[str, Meta(max_length=1024)]


class LocalAccess:
    """Whoever may open the control socket may read the hub's files, and needs no password."""

    def __init__(self, owner: Owner, ledger: Ledger, gate: Gate) -> None:
        self._owner, self._ledger, self._gate = owner, ledger, gate

    def routes(self) -> Iterable[Route]:
        return [
            Route(method="GET", path="/access/code", handler=self._code, summary="The set-up code", answer=SetupCode),
            Route(
                method="PUT",
                path="/access/password",
                handler=self._reset,
                summary="Set the password; every browser is signed out",
                scope="admin",
                body=NewPassword,
            ),
        ]

    async def _code(self, _: web.Request) -> web.Response:
        if self._owner.exists:
            raise RequestRefused("owner-exists", "this hub has an owner: there is no set-up code any more", status=409)
        return json_response(SetupCode(self._owner.code))

    async def _reset(self, request: web.Request) -> web.Response:
        given = await body_as(request, NewPassword)
        await asyncio.to_thread(self._owner.keep, await self._owner.prepared(given.password))
        self._gate.hang_up(await self._ledger.end_sessions())
        return json_response({})
