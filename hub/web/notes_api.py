"""Routes for what people note on their house."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, get_args

import msgspec
from aiohttp import web

from hub.house.file import HouseFile
from hub.house.notes import Kind, note_of
from hub.house.suggestions import Suggestion, suggestions
from hub.web.control import HouseNotes, HubControl
from hub.web.exchange import body_as, json_response
from hub.web.refusal import RequestRefused
from hub.web.routes import Route

_NOTE = f"/house/notes/{{kind:{'|'.join(get_args(Kind))}}}/{{key:.+}}"


class NotesApi:
    """Handlers over the notes of one house; those that change answer with all notes."""

    def __init__(self, notes: HouseNotes, control: HubControl) -> None:
        self._notes, self._control = notes, control

    def routes(self) -> Iterable[Route]:
        change = partial(Route, path=_NOTE, scope="admin", answer=HouseFile)
        return [
            Route(method="GET", path="/house/notes", handler=self._all, summary="What people noted", answer=HouseFile),
            Route(
                method="GET",
                path="/house/suggestions",
                handler=self._suggestions,
                summary="Rooms guessed from devices' names",
                answer=list[Suggestion],
            ),
            change(
                method="PUT", handler=self._put, summary="Note something; what is not given stays", body=dict[str, Any]
            ),
            change(method="DELETE", handler=self._remove, summary="Forget a note"),
        ]

    async def _all(self, _: web.Request) -> web.Response:
        return json_response(self._notes.all())

    async def _suggestions(self, _: web.Request) -> web.Response:
        return json_response(suggestions(self._control.house()))

    async def _put(self, request: web.Request) -> web.Response:
        kind, key = _named(request)
        given = await body_as(request, dict[str, Any])
        try:
            note = note_of(kind, key, given)
        except msgspec.ValidationError as error:
            raise RequestRefused("request-invalid", f"{kind} {key[:100]!r}: {error}; see docs/house.md") from error
        await self._notes.put(note)
        return json_response(self._notes.all())

    async def _remove(self, request: web.Request) -> web.Response:
        await self._notes.remove(*_named(request))
        return json_response(self._notes.all())


def _named(request: web.Request) -> tuple[Kind, str]:
    """kind: the route takes no other."""
    kind: Any = request.match_info["kind"]
    return kind, request.match_info["key"]
