"""The live feed: everybody sees what they watch, nobody holds up the house."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub.web.live import WAITING_EVENTS, LiveFeed


async def test_a_watcher_gets_its_topics_in_order():
    feed = LiveFeed(0.01)
    with feed.watch(["turn"]) as watcher:
        feed.tell("turn", {"n": 1})
        feed.tell("health", {"n": 2})
        feed.tell("turn", {"n": 3})
        got = json.loads(await watcher.next())
    assert got == [{"topic": "turn", "value": {"n": 1}}, {"topic": "turn", "value": {"n": 3}}]


async def test_who_does_not_keep_up_is_told_how_much_was_missed():
    feed = LiveFeed(0.01)
    with feed.watch(["turn"]) as watcher:
        for n in range(WAITING_EVENTS + 3):
            feed.tell("turn", n)
        got = json.loads(await watcher.next())
    assert got[:2] == [{"topic": "missed", "value": 3}, {"topic": "turn", "value": 3}]
    assert len(got) == WAITING_EVENTS + 1


async def test_waiting_ends_with_the_next_event():
    feed = LiveFeed(0.01)
    with feed.watch(["turn"]) as watcher:
        waiting = asyncio.create_task(watcher.next())
        await asyncio.sleep(0)
        feed.tell("turn", "x")
        assert json.loads(await waiting) == [{"topic": "turn", "value": "x"}]


async def test_nothing_is_wanted_when_nobody_looks():
    feed = LiveFeed(0.01)
    with feed.watch(["turn"]):
        assert feed.wanted("turn")
    assert not feed.wanted("turn")
    feed.tell("turn", object())  # not even encoded


async def test_what_cannot_be_told_is_a_bug_and_said():
    feed = LiveFeed(0.01)
    with feed.watch(["turn"]), pytest.raises(NotImplementedError):
        feed.tell("turn", object())


async def test_what_happens_soon_after_comes_along():
    feed = LiveFeed(0.01)
    with feed.watch(["turn"]) as watcher:
        waiting = asyncio.create_task(watcher.next())
        feed.tell("turn", 1)
        await asyncio.sleep(0)
        feed.tell("turn", 2)
        assert [event["value"] for event in json.loads(await waiting)] == [1, 2]


async def test_who_makes_something_costly_is_told_when_somebody_looks_and_when_nobody_does():
    feed, told = LiveFeed(0.01), []
    feed.on_wanted["scores"] = told.append
    with feed.watch(["turn"]):
        assert told == []
        with feed.watch(["scores"]), feed.watch(["scores", "turn"]):
            assert told == [True]
        assert told == [True, False]
    assert told == [True, False]


async def test_every_watcher_is_told_and_again_when_more_happens():
    feed = LiveFeed(0.01)
    with feed.watch(["turn"]) as one, feed.watch(["turn", "health"]) as other:
        feed.tell("turn", 1)
        assert await one.next() == await other.next()
        feed.tell("health", 2)
        assert [event["value"] for event in json.loads(await other.next())] == [2]
        feed.tell("turn", 3)
        assert [event["value"] for event in json.loads(await one.next())] == [3]
