"""Routes for what is kept of a household: how much, as a file to take away, deleted by kind or altogether."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import Annotated, Protocol

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.kept.household import Forgotten
from hub.kept.kinds import Kept
from hub.web.exchange import body_as, json_response
from hub.web.jobs import Job, Jobs, Progress
from hub.web.refusal import RequestRefused
from hub.web.routes import Route

CHUNK_BYTES = 256 << 10

Told = Callable[[float, float, str], None]


class KeptData(Protocol):
    """``hub.kept.household.Household`` is one."""

    async def all(self) -> list[Kept]: ...

    async def delete(self, name: str) -> None: ...

    async def forget(self, progress: Told) -> Forgotten: ...


class Forget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /kept/forget``. confirm: the hub's name, as it is shown."""

    confirm: Annotated[str, Meta(max_length=100)]


class Exported(msgspec.Struct, frozen=True):
    """Result of an export's job. download: fetched once, below the API's prefix."""

    download: str
    size_bytes: int


class KeptApi:
    """make_export: makes the file and says where; it raises EarshotError. hub_name: typed by who wants to forget."""

    def __init__(
        self, kept: KeptData, make_export: Callable[[Told], Awaitable[Path]], jobs: Jobs, *, hub_name: str
    ) -> None:
        self._kept, self._make_export, self._jobs, self._hub_name = kept, make_export, jobs, hub_name
        self._exports: dict[str, Path] = {}

    def routes(self) -> Iterable[Route]:
        return [
            Route(
                method="GET",
                path="/kept",
                handler=self._all,
                summary="What is kept, by kind",
                scope="admin",
                answer=list[Kept],
            ),
            Route(
                method="DELETE",
                path="/kept/{kind}",
                handler=self._delete,
                summary="Delete one kind",
                scope="admin",
                answer=Job,
                status=202,
            ),
            Route(
                method="POST",
                path="/kept/export",
                handler=self._export,
                summary="Make a ZIP file of everything; the job's result says where it is fetched, once",
                scope="admin",
                answer=Job,
                status=202,
            ),
            Route(
                method="GET",
                path="/kept/export/{job}",
                handler=self._download,
                summary="Fetch an export; it is deleted when it was sent",
                scope="admin",
                gives="application/zip",
            ),
            Route(
                method="POST",
                path="/kept/forget",
                handler=self._forget,
                summary="Delete everything of the household",
                scope="admin",
                body=Forget,
                answer=Job,
                status=202,
            ),
        ]

    async def _all(self, _: web.Request) -> web.Response:
        return json_response(await self._kept.all())

    async def _delete(self, request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        if kind not in {each.kind for each in await self._kept.all()}:
            raise RequestRefused("kept-unknown", "nothing of that kind is kept; GET /kept lists them", status=404)

        async def work(_: Progress) -> list[Kept]:
            await self._kept.delete(kind)
            return await self._kept.all()

        return _begun(self._jobs.start("delete", work))

    async def _export(self, _: web.Request) -> web.Response:
        job: Job

        async def work(progress: Progress) -> Exported:
            path = await self._make_export(_telling(progress))
            self._exports = {job.id: path}  # one before it was deleted by its maker
            size = await asyncio.to_thread(lambda: path.stat().st_size)
            return Exported(f"/kept/export/{job.id}", size)

        job = self._jobs.start("export", work)
        return _begun(job)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = self._exports.get(request.match_info["job"])
        if path is None or not await asyncio.to_thread(path.exists):
            raise RequestRefused("export-gone", "this export was fetched already, or never made; make one", status=404)
        return await send_and_delete(request, path, "application/zip")

    async def _forget(self, request: web.Request) -> web.Response:
        typed = (await body_as(request, Forget)).confirm
        if " ".join(typed.split()).casefold() != " ".join(self._hub_name.split()).casefold():
            message = f"type the hub's name, {self._hub_name!r}, to delete everything"
            raise RequestRefused("forget-unconfirmed", message, status=422, field="confirm")

        async def work(progress: Progress) -> Forgotten:
            return await self._kept.forget(_telling(progress))

        return _begun(self._jobs.start("forget", work))


async def send_and_delete(request: web.Request, path: Path, content_type: str) -> web.StreamResponse:
    """Stream a file that was made for this request; it is deleted once all of it was sent."""
    size = (await asyncio.to_thread(path.stat)).st_size
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{path.name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    async for chunk in _chunks(path):
        await response.write(chunk)
    await response.write_eof()
    await asyncio.to_thread(path.unlink, missing_ok=True)
    return response


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        await asyncio.to_thread(file.close)


def _telling(progress: Progress) -> Told:
    def tell(done: float, total: float, kind: str) -> None:
        progress.at(done, total, unit="kinds", detail=kind)

    return tell


def _begun(job: Job) -> web.Response:
    response = json_response(job)
    response.set_status(202)
    return response
