"""Routes to become the owner, to sign in and out, and to change the password."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from aiohttp import web

from hub.web.access.agents import shortened
from hub.web.access.attempts import Attempts
from hub.web.access.caller import Caller, caller_of
from hub.web.access.gate import Gate, cookie_name
from hub.web.access.keys import digest, new_id, new_key
from hub.web.access.ledger import LONGEST, Ledger, Session
from hub.web.access.owner import Owner
from hub.web.access.shapes import AccessState, BecomeOwner, ChangePassword, SignIn, State
from hub.web.control import About
from hub.web.exchange import body_as, json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route


class AccessApi:
    """Everything that takes or gives a password; those that succeed answer with the new state and its cookie."""

    def __init__(
        self,
        owner: Owner,
        ledger: Ledger,
        gate: Gate,
        attempts: Attempts,
        *,
        about: About,
        now: Callable[[], datetime],
    ) -> None:
        self._owner, self._ledger, self._gate, self._attempts = owner, ledger, gate, attempts
        self._about, self._now = about, now
        self._claiming = asyncio.Lock()

    def routes(self) -> Iterable[Route]:
        anybody = partial(Route, scope="open", answer=AccessState)
        first, session = "/access/first", "/access/session"
        return [
            anybody(method="GET", path="/access", handler=self._state, summary="Who am I here?"),
            anybody(
                method="POST",
                path=first,
                handler=self._first,
                summary="Become the owner: set-up code and a new password",
                body=BecomeOwner,
            ),
            anybody(method="POST", path=session, handler=self._sign_in, summary="Sign in", body=SignIn),
            anybody(method="DELETE", path=session, handler=self._sign_out, summary="Sign out"),
            Route(
                method="POST",
                path="/access/password",
                handler=self._change,
                summary="Change the password; every other browser is signed out",
                scope="admin",
                body=ChangePassword,
                answer=AccessState,
            ),
        ]

    async def _state(self, request: web.Request) -> web.Response:
        return self._answer(request, caller_of(request))

    async def _first(self, request: web.Request) -> web.Response:
        given = await body_as(request, BecomeOwner)
        self._refuse_second_owner()
        self._attempts.begin(_address(request))
        if not self._owner.is_code(given.code):
            raise RequestRefused("code-wrong", "that is not the set-up code; `earshot page code` shows it", status=403)
        self._attempts.succeeded(_address(request))
        prepared = await self._owner.prepared(given.password)
        async with self._claiming:
            self._refuse_second_owner()  # somebody was faster, while the password was hashed
            await asyncio.to_thread(self._owner.keep, prepared)
        return await self._signed_in(request)

    async def _sign_in(self, request: web.Request) -> web.Response:
        given = await body_as(request, SignIn)
        if not self._owner.exists:
            message = "nobody owns this hub yet; the set-up code makes an owner"
            raise RequestRefused("owner-missing", message, status=409)
        await self._check(request, given.password)
        return await self._signed_in(request)

    async def _sign_out(self, request: web.Request) -> web.Response:
        caller = caller_of(request)
        if caller is not None and caller.kind == "session":
            await self._ledger.end_session(caller.id)
            self._gate.hang_up([caller.id])
        response = self._answer(request, None)
        response.del_cookie(cookie_name(request), path="/", secure=request.secure, httponly=True, samesite="Strict")
        return response

    async def _change(self, request: web.Request) -> web.Response:
        given = await body_as(request, ChangePassword)
        await self._check(request, given.current)
        await asyncio.to_thread(self._owner.keep, await self._owner.prepared(given.password))
        caller = caller_of(request)
        self._gate.hang_up(await self._ledger.end_sessions(but=caller.id if caller else None))
        return self._answer(request, caller)

    async def confirm(self, request: web.Request, password: str) -> None:
        """Return if that is the owner's password: asked again for what a stranger at an open page must not do.

        Raises RequestRefused (owner-missing, password-wrong, too-many-attempts).
        """
        if not self._owner.exists:
            message = "nobody owns this hub yet, so nobody's password can confirm it; open its page first"
            raise RequestRefused("owner-missing", message, status=409)
        await self._check(request, password)

    async def _check(self, request: web.Request, password: str) -> None:
        """Raises RequestRefused (password-wrong, too-many-attempts)."""
        self._attempts.begin(_address(request))
        if not await self._owner.is_password(password):
            message = "that is not the password; `earshot page password` on the box sets a new one"
            raise RequestRefused("password-wrong", message, status=403)
        self._attempts.succeeded(_address(request))

    def _refuse_second_owner(self) -> None:
        if self._owner.exists:
            raise RequestRefused("owner-exists", "this hub has an owner already; sign in", status=409)

    async def _signed_in(self, request: web.Request) -> web.Response:
        """A new key each time: one that somebody planted in the browser before is worth nothing."""
        if (before := caller_of(request)) is not None:
            await self._ledger.end_session(before.id)
        key, now = new_key(), self._now()
        agent = shortened(request.headers.get("User-Agent", ""))
        session = Session(id=new_id(), digest=digest(key), began=now, used=now, address=_address(request), agent=agent)
        await self._ledger.add_session(session)
        response = self._answer(request, Caller("session", session.id, "admin"))
        response.set_cookie(
            cookie_name(request),
            key,
            max_age=int(LONGEST.total_seconds()),
            path="/",
            secure=request.secure,
            httponly=True,
            samesite="Strict",
        )
        return response

    def _answer(self, request: web.Request, caller: Caller | None) -> web.Response:
        signed: State = "signed-in" if caller else "signed-out"
        return json_response(
            AccessState(
                state=signed if self._owner.exists else "first-run",
                scope=caller.scope if caller else None,
                transport="https" if request.secure else "http",
                name=self._about.name,
                version=self._about.version,
            )
        )


def _address(request: web.Request) -> str:
    """Of the caller; one of IPv4 as such, also on a listener of both families."""
    return (request.remote or "").removeprefix("::ffff:")
