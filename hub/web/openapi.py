"""The API's description, OpenAPI 3.1, made from the routes themselves: it cannot say what they do not do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from aiohttp import web

from hub.web.refusal import Refusal
from hub.web.routes import API_PREFIX, Route

_PART = re.compile(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")
_WHO = {"open": "anybody", "read": "a session or a token", "act": "a token that may act", "admin": "the owner"}


def description(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """All ``routes`` as one OpenAPI document, ready for JSON."""
    known = list(routes)
    kinds = [kind for route in known for kind in (route.query, route.body, route.answer) if kind is not None]
    _, components = msgspec.json.schema_components([*kinds, Refusal], ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for route in known:
        paths.setdefault(_PART.sub(r"{\1}", route.path), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Earshot", "version": version, "summary": "The hub of one house.", "license": _LICENSE},
        "servers": [{"url": API_PREFIX}],
        "security": [{"session": []}, {"token": []}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def openapi_route(routes: Iterable[Route], version: str) -> Route:
    """The description's own route; it is among what it describes."""

    async def send(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    route = Route(method="GET", path="/openapi.json", handler=send, summary="This description", answer=dict[str, Any])
    body = msgspec.json.encode(description([*routes, route], version))
    return route


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": _identifier(route),
        "tags": [route.path.strip("/").split("/")[0]],
        "x-scope": route.scope,
        "description": f"For {_WHO[route.scope]}.",
        "parameters": [*_path_parameters(route.path), *_query_parameters(route)],
        "responses": {
            str(route.status): _answer(route),
            "default": {"description": "Refused.", "content": {"application/json": {"schema": _schema(Refusal)}}},
        },
    }
    if route.scope == "open":
        operation["security"] = []
    if route.body is not None or route.takes != ("application/json",):
        schema = _schema(route.body) if route.body is not None else None
        content = {kind: {"schema": schema} if schema and "json" in kind else {} for kind in route.takes}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _identifier(route: Route) -> str:
    words = re.findall(r"\w+", _PART.sub(r"by_\1", route.path))
    return "_".join([route.method.lower(), *words])


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": part[1], "in": "path", "required": True, "schema": _part_schema(part[0])}
        for part in _PART.finditer(path)
    ]


def _part_schema(part: str) -> dict[str, Any]:
    """``{kind:room|device}`` is one of these words, anything else any text."""
    _, _, pattern = part.strip("{}").partition(":")
    if re.fullmatch(r"\w+(\|\w+)*", pattern):
        return {"type": "string", "enum": pattern.split("|")}
    return {"type": "string", "minLength": 1}


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    _, components = msgspec.json.schema_components([route.query], ref_template="#/components/schemas/{name}")
    shape = components[route.query.__name__]
    required = set(shape.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _answer(route: Route) -> dict[str, Any]:
    if route.answer is None and route.gives == "application/json":
        return {"description": "Done."}
    schema = {"schema": _schema(route.answer)} if route.answer is not None else {}
    kinds = (route.gives,) if isinstance(route.gives, str) else route.gives
    return {"description": "Done.", "content": dict.fromkeys(kinds, schema)}


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template="#/components/schemas/{name}")
    return schema


_LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "earshot_session"},
    "token": {"type": "http", "scheme": "bearer"},
}
