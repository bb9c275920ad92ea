"""Who asks: what the gate found out about a request."""

from __future__ import annotations

from typing import Literal

import msgspec
from aiohttp import web

from hub.web.routes import SCOPES, Scope

CALLER_KEY = web.RequestKey("caller", object)


class Caller(msgspec.Struct, frozen=True):
    """A session or a token, by its id. The control socket has no caller: whoever may open it may do everything."""

    kind: Literal["session", "token"]
    id: str
    scope: Scope

    def may(self, scope: Scope) -> bool:
        return SCOPES.index(self.scope) >= SCOPES.index(scope)


def caller_of(request: web.Request) -> Caller | None:
    caller = request.get(CALLER_KEY)
    assert caller is None or isinstance(caller, Caller)
    return caller
