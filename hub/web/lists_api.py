"""Routes of the household's lists: the shopping list and others by name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.reminders.asked import CannotKeep
from hub.reminders.items import MAX_TEXT
from hub.reminders.lists import SHOPPING, Entry, Lists
from hub.web.exchange import body_as, json_response
from hub.web.live import LiveFeed
from hub.web.refusal import RequestRefused
from hub.web.routes import Route


class ListShown(msgspec.Struct, frozen=True):
    """name: empty for the shopping list."""

    name: str
    items: list[Entry]


class NewListItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /lists/items``. list: empty for the shopping list; one that is not there is made."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    list: Annotated[str, Meta(max_length=100)] = SHOPPING


class ListsApi:
    """Those that change something answer with all lists then."""

    def __init__(self, lists: Lists, feed: LiveFeed) -> None:
        self._lists, self._feed = lists, feed

    def routes(self) -> Iterable[Route]:
        act = partial(Route, scope="act", answer=list[ListShown])
        return [
            Route(method="GET", path="/lists", handler=self._all, summary="All lists", answer=list[ListShown]),
            act(
                method="POST",
                path="/lists/items",
                handler=self._add,
                summary="Put something on a list",
                body=NewListItem,
                status=201,
            ),
            act(method="POST", path="/lists/items/{id}/done", handler=self._done, summary="It is bought or done"),
            act(method="DELETE", path="/lists/items/{id}", handler=self._remove, summary="Take it off the list"),
        ]

    async def _all(self, _: web.Request) -> web.Response:
        return await self._shown()

    async def _add(self, request: web.Request) -> web.Response:
        asked = await body_as(request, NewListItem)
        text = " ".join(asked.text.split())
        if not text:
            raise RequestRefused("list-item-empty", "write what is to be on the list", status=422)
        try:
            await self._put(await self._lists.spelled(" ".join(asked.list.split())), text)
        except CannotKeep as full:
            raise RequestRefused("list-full", "the lists are full; take something off", status=409) from full
        return await self._told(status=201)

    async def _put(self, name: str, text: str) -> None:
        """Once: what is on the list already stays as it is."""
        here = await self._lists.entries(name)
        if all(entry.done or entry.text.casefold() != text.casefold() for entry in here):
            await self._lists.add(name, text)

    async def _done(self, request: web.Request) -> web.Response:
        await self._lists.complete(await self._named(request))
        return await self._told()

    async def _remove(self, request: web.Request) -> web.Response:
        await self._lists.remove([await self._named(request)])
        return await self._told()

    async def _named(self, request: web.Request) -> Entry:
        wanted = request.match_info["id"]
        for shown in await self._read():
            for entry in shown.items:
                if entry.id == wanted:
                    return entry
        raise RequestRefused("list-item-unknown", "it is not on a list any more; see GET /lists", status=404)

    async def _told(self, status: int = 200) -> web.Response:
        self._feed.tell("reminders", {"change": "lists", "id": ""})
        return await self._shown(status)

    async def _shown(self, status: int = 200) -> web.Response:
        response = json_response(await self._read())
        response.set_status(status)
        return response

    async def _read(self) -> list[ListShown]:
        """The shopping list first, and always."""
        names = [SHOPPING, *(name for name in await self._lists.names() if name != SHOPPING)]
        return [ListShown(name, await self._lists.entries(name)) for name in names]
