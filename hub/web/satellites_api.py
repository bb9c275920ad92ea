"""Routes for tending satellites: what is on the network, take and let go, name, room, volume, words, level."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from aiohttp import web

from hub.errors import NotThere
from hub.links.detail import Adoption, FoundPeer, SatelliteChange, SatelliteDetail
from hub.microphone_check import LevelTold
from hub.web.exchange import body_as, json_response
from hub.web.routes import Route

_ONE = "/satellites/{name}"


class SatelliteControl(Protocol):
    """The satellites, as people tend them; ``hub.links.desk.SatelliteDesk`` is one."""

    def detail(self, name: str) -> SatelliteDetail: ...

    def found(self) -> list[FoundPeer]: ...

    async def adopt(self, adoption: Adoption) -> FoundPeer: ...

    async def change(self, name: str, change: SatelliteChange) -> SatelliteDetail: ...

    async def forget(self, name: str) -> None: ...

    async def identify(self, name: str) -> None: ...


class LevelSource(Protocol):
    def level(self, satellite: str) -> LevelTold | None:
        """The newest one, while somebody looks."""


class SatellitesApi:
    """Handlers over the satellites of one hub."""

    def __init__(self, satellites: SatelliteControl, levels: LevelSource) -> None:
        self._satellites, self._levels = satellites, levels

    def routes(self) -> Iterable[Route]:
        return [
            Route(
                method="GET",
                path="/satellites/found",
                handler=self._found,
                summary="What speaks Wyoming on the network",
                answer=list[FoundPeer],
            ),
            Route(
                method="POST",
                path="/satellites/adopt",
                handler=self._adopt,
                summary="Take a satellite",
                scope="admin",
                body=Adoption,
                answer=FoundPeer,
            ),
            Route(
                method="GET", path=_ONE, handler=self._detail, summary="All on one satellite", answer=SatelliteDetail
            ),
            Route(
                method="PATCH",
                path=_ONE,
                handler=self._change,
                summary="Name, room, volume, microphone, wake words; what is not given stays",
                scope="admin",
                body=SatelliteChange,
                answer=SatelliteDetail,
            ),
            Route(method="DELETE", path=_ONE, handler=self._forget, summary="Let it go", scope="admin", status=204),
            Route(
                method="POST",
                path=f"{_ONE}/identify",
                handler=self._identify,
                summary="It sounds and says its name",
                scope="act",
                status=204,
            ),
            Route(
                method="GET",
                path=f"{_ONE}/level",
                handler=self._level,
                summary="Its microphone's newest level, while somebody watches the live topic",
                answer=LevelTold,
            ),
        ]

    async def _found(self, _: web.Request) -> web.Response:
        return json_response(self._satellites.found())

    async def _adopt(self, request: web.Request) -> web.Response:
        return json_response(await self._satellites.adopt(await body_as(request, Adoption)))

    async def _detail(self, request: web.Request) -> web.Response:
        return json_response(self._satellites.detail(request.match_info["name"]))

    async def _change(self, request: web.Request) -> web.Response:
        change = await body_as(request, SatelliteChange)
        return json_response(await self._satellites.change(request.match_info["name"], change))

    async def _forget(self, request: web.Request) -> web.Response:
        await self._satellites.forget(request.match_info["name"])
        return web.Response(status=204)

    async def _identify(self, request: web.Request) -> web.Response:
        await self._satellites.identify(request.match_info["name"])
        return web.Response(status=204)

    async def _level(self, request: web.Request) -> web.Response:
        level = self._levels.level(request.match_info["name"])
        if level is None:
            message = "nobody watches its microphone, or nothing came of it; watch the live topic levels"
            raise NotThere("level-unknown", message)
        return json_response(level)
