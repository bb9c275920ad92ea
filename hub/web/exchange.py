"""What every route reads and writes: JSON in, JSON out, within bounds."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from hub.web.refusal import TOO_LARGE, RequestRefused

BODY_SECONDS = 30.0
BODY_BYTES = 64 << 10  # what a route takes that does not say otherwise: forms, not recordings
KNOWN_KEY = web.RequestKey("known", bool)  # of a request: somebody who may read asks
MAX_BODY_KEY = web.RequestKey("max_body_bytes", int)  # of a request: how much its route takes

T = TypeVar("T")


def json_response(value: object, *, status: int = 200) -> web.Response:
    body = msgspec.json.encode(value, enc_hook=_plain)
    return web.Response(body=body, status=status, content_type="application/json")


def _plain(value: object) -> Any:
    """Read-only views of the house are JSON objects like any other."""
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


async def read_body(request: web.Request) -> bytes:
    """The body, up to what the route takes. Raises RequestRefused (request-timeout, request-too-large)."""
    limit_bytes: int = request.get(MAX_BODY_KEY, BODY_BYTES)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = bytearray()
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > limit_bytes:
                    raise RequestRefused("request-too-large", TOO_LARGE.format(kib=limit_bytes >> 10), status=413)
            return bytes(body)
    except TimeoutError as error:
        raise RequestRefused("request-timeout", f"the body took over {BODY_SECONDS:g} s", status=408) from error


async def body_as(request: web.Request, schema: type[T]) -> T:
    try:
        return msgspec.json.decode(await read_body(request), type=schema)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestRefused("request-invalid", f"the request's body: {error}; see docs/api.md") from error


def query_as(request: web.Request, schema: type[T]) -> T:
    given = dict(request.query)
    if len(given) != len(request.query):
        raise RequestRefused("request-invalid", "the request's query says something twice; see docs/api.md")
    try:
        return msgspec.convert(given, schema, strict=False)
    except msgspec.ValidationError as error:
        raise RequestRefused("request-invalid", f"the request's query: {error}; see docs/api.md") from error
