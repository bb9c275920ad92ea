"""The status page's files and its guard. It has no login, so the guard keeps other web sites out of it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from aiohttp import web
from aiohttp.typedefs import Middleware

from hub.web.refusal import Handler, refuse

_TYPES = {
    "index.html": "text/html",
    "style.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Server": "earshot",  # instead of the library's name and version
    "Cache-Control": "no-store",  # what was said stays out of the browser's cache on disk
}


def load() -> dict[str, bytes]:
    """Read the page's files once; requests are answered from memory and never name a path."""
    folder = files("hub.web") / "static"
    return {name: (folder / name).read_bytes() for name in _TYPES}


def routes(contents: Mapping[str, bytes]) -> list[web.RouteDef]:
    named = [web.get(f"/{name}", _serving(body, _TYPES[name])) for name, body in contents.items()]
    return [web.get("/", _serving(contents["index.html"], "text/html")), *named]


def own_hosts(bind: str, port: int) -> frozenset[str]:
    """What ``Host`` may say. Another name that resolves to us is DNS rebinding: a foreign page reading this one."""
    names = {"localhost", "127.0.0.1", "[::1]", f"[{bind}]" if ":" in bind else bind}
    bare = names if port == 80 else set()
    return frozenset({f"{name}:{port}" for name in names} | bare)


def guard(hosts: frozenset[str]) -> Middleware:
    """Refuse foreign hosts and give every answer, refusals too, the security headers."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host.lower() in hosts:
            response = await handler(request)
        else:
            response = refuse("host-refused", "this page is only for this machine; open it as localhost", status=421)
        response.headers.update(HEADERS)
        return response

    return check


def _serving(body: bytes, content_type: str) -> Handler:
    async def send(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=content_type, charset="utf-8")

    return send
