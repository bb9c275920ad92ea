"""Routes for rules.toml and routines.toml as text: read, checked, written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated, Protocol

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.settings.automations import MOST_CHARACTERS, Automation, Checked
from hub.settings.file import FileChanged
from hub.web.exchange import body_as, json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route
from hub.web.settings_api import wanted_digest

_FILE = "/automations/{file:rules|routines}"
_BODY_BYTES = 4 * MOST_CHARACTERS


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``PUT`` and ``POST …/check``."""

    text: Annotated[str, Meta(max_length=MOST_CHARACTERS)]


class TextFile(Protocol):
    """``hub.settings.automations.AutomationFile`` is one."""

    async def read(self) -> Automation: ...

    async def check(self, text: str) -> Checked: ...

    async def write(self, text: str, *, digest: str | None) -> Automation: ...


class AutomationsApi:
    """files: ``rules`` and ``routines``."""

    def __init__(self, files: Mapping[str, TextFile]) -> None:
        self._files = files

    def routes(self) -> Iterable[Route]:
        admin = partial(Route, scope="admin")
        return [
            admin(
                method="GET", path=_FILE, handler=self._read, summary="rules.toml or routines.toml", answer=Automation
            ),
            admin(
                method="PUT",
                path=_FILE,
                handler=self._write,
                summary="Write it, if it is right; If-Match: the digest of what was looked at",
                body=Text,
                answer=Automation,
                max_body_bytes=_BODY_BYTES,
            ),
            admin(
                method="POST",
                path=_FILE + "/check",
                handler=self._check,
                summary="Is this text right? Nothing is written",
                body=Text,
                answer=Checked,
                max_body_bytes=_BODY_BYTES,
            ),
        ]

    def _file(self, request: web.Request) -> TextFile:
        return self._files[request.match_info["file"]]

    async def _read(self, request: web.Request) -> web.Response:
        return json_response(await self._file(request).read())

    async def _check(self, request: web.Request) -> web.Response:
        return json_response(await self._file(request).check((await body_as(request, Text)).text))

    async def _write(self, request: web.Request) -> web.Response:
        text = (await body_as(request, Text)).text
        try:
            return json_response(await self._file(request).write(text, digest=wanted_digest(request)))
        except FileChanged as error:
            raise RequestRefused(error.code, error.message, status=412) from error
