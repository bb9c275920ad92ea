"""Routes to see and end what is signed in: browsers' sessions and programs' tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from aiohttp import web

from hub.web.access.caller import caller_of
from hub.web.access.gate import Gate
from hub.web.access.keys import TOKEN_PREFIX, digest, new_id, new_key
from hub.web.access.ledger import Ledger, Token
from hub.web.access.shapes import NewToken, SessionShown, TokenShown
from hub.web.exchange import body_as, json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route


class KeysApi:
    """What is ended stops at once, also what it still has open; those that end answer with what is left."""

    def __init__(self, ledger: Ledger, gate: Gate, *, now: Callable[[], datetime]) -> None:
        self._ledger, self._gate, self._now = ledger, gate, now

    def routes(self) -> Iterable[Route]:
        sessions = partial(Route, path="/access/sessions", scope="admin", answer=list[SessionShown])
        tokens = partial(Route, path="/access/tokens", scope="admin", answer=list[TokenShown])
        return [
            sessions(method="GET", handler=self._sessions, summary="Browsers that are signed in, last used first"),
            sessions(method="DELETE", handler=self._end_others, summary="Sign out every other browser"),
            sessions(
                method="DELETE",
                path="/access/sessions/{session}",
                handler=self._end_session,
                summary="Sign out that browser",
            ),
            tokens(method="GET", handler=self._tokens, summary="Programs' tokens"),
            tokens(
                method="POST",
                handler=self._make_token,
                summary="Make a token; its key is shown this once",
                body=NewToken,
                answer=TokenShown,
            ),
            tokens(method="DELETE", path="/access/tokens/{token}", handler=self._end_token, summary="Revoke a token"),
        ]

    async def _sessions(self, request: web.Request) -> web.Response:
        here = _asking(request)
        return json_response([SessionShown.of(one, here) for one in self._ledger.sessions()])

    async def _end_session(self, request: web.Request) -> web.Response:
        identifier = request.match_info["session"]
        if not await self._ledger.end_session(identifier):
            raise RequestRefused("session-unknown", "that browser is signed out already", status=404)
        self._gate.hang_up([identifier])
        return await self._sessions(request)

    async def _end_others(self, request: web.Request) -> web.Response:
        self._gate.hang_up(await self._ledger.end_sessions(but=_asking(request)))
        return await self._sessions(request)

    async def _tokens(self, _: web.Request) -> web.Response:
        return json_response([TokenShown.of(one) for one in self._ledger.tokens()])

    async def _make_token(self, request: web.Request) -> web.Response:
        given = await body_as(request, NewToken)
        key, made = TOKEN_PREFIX + new_key(), self._now()
        expires = made + timedelta(days=given.days) if given.days else None
        token = Token(id=new_id(), digest=digest(key), name=given.name, scope=given.scope, made=made, expires=expires)
        await self._ledger.add_token(token)
        return json_response(TokenShown.of(token, key))

    async def _end_token(self, request: web.Request) -> web.Response:
        identifier = request.match_info["token"]
        if not await self._ledger.end_token(identifier):
            raise RequestRefused("token-unknown", "that token is revoked already", status=404)
        self._gate.hang_up([identifier])
        return await self._tokens(request)


def _asking(request: web.Request) -> str | None:
    """Id of the session that asks; None: a token, or the control socket."""
    caller = caller_of(request)
    return caller.id if caller and caller.kind == "session" else None
