"""Routes for the engines: how they are, a fresh start, another model, a short measurement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Annotated, Protocol

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.engine_desk import EngineDetail, EngineMeasured, EngineStage, EngineSwitched
from hub.web.exchange import body_as, json_response
from hub.web.jobs import Job, Jobs, Progress
from hub.web.routes import Route

_ONE = "/engines/{name:.+}"  # a server's name is its address


class EngineControl(Protocol):
    """The engines; ``hub.engine_desk.EngineDesk`` is one."""

    def all(self) -> list[EngineDetail]: ...

    def restart(self, name: str) -> None: ...

    async def switch(self, stage: EngineStage, model: str) -> EngineSwitched: ...

    async def measure(self, name: str, told: Callable[[float, float], None]) -> EngineMeasured: ...


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /engines/switch``. model: of those that are here, ``none``, or empty for the best that is."""

    stage: EngineStage
    model: Annotated[str, Meta(max_length=80)]


class EnginesApi:
    """Handlers over the engines of one hub."""

    def __init__(self, engines: EngineControl, jobs: Jobs) -> None:
        self._engines, self._jobs = engines, jobs

    def routes(self) -> Iterable[Route]:
        return [
            Route(method="GET", path="/engines", handler=self._all, summary="Every engine", answer=list[EngineDetail]),
            Route(
                method="POST",
                path="/engines/switch",
                handler=self._switch,
                summary="Another model for a stage",
                scope="admin",
                body=Switch,
                answer=EngineSwitched,
            ),
            Route(
                method="POST",
                path=f"{_ONE}/restart",
                handler=self._restart,
                summary="End its process and start it anew",
                scope="admin",
                status=202,
            ),
            Route(
                method="POST",
                path=f"{_ONE}/measure",
                handler=self._measure,
                summary="Three rounds of a sentence, as a job; its result is EngineMeasured",
                scope="act",
                answer=Job,
                status=202,
            ),
        ]

    async def _all(self, _: web.Request) -> web.Response:
        return json_response(self._engines.all())

    async def _switch(self, request: web.Request) -> web.Response:
        switch = await body_as(request, Switch)
        return json_response(await self._engines.switch(switch.stage, switch.model))

    async def _restart(self, request: web.Request) -> web.Response:
        self._engines.restart(request.match_info["name"])
        return web.Response(status=202)

    async def _measure(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]

        async def work(progress: Progress) -> EngineMeasured:
            return await self._engines.measure(name, partial(progress.at, unit="rounds", detail=name))

        return json_response(self._jobs.start("engine-measure", work), status=202)
