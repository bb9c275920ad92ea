"""Routes for hub.toml: what can be set, what is set, and a restart for what does not count at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import msgspec
from aiohttp import web

from hub.settings.file import FileChanged
from hub.settings.settings import SettingRefused, SettingsChanged, SettingsSchema, SettingsState
from hub.web.exchange import body_as, json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route

SETTINGS_BYTES = 1 << 20


class SettingsControl(Protocol):
    """What the hub can be told; ``hub.settings.settings.Settings`` is one."""

    def schema(self) -> SettingsSchema: ...

    async def state(self) -> SettingsState: ...

    async def change(self, changes: Mapping[str, Any], *, digest: str | None = None) -> SettingsChanged: ...

    async def check(self) -> None: ...


class Restarting(msgspec.Struct, frozen=True):
    """The hub ends and begins anew; its page comes back by itself."""

    restarting: bool = True


class SettingsApi:
    """restart: asks the program to end and begin anew; None where it is another's to do."""

    def __init__(self, settings: SettingsControl, restart: Callable[[], None] | None) -> None:
        self._settings, self._restart = settings, restart

    def routes(self) -> Iterable[Route]:
        return [
            Route(
                method="GET",
                path="/settings/schema",
                handler=self._schema,
                summary="What can be set, with what it means",
                scope="admin",
                answer=SettingsSchema,
            ),
            Route(
                method="GET",
                path="/settings",
                handler=self._state,
                summary="What is set; ETag is the file's digest",
                scope="admin",
                answer=SettingsState,
            ),
            Route(
                method="PATCH",
                path="/settings",
                handler=self._change,
                summary="Set by section.key; null: its default again. If-Match: the digest of what was looked at",
                scope="admin",
                body=dict[str, Any],
                answer=SettingsChanged,
                max_body_bytes=SETTINGS_BYTES,
            ),
            Route(
                method="POST",
                path="/settings/restart",
                handler=self._begin_anew,
                summary="Restart the hub, if it could start with its files as they are",
                scope="admin",
                answer=Restarting,
                status=202,
            ),
        ]

    async def _schema(self, _: web.Request) -> web.Response:
        return json_response(self._settings.schema())

    async def _state(self, _: web.Request) -> web.Response:
        return _tagged(await self._settings.state(), None)

    async def _change(self, request: web.Request) -> web.Response:
        changes = await body_as(request, dict[str, Any])
        try:
            changed = await self._settings.change(changes, digest=wanted_digest(request))
        except FileChanged as error:
            raise RequestRefused(error.code, error.message, status=412) from error
        except SettingRefused as error:
            raise RequestRefused(error.code, error.message, status=422, field=error.field) from error
        return _tagged(changed.state, changed)

    async def _begin_anew(self, _: web.Request) -> web.Response:
        if self._restart is None:
            message = "this hub belongs to another program; end that and start it again"
            raise RequestRefused("restart-unavailable", message, status=409)
        await self._settings.check()
        self._restart()
        response = json_response(Restarting())
        response.set_status(202)
        return response


def _tagged(state: SettingsState, answer: SettingsChanged | None) -> web.Response:
    response = json_response(answer or state)
    response.headers["ETag"] = f'"{state.digest}"'
    return response


def wanted_digest(request: web.Request) -> str | None:
    tag = request.headers.get("If-Match")
    return tag.strip().strip('"') if tag and tag.strip() != "*" else None
