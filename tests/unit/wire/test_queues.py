"""The bounded queues of a connection: what waits, what gives way, and what an end does."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.event import Event

from wire.errors import PeerClosed
from wire.queues import Inbox, Outbox

ENDED = PeerClosed("peer-closed", "it left")


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_an_inbox_makes_the_reader_wait_when_it_is_full() -> None:
    inbox = Inbox(max_items=2, max_bytes=1000)
    await inbox.put(Event("1"), 1)
    await inbox.put(Event("2"), 1)
    async with asyncio.TaskGroup() as group:
        third = group.create_task(inbox.put(Event("3"), 1))
        await settle()
        assert not third.done()
        assert (await inbox.get()).type == "1"
    assert [(await inbox.get()).type for _ in range(2)] == ["2", "3"]


async def test_an_inbox_is_full_of_bytes_too() -> None:
    inbox = Inbox(max_items=100, max_bytes=10)
    await inbox.put(Event("big"), 50)
    async with asyncio.TaskGroup() as group:
        second = group.create_task(inbox.put(Event("small"), 1))
        await settle()
        assert not second.done()
        await inbox.get()
    assert (await inbox.get()).type == "small"


async def test_an_ended_inbox_gives_what_came_before_the_end_and_then_the_error_every_time() -> None:
    inbox = Inbox(max_items=2, max_bytes=1000)
    await inbox.put(Event("last words"), 1)
    inbox.end(ENDED)
    assert (await inbox.get()).type == "last words"
    for _ in range(3):
        with pytest.raises(PeerClosed):
            await inbox.get()


async def test_the_end_wakes_whoever_waits() -> None:
    inbox, outbox = Inbox(1, 1000), Outbox(1, 1000)
    await outbox.put(b"x")
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(failure(work)) for work in (inbox.get(), outbox.put(b"y"), outbox.drain())]
        await settle()
        inbox.end(ENDED)
        outbox.end(ENDED)
    assert [task.result() for task in waiting] == [ENDED] * 3


async def failure(work: object) -> BaseException | None:
    try:
        await work  # type: ignore[misc]
    except PeerClosed as error:
        return error
    return None


async def test_live_audio_gives_way_oldest_first_and_nothing_else_does() -> None:
    outbox = Outbox(max_items=4, max_bytes=1000)
    await outbox.put(b"speech that was sent")
    assert outbox.offer(b"chunk 1", live_audio=True) == 0
    assert outbox.offer(b"event", live_audio=False) == 0
    assert outbox.offer(b"chunk 2", live_audio=True) == 0
    assert outbox.offer(b"chunk 3", live_audio=True) == 1
    assert [await outbox.get() for _ in range(4)] == [b"speech that was sent", b"event", b"chunk 2", b"chunk 3"]


async def test_an_offer_is_itself_dropped_when_nothing_queued_may_be() -> None:
    outbox = Outbox(max_items=1, max_bytes=1000)
    await outbox.put(b"sent")
    assert outbox.offer(b"chunk", live_audio=True) == 1
    assert await outbox.get() == b"sent"


async def test_as_much_live_audio_gives_way_as_the_bytes_need() -> None:
    outbox = Outbox(max_items=100, max_bytes=20)
    for _ in range(2):
        outbox.offer(b"0123456789", live_audio=True)
    assert outbox.offer(b"abcdefghij" * 2, live_audio=True) == 1
    assert outbox.offer(b"newest", live_audio=True) == 2
    assert await outbox.get() == b"newest"


async def test_pings_and_pongs_go_first_and_a_flood_of_them_is_bounded() -> None:
    outbox = Outbox(max_items=2, max_bytes=1000)
    await outbox.put(b"speech 1")
    await outbox.put(b"speech 2")
    for number in range(1000):
        outbox.offer_urgent(b"pong %d" % number)
    assert [await outbox.get() for _ in range(6)] == [
        *(b"pong %d" % number for number in range(996, 1000)),
        b"speech 1",
        b"speech 2",
    ]


async def test_drain_waits_for_the_frame_that_is_being_written() -> None:
    outbox = Outbox(max_items=2, max_bytes=1000)
    await outbox.drain()
    await outbox.put(b"x")
    async with asyncio.TaskGroup() as group:
        drained = group.create_task(outbox.drain())
        await outbox.get()
        await settle()
        assert not drained.done()
        outbox.written()


async def test_an_ended_outbox_forgets_what_it_held_and_refuses_everything() -> None:
    outbox = Outbox(max_items=4, max_bytes=1000)
    await outbox.put(b"x")
    outbox.offer_urgent(b"pong")
    outbox.end(ENDED)
    with pytest.raises(PeerClosed):
        outbox.offer(b"x", live_audio=True)
    for work in (outbox.get(), outbox.put(b"x"), outbox.drain()):
        with pytest.raises(PeerClosed):
            await work
