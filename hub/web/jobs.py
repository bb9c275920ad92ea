"""Long work as a resource: it is started, watched and cancelled by its id, and outlives the request that began it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from aiohttp import web

from hub.trace import ErrorTrace
from hub.web.exchange import json_response
from hub.web.live import LiveFeed
from hub.web.refusal import RequestRefused
from hub.web.routes import Route
from wire.errors import EarshotError
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

KEPT_JOBS = 64  # ended ones, for whoever asks late
RUNNING_JOBS = 8

JobState = Literal["running", "done", "failed", "cancelled"]


class Job(msgspec.Struct):
    """One long work. done, total: in ``unit``; total null: not known. result: what it made, by kind (docs/api.md)."""

    id: str
    kind: str
    started: str
    state: JobState = "running"
    done: float = 0.0
    total: float | None = None
    unit: str = ""
    detail: str = ""
    result: Any = None
    error: ErrorTrace | None = None


class Progress:
    """How a job tells how far it is. Its methods are for the event loop's thread."""

    def __init__(self, job: Job, tell: Callable[[Job], None]) -> None:
        self._job, self._tell = job, tell

    def at(self, done: float, total: float | None = None, *, unit: str = "", detail: str = "") -> None:
        self._job.done, self._job.total = done, total
        self._job.unit, self._job.detail = unit or self._job.unit, detail or self._job.detail
        self._tell(self._job)


Work = Callable[[Progress], Awaitable[Any]]


class Jobs:
    """The jobs of one hub, and their routes."""

    def __init__(self, tasks: Tasks, feed: LiveFeed) -> None:
        self._tasks, self._feed = tasks, feed
        self._jobs: dict[str, Job] = {}
        self._running: dict[str, asyncio.Task[Any]] = {}

    def start(self, kind: str, work: Work) -> Job:
        """Begin ``work``; its value is the job's result. Raises RequestRefused (jobs-full)."""
        if len(self._running) >= RUNNING_JOBS:
            raise RequestRefused("jobs-full", f"{RUNNING_JOBS} jobs run already; wait, or cancel one", status=429)
        job = Job(secrets.token_hex(8), kind, datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"))
        self._forget_oldest()
        self._jobs[job.id] = job
        self._running[job.id] = self._tasks.start(self._run(job, work), name=f"job[{kind}]")
        self._tell(job)
        return job

    def get(self, identifier: str) -> Job:
        """Raises RequestRefused (job-unknown)."""
        if (job := self._jobs.get(identifier)) is None:
            raise RequestRefused("job-unknown", "there is no such job; it may have been forgotten", status=404)
        return job

    def routes(self) -> Iterable[Route]:
        return [
            Route(method="GET", path="/jobs", handler=self._all, summary="Long works, newest first", answer=list[Job]),
            Route(method="GET", path="/jobs/{job}", handler=self._one, summary="How far a job is", answer=Job),
            Route(
                method="DELETE", path="/jobs/{job}", handler=self._cancel, summary="Cancel", scope="admin", answer=Job
            ),
        ]

    async def _run(self, job: Job, work: Work) -> None:
        try:
            job.result = await work(Progress(job, self._tell))
            job.state = "done"
        except asyncio.CancelledError:
            job.state = "cancelled"
            raise
        except EarshotError as error:
            job.state, job.error = "failed", ErrorTrace(error.code, error.message)
        except Exception:  # noqa: BLE001 - the supervisor of background work (STYLE): a bug ends this job alone
            _log.exception("job %s failed", job.kind)
            job.state, job.error = "failed", ErrorTrace("internal-error", "this is a bug of the hub; its log says more")
        finally:
            self._running.pop(job.id, None)
            self._tell(job)

    def _tell(self, job: Job) -> None:
        self._feed.tell("jobs", job)

    def _forget_oldest(self) -> None:
        ended = [key for key, job in self._jobs.items() if job.state != "running"]
        for key in ended[: max(0, len(ended) - KEPT_JOBS + 1)]:
            del self._jobs[key]

    async def _all(self, _: web.Request) -> web.Response:
        return json_response(list(reversed(self._jobs.values())))

    async def _one(self, request: web.Request) -> web.Response:
        return json_response(self.get(request.match_info["job"]))

    async def _cancel(self, request: web.Request) -> web.Response:
        job = self.get(request.match_info["job"])
        if (task := self._running.get(job.id)) is not None:
            task.cancel()
            await asyncio.wait([task])
            if job.state == "running":  # it had not begun
                job.state = "cancelled"
                self._running.pop(job.id, None)
        return json_response(job)
