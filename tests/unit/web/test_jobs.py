"""Jobs: started, watched, cancelled by their id; a bug ends one job alone."""

from __future__ import annotations

import asyncio

import pytest

from hub.web.jobs import RUNNING_JOBS, Jobs
from hub.web.live import LiveFeed
from hub.web.refusal import RequestRefused
from wire.errors import EarshotError
from wire.tasks import Tasks


@pytest.fixture
async def jobs():
    async with Tasks() as tasks:
        yield Jobs(tasks, LiveFeed())


async def _until_ended(job):
    while job.state == "running":
        await asyncio.sleep(0)


async def test_a_job_tells_how_far_it_is_and_what_it_made(jobs):
    async def work(progress):
        progress.at(1, 2, unit="files", detail="second")
        return {"made": 2}

    job = jobs.start("pull", work)
    await _until_ended(jobs.get(job.id))
    assert (job.state, job.done, job.total, job.unit, job.result) == ("done", 1, 2, "files", {"made": 2})


@pytest.mark.parametrize(
    ("raised", "code"), [(EarshotError("disk-full", "no"), "disk-full"), (KeyError(), "internal-error")]
)
async def test_one_that_fails_says_why_and_harms_no_other(jobs, raised, code):
    async def work(_):
        raise raised

    job = jobs.start("pull", work)
    await _until_ended(job)
    assert (job.state, job.error.code) == ("failed", code)


async def test_too_many_are_refused_and_an_ended_one_makes_room(jobs):
    end = asyncio.Event()

    async def work(_):
        await end.wait()

    started = [jobs.start("wait", work) for _ in range(RUNNING_JOBS)]
    with pytest.raises(RequestRefused) as caught:
        jobs.start("wait", work)
    assert caught.value.code == "jobs-full"
    end.set()
    for job in started:
        await _until_ended(job)
    jobs.start("wait", work)


async def test_an_unknown_one_is_named(jobs):
    with pytest.raises(RequestRefused) as caught:
        jobs.get("nobody")
    assert caught.value.code == "job-unknown"
