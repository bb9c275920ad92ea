"""The API as data: each route tells its method and address, who may use it, and what goes in and comes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec
from aiohttp import web

from hub.web.exchange import BODY_BYTES, KNOWN_KEY, MAX_BODY_KEY
from hub.web.refusal import Handler

Scope = Literal["open", "read", "act", "admin"]
SCOPES: tuple[Scope, ...] = ("open", "read", "act", "admin")  # each may do what those before it may
API_PREFIX = "/api/v1"
PROBES = frozenset({"/health", "/health/live", "/health/ready", "/metrics"})  # also without prefix, as watchers expect

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way into the hub.

    path: below the API's prefix; ``{name}`` stands for one part. scope: who may. query, body: a Struct each; the
    handler reads them with ``query_as`` and ``body_as``. answer: the JSON that a success carries, None for no body.
    takes, gives: media types where they are not JSON.
    """

    method: Method
    path: str
    handler: Handler
    summary: str
    scope: Scope = "read"
    query: type[msgspec.Struct] | None = None
    body: Any = None
    answer: Any = None
    status: int = 200
    takes: tuple[str, ...] = ("application/json",)
    gives: str | tuple[str, ...] = "application/json"
    max_body_bytes: int = BODY_BYTES


class Access(Protocol):
    """Decides who may; ``hub.web.access`` is the page's, the control socket has none (its file's mode decides)."""

    async def admit(self, request: web.Request, scope: Scope) -> bool:
        """Return where the caller may use a route of ``scope``; False for a stranger. Raises RequestRefused."""


class RouteSource(Protocol):
    """A part of the API: one class for each subject, made by the composition root."""

    def routes(self) -> Iterable[Route]: ...


def served(routes: Iterable[Route], prefix: str = API_PREFIX, access: Access | None = None) -> list[web.RouteDef]:
    """``routes`` for an application. access: asked before each; None: whoever can connect may do everything."""
    return [web.route(route.method, prefix + route.path, _guarded(route, access)) for route in routes]


def _guarded(route: Route, access: Access | None) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        request[KNOWN_KEY] = access is None or await access.admit(request, route.scope)
        request[MAX_BODY_KEY] = route.max_body_bytes
        return await route.handler(request)

    return handle
