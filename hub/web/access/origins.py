"""Which requests another web site may have made a browser send, and by which names the page is its own.

Browsers name the site that a request comes from in ``Origin`` (and, over HTTPS and on this machine, in
``Sec-Fetch-Site``); a name of somebody else that resolves to us (DNS rebinding) stands in ``Host``.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from aiohttp import web

from hub.web.refusal import RequestRefused

SAFE_METHODS = frozenset({"GET", "HEAD"})
PAGE_HEADER = "X-Earshot"  # a form or an image of another site cannot send it
_OWN_SITES = frozenset({"same-origin", "none"})
HOST = "earshot"  # .local, where zeroconf announces it


class OwnNames:
    """What ``Host`` may say. An address is safe: only a name can be made to mean another machine."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """names: beside this machine's own, as ``box.lan``."""
        host = socket.gethostname()
        own = {"localhost", host, host.partition(".")[0], f"{host.partition('.')[0]}.local", f"{HOST}.local"}
        self.announced = ""
        self._names = {name.lower().rstrip(".") for name in (*own, *names)}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def announce(self, name: str) -> None:
        """Zeroconf announces ``name`` now; those before may still be in somebody's browser."""
        self.announced = name
        self._names.add(name.lower())

    def __contains__(self, host: object) -> bool:
        """host: with or without a port."""
        name = _without_port(host) if isinstance(host, str) else None
        return name is not None and (name.lower().rstrip(".") in self._names or _is_address(name))


def refuse_other_sites(request: web.Request) -> None:
    """For requests that a browser may have sent with its cookie. Raises RequestRefused (cross-site-refused)."""
    is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
    unsafe = request.method not in SAFE_METHODS
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
        raise _cross_site("comes from another web site")
    origin = request.headers.get("Origin")
    if origin is not None and (unsafe or is_socket) and not _is_own(origin, request):
        raise _cross_site("comes from another web site")
    if is_socket and origin is None:
        raise _cross_site("names no origin; a program sends a token instead of a cookie")
    if unsafe and PAGE_HEADER not in request.headers and request.content_type != "application/json":
        raise _cross_site(f"could be a form of another web site; send the header {PAGE_HEADER}, or JSON")


def _is_own(origin: str, request: web.Request) -> bool:
    return origin.lower() == f"{request.scheme}://{request.host.lower()}"


def _cross_site(why: str) -> RequestRefused:
    return RequestRefused("cross-site-refused", f"this request {why}", status=403)


def _without_port(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - raises where it is none
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
