"""Routes for the broker: which one it is, a try of another, and the choice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from aiohttp import web

from hub.broker_choice import BrokerGiven, BrokerState, BrokerTaken
from hub.bus.trial import BrokerTried
from hub.web.exchange import body_as, json_response
from hub.web.routes import Route


class BrokerControl(Protocol):
    """The choice of a broker; ``hub.broker_choice.BrokerChoice`` is one."""

    def state(self, *, connected: bool, problem: str) -> BrokerState: ...

    async def test(self, given: BrokerGiven) -> BrokerTried: ...

    async def take(self, given: BrokerGiven) -> BrokerTaken: ...

    async def own(self) -> BrokerTaken: ...


class BusState(Protocol):
    """The connection of now; ``hub.bus.client.Bus`` is one."""

    @property
    def connected(self) -> bool: ...

    @property
    def problem(self) -> Exception | None: ...


class BrokerApi:
    """Handlers over the choice of a broker."""

    def __init__(self, broker: BrokerControl, bus: BusState) -> None:
        self._broker, self._bus = broker, bus

    def routes(self) -> Iterable[Route]:
        return [
            Route(method="GET", path="/broker", handler=self._state, summary="The broker in use", answer=BrokerState),
            Route(
                method="POST",
                path="/broker/test",
                handler=self._test,
                summary="Try a broker and count its devices; nothing is changed",
                scope="admin",
                body=BrokerGiven,
                answer=BrokerTried,
            ),
            Route(
                method="PUT",
                path="/broker",
                handler=self._take,
                summary="Use this broker",
                scope="admin",
                body=BrokerGiven,
                answer=BrokerTaken,
            ),
            Route(
                method="DELETE",
                path="/broker",
                handler=self._own,
                summary="Use the hub's own broker",
                scope="admin",
                answer=BrokerTaken,
            ),
        ]

    async def _state(self, _: web.Request) -> web.Response:
        problem = self._bus.problem
        told = "" if problem is None else str(problem)
        return json_response(self._broker.state(connected=self._bus.connected, problem=told))

    async def _test(self, request: web.Request) -> web.Response:
        return json_response(await self._broker.test(await body_as(request, BrokerGiven)))

    async def _take(self, request: web.Request) -> web.Response:
        return json_response(await self._broker.take(await body_as(request, BrokerGiven)))

    async def _own(self, _: web.Request) -> web.Response:
        return json_response(await self._broker.own())
