"""The page's files and its guard against other web sites."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from hub.web.refusal import Handler, refuse

LANGUAGES = ("en", "de", "fr")
_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
}
WORKER = "/sw.js"
_NO_FILES = b"const FILES = {};"  # in the worker's text as it is in the repository
_PACKED = frozenset({"png"})  # gzip gains nothing
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(self), geolocation=()",
    "Server": "earshot",  # instead of the library's name and version
    "Cache-Control": "no-store",  # what was said stays out of the browser's cache on disk
}


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent. packed: gzip's, null where it gains nothing."""

    body: bytes
    content_type: str
    packed: bytes | None
    tag: str


def load() -> dict[str, File]:
    """Read the page's files once, by address; requests are answered from memory and never name a path. Blocks."""
    static = files("hub.web") / "static"
    bodies = {address: body for address, body in _walk(static, "") if not address.startswith("/words/")}
    words = {f"/words/{language}.json": _words(static / "words" / language) for language in LANGUAGES}
    found = {address: _file(address, body) for address, body in (bodies | words).items()}
    return found | {WORKER: _file(WORKER, _worker(bodies[WORKER], found))}


def _walk(folder: Traversable, address: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{address}/{entry.name}")
        elif entry.name.rpartition(".")[2] in _TYPES:
            yield f"{address}/{entry.name}", entry.read_bytes()


def _words(folder: Traversable) -> bytes:
    """All words of one language: every page has a file of its own."""
    joined: dict[str, str] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        joined |= msgspec.json.decode(entry.read_bytes(), type=dict[str, str])
    return msgspec.json.encode(joined)


def _worker(body: bytes, found: Mapping[str, File]) -> bytes:
    """The service worker's text with every file's tag in it: it changes whenever one of them does."""
    tags = {address: file.tag for address, file in found.items() if address != WORKER}
    filled = body.replace(_NO_FILES, b"const FILES = " + msgspec.json.encode(tags) + b";", 1)
    assert filled != body, f"{WORKER} has no place for the files"
    return filled


def _file(address: str, body: bytes) -> File:
    ending = address.rpartition(".")[2]
    packed = None if ending in _PACKED else gzip.compress(body, mtime=0)
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return File(body, _TYPES[ending], packed if packed and len(packed) < len(body) else None, tag)


def looks(contents: Mapping[str, File]) -> list[web.RouteDef]:
    """What another page than ours needs to look like it."""
    return [web.get(address, _serving(contents[address])) for address in ("/style.css", "/icon.svg")]


def routes(contents: Mapping[str, File]) -> list[web.RouteDef]:
    named = [web.get(address, _serving(file)) for address, file in contents.items()]
    return [web.get("/", _serving(contents["/index.html"])), *named]


def guard(names: Container[str]) -> Middleware:
    """Refuse foreign hosts and give every answer, refusals too, the security headers.

    names: what ``Host`` may say; a name of others that resolves to us is DNS rebinding: their page would read ours.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if "Host" in request.headers and request.host in names:  # without one, aiohttp takes our own name
            response = await handler(request)
        else:
            message = "this hub has no such name; open it by its address, or add the name to `[web] names`"
            response = refuse(code="host-refused", message=message, status=421)
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return check


def _serving(file: File) -> Handler:
    headers = {"ETag": file.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}  # nobody's words are in it

    async def send(request: web.Request) -> web.StreamResponse:
        if file.tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            packed = headers | {"Content-Encoding": "gzip"}
            return web.Response(body=file.packed, content_type=file.content_type, charset="utf-8", headers=packed)
        return web.Response(body=file.body, content_type=file.content_type, charset="utf-8", headers=headers)

    return send
