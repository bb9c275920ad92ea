"""Large announcements are read elsewhere, in order, the newest of each topic; a reader is never read twice at once."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager

from hub.bus.background import background
from hub.bus.routes import Message
from hub.house.backlog import LARGE_BYTES, Backlog
from hub.house.reader import withdrawn


class Reader:
    """Tells which messages it read; holds each until it may go on."""

    patterns = ("list",)
    large = True

    def __init__(self):
        self.read_there, self.go_on = [], threading.Event()
        self.go_on.set()

    def read(self, message):
        self.go_on.wait(5)
        if message.payload.startswith(b"bug"):
            raise RuntimeError("a bug")
        self.read_there.append((message.topic, threading.current_thread() is threading.main_thread()))
        return [withdrawn(f"{message.topic} {message.payload[:1].decode()} {number}") for number in range(3)]


def large(topic="list", first="a"):
    return Message(topic, first.encode() + b"x" * LARGE_BYTES)


@asynccontextmanager
async def running():
    backlog, taken = Backlog(), []
    async with background(backlog.run(lambda rank, part: taken.append((rank, part.source))), name="backlog"):
        await asyncio.sleep(0)
        yield backlog, taken


def test_without_anybody_who_reads_it_nothing_belongs_here():
    assert not Backlog().takes(Reader(), large())


async def test_a_large_message_is_read_in_a_thread_and_all_its_parts_are_taken():
    reader = Reader()
    async with running() as (backlog, taken):
        assert backlog.takes(reader, large())
        assert not backlog.takes(reader, Message("list", b"short"))
        backlog.add(1, reader, large())
        assert await backlog.empty()
        assert not await backlog.empty()
    assert reader.read_there == [("list", False)]
    assert taken == [(1, f"list a {number}") for number in range(3)]


async def test_what_comes_meanwhile_waits_and_only_the_newest_of_a_topic_is_read():
    reader, other = Reader(), Reader()
    async with running() as (backlog, taken):
        reader.go_on.clear()
        backlog.add(0, reader, large())
        await asyncio.sleep(0.05)
        for first in "bcd":
            assert backlog.takes(reader, Message("list", first.encode()))
            backlog.add(0, reader, Message("list", first.encode()))
        backlog.add(0, reader, Message("groups", b"g"))
        assert not backlog.takes(other, Message("list", b"short"))
        reader.go_on.set()
        await backlog.empty()
    assert [topic for topic, _ in reader.read_there] == ["list", "list", "groups"]
    assert [source for _, source in taken if source.endswith("0")] == ["list a 0", "list d 0", "groups g 0"]


async def test_a_list_that_meets_a_bug_does_not_keep_others_from_being_read(caplog):
    reader = Reader()
    async with running() as (backlog, taken):
        backlog.add(0, reader, large(first="bug"))
        backlog.add(0, reader, large("second"))
        await backlog.empty()
    assert len(taken) == 3
    assert "could not be read" in caplog.text
