"""A server of model files on loopback that misbehaves as told: cuts, no ranges, other content, errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

HOST = "models.example"
_READ_SECONDS = 0.5


@dataclass
class ModelServer:
    """files: by path below HOST. cut_at: bytes of an answer after which the connection breaks, one answer each.

    tags: answers have an ETag.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    cut_at: list[int] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    ranges: bool = True
    tags: bool = True
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ModelServer]:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        wanted = request.headers.get("Range")
        path = request.match_info["path"].removeprefix(f"{HOST}/")
        self.requests.append((path, wanted))
        if self.failures:
            raise _status(self.failures.pop(0))
        content = self.files.get(path)
        if content is None:
            raise web.HTTPNotFound
        tag = f'"{hash(content)}"'
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        if request.headers.get("If-Range", tag) != tag:
            first = 0
        if first >= len(content) > 0:
            raise web.HTTPRequestRangeNotSatisfiable
        answer = web.StreamResponse(status=206 if first else 200, headers={"ETag": tag} if self.tags else {})
        answer.content_length = len(content) - first
        await answer.prepare(request)
        rest = content[first:]
        if self.cut_at:
            await answer.write(rest[: self.cut_at.pop(0)])
            await asyncio.sleep(_READ_SECONDS)  # what the client has not read by then is lost to it
            assert request.transport is not None
            request.transport.close()
            return answer
        await answer.write(rest)
        return answer


def _status(status: int) -> web.HTTPException:
    found = {500: web.HTTPInternalServerError, 403: web.HTTPForbidden, 503: web.HTTPServiceUnavailable}
    return found[status]()
