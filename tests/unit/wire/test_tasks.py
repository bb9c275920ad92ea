"""Background tasks end with their block, and neither side's errors are lost or wrapped without need."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from wire.tasks import Tasks, keeping_cancel, raise_if_cancelled


async def test_leaving_cancels_and_awaits_every_task() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    async with Tasks() as tasks:
        tasks.start(work(), name="work")
        await asyncio.sleep(0)
        assert len(tasks) == 1
    assert ended == ["work"]
    assert len(tasks) == 0


async def test_the_blocks_own_error_comes_out_as_it_is() -> None:
    async def block() -> None:
        async with Tasks() as tasks:
            tasks.start(asyncio.Event().wait(), name="waits")
            raise KeyError

    with pytest.raises(KeyError):
        await block()


async def test_a_bug_in_a_task_ends_the_block() -> None:
    async def bug() -> None:
        raise ZeroDivisionError

    async def block() -> None:
        async with Tasks() as tasks:
            tasks.start(bug(), name="bug")
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as group:
        await block()
    assert group.group_contains(ZeroDivisionError)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_cancelling_from_outside_stays_a_cancelling() -> None:
    async def block() -> None:
        async with Tasks() as tasks:
            tasks.start(asyncio.Event().wait(), name="waits")
            await asyncio.Event().wait()

    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_cancel_that_a_failing_group_forgot_is_raised_after_it() -> None:
    """A loop around the group would otherwise go on for ever, and with it the program that waits for its end."""
    begun = asyncio.Event()

    async def fail_when_cancelled() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            raise OSError("the link broke in the same moment")

    async def loop() -> None:
        while True:
            with contextlib.suppress(ExceptionGroup):
                async with asyncio.TaskGroup() as group:
                    group.create_task(fail_when_cancelled())
            raise_if_cancelled()

    task = asyncio.create_task(loop())
    await begun.wait()
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait([task])
    assert task.cancelled()


async def test_a_cancel_that_a_library_swallowed_is_raised_after_it() -> None:
    reached = asyncio.Event()
    went_on: list[bool] = []

    async def swallowing() -> None:
        reached.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async def work() -> None:
        with keeping_cancel():
            await swallowing()
        went_on.append(True)

    task = asyncio.create_task(work())
    await reached.wait()
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert not went_on


async def test_who_is_cancelled_already_may_say_a_last_word() -> None:
    said: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            with keeping_cancel():
                await asyncio.sleep(0)
            said.append("goodbye")

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert said == ["goodbye"]
