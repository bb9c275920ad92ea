"""What every route reads and writes: JSON in, JSON out, within bounds."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from hub.web.refusal import RequestRefused

BODY_SECONDS = 30.0

T = TypeVar("T")


def json_response(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value, enc_hook=_plain), content_type="application/json")


def _plain(value: object) -> Any:
    """Read-only views of the house are JSON objects like any other."""
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


async def read_body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError as error:
        raise RequestRefused("request-timeout", f"the body took over {BODY_SECONDS:g} s", status=408) from error


async def body_as(request: web.Request, schema: type[T]) -> T:
    try:
        return msgspec.json.decode(await read_body(request), type=schema)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestRefused("request-invalid", f"the request's body: {error}; see docs/web.md") from error


def query_as(request: web.Request, schema: type[T]) -> T:
    try:
        return msgspec.convert(dict(request.query), schema, strict=False)
    except msgspec.ValidationError as error:
        raise RequestRefused("request-invalid", f"the request's query: {error}; see docs/web.md") from error
