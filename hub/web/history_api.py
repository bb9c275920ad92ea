"""Routes for how it went over time: how quick answers were, how often it woke, how busy and warm the box is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Protocol, get_args

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.web.exchange import json_response, query_as
from hub.web.routes import Route

Figure = Literal["latency", "turns", "wakes", "errors", "cpu", "memory", "temperature"]
Unit = Literal["ms", "count", "percent", "celsius"]
FIGURES: tuple[Figure, ...] = get_args(Figure)
MOST_HOURS = 24 * 30


class HistoryAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /history``."""

    figure: Figure
    hours: Annotated[int, Meta(ge=1, le=MOST_HOURS)] = 24


class Series(msgspec.Struct, frozen=True):
    """One line. values: one for each of History.at; null: nothing is known of then."""

    name: str
    values: list[float | None]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A figure over time. at: seconds since 1970, oldest first. step_seconds: how long each one stands for."""

    figure: Figure
    unit: Unit
    step_seconds: int
    at: list[int]
    series: list[Series]


class Past(Protocol):
    """Tells figures; ``hub.past_figures.PastFigures`` is one."""

    async def history(self, figure: Figure, hours: int) -> History:
        """Raises StoreLost."""


class HistoryApi:
    def __init__(self, past: Past) -> None:
        self._past = past

    def routes(self) -> Iterable[Route]:
        return [
            Route(
                method="GET",
                path="/history",
                handler=self._history,
                summary=f"A figure over time: {', '.join(FIGURES)}",
                query=HistoryAsked,
                answer=History,
            )
        ]

    async def _history(self, request: web.Request) -> web.Response:
        asked = query_as(request, HistoryAsked)
        return json_response(await self._past.history(asked.figure, asked.hours))
