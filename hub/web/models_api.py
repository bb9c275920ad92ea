"""Routes for the models: what there is, fetch, take in, verify, remove, measure what suits. Nothing comes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Annotated, Protocol

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.model_desk import Damage, ModelShelf
from hub.web.exchange import body_as, json_response
from hub.web.jobs import Job, Jobs, Progress
from hub.web.refusal import RequestRefused
from hub.web.routes import Route
from models.store.fetching import Arrived, Told
from models.store.folder import Installed

_ONE = "/models/{name}"
_PULL = "model-pull"
_SILENT_SECONDS = 30.0  # of an upload
_MOST_BYTES = 1 << 36


class ModelControl(Protocol):
    """The model store; ``hub.model_desk.ModelDesk`` is one."""

    async def shelf(self) -> ModelShelf: ...

    async def pull(self, name: str, told: Told) -> Installed: ...

    async def verify(self, name: str) -> Damage: ...

    async def remove(self, name: str) -> Installed: ...

    async def take_in(self, folder: Path, told: Told) -> list[Installed]: ...

    async def upload(self, name: str, path: str, content: AsyncIterator[bytes]) -> Installed | None: ...

    async def fit(self, told: Callable[[str], None]) -> list[str]: ...


class Import(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of ``POST /models/import``. folder: of this box, a USB stick's, say."""

    folder: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^/")]


class Uploaded(msgspec.Struct, frozen=True):
    """model: null while files of it are missing."""

    model: Installed | None


class ModelsApi:
    """Handlers over the models of one hub."""

    def __init__(self, models: ModelControl, jobs: Jobs) -> None:
        self._models, self._jobs = models, jobs
        self._pulling: dict[str, Job] = {}

    def routes(self) -> Iterable[Route]:
        def job(path: str, handler: Callable[[web.Request], object], summary: str, body: object = None) -> Route:
            return Route(
                method="POST",
                path=path,
                handler=handler,  # type: ignore[arg-type]  # each is a coroutine of a request
                summary=summary,
                scope="admin",
                body=body,
                answer=Job,
                status=202,
            )

        return [
            Route(method="GET", path="/models", handler=self._shelf, summary="All models", answer=ModelShelf),
            job("/models/import", self._import, "Take in what a folder has, as a job", Import),
            job("/models/fit", self._fit, "Measure which models suit this box, as a job"),
            job(f"{_ONE}/pull", self._pull, "Fetch it, as a job; what came before is kept"),
            job(f"{_ONE}/verify", self._verify, "Read all its files again, as a job; its result is Damage"),
            Route(
                method="PUT",
                path=f"{_ONE}/files/{{path}}",
                handler=self._upload,
                summary="One file of it, from a browser",
                scope="admin",
                takes=("application/octet-stream",),
                answer=Uploaded,
                max_body_bytes=_MOST_BYTES,
            ),
            Route(method="DELETE", path=_ONE, handler=self._remove, summary="Remove", scope="admin", answer=Installed),
        ]

    async def _shelf(self, _: web.Request) -> web.Response:
        return json_response(await self._models.shelf())

    async def _pull(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        running = self._pulling.get(name)
        if running is not None and running.state == "running":
            return json_response(running, status=202)

        async def work(progress: Progress) -> Installed:
            return await self._models.pull(name, lambda arrived: _tell(progress, name, arrived))

        job = self._pulling[name] = self._jobs.start(_PULL, work)
        job.detail = name
        return json_response(job, status=202)

    async def _verify(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]

        async def work(progress: Progress) -> Damage:
            progress.at(0, detail=name)
            return await self._models.verify(name)

        return json_response(self._jobs.start("model-verify", work), status=202)

    async def _import(self, request: web.Request) -> web.Response:
        folder = Path((await body_as(request, Import)).folder)
        loop = asyncio.get_running_loop()

        async def work(progress: Progress) -> list[Installed]:
            def told(arrived: Arrived) -> None:  # in the worker's thread
                loop.call_soon_threadsafe(_tell, progress, str(folder), arrived)

            return await self._models.take_in(folder, told)

        return json_response(self._jobs.start("model-import", work), status=202)

    async def _fit(self, _: web.Request) -> web.Response:
        async def work(progress: Progress) -> list[str]:
            return await self._models.fit(lambda line: progress.at(0, detail=line))

        return json_response(self._jobs.start("model-fit", work), status=202)

    async def _upload(self, request: web.Request) -> web.Response:
        name, path = request.match_info["name"], request.match_info["path"]
        return json_response(Uploaded(await self._models.upload(name, path, _blocks(request))))

    async def _remove(self, request: web.Request) -> web.Response:
        return json_response(await self._models.remove(request.match_info["name"]))


def _tell(progress: Progress, name: str, arrived: Arrived) -> None:
    told = f"{name}: {arrived.problem}" if arrived.problem else f"{name}: {arrived.path}"
    progress.at(arrived.bytes, arrived.total or None, unit="bytes", detail=told)


async def _blocks(request: web.Request) -> AsyncIterator[bytes]:
    try:
        while True:
            async with asyncio.timeout(_SILENT_SECONDS):
                block = await request.content.readany()
            if not block:
                return
            yield block
    except TimeoutError as error:
        raise RequestRefused("request-timeout", f"nothing came for {_SILENT_SECONDS:g} s", status=408) from error
