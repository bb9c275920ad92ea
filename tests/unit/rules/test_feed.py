"""Rules hear what they ask about, once and in order, and a flood has a bound."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from hub.rules.events import MAX_PAYLOAD_BYTES, EntityChanged, Now
from hub.rules.feed import QUEUE_EVENTS, Feed
from tests.fakes_bus import FakeBus
from tests.fakes_rules import entity


class House:
    def __init__(self) -> None:
        self.callbacks = []

    def entities(self):
        return (entity("light.a", "on"), entity("light.b", "on"))

    def on_state(self, callback):
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)


@pytest.fixture
def house():
    return House()


@pytest.fixture
async def bus():
    return FakeBus()


class Clock:
    """Each look at it is so many seconds after the one before."""

    def __init__(self) -> None:
        self.seconds, self.step = 0.0, 0.5

    def __call__(self):
        self.seconds += self.step
        return Now(datetime(2026, 6, 5, tzinfo=UTC), self.seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def feed(house, bus, clock):
    with Feed(house, bus, clock) as feed:
        feed.follow({"light.a"}, {"t/#", "t/+"})
        yield feed
    assert not house.callbacks
    assert not bus.listens


async def test_it_hears_only_what_is_asked_about(feed, house):
    for name in ("light.a", "light.b"):
        house.callbacks[0](entity(name, "off"), entity(name, "on"))
    assert feed.take() == (EntityChanged(entity("light.a", "on")),)
    assert feed.take() == ()
    assert list(feed.snapshot()) == ["light.a"]


async def test_a_message_that_two_filters_fit_is_one(feed, bus, clock):
    clock.step = 0.0
    bus.receive("t/1", b"x")
    clock.seconds += 1
    bus.receive("t/1", b"x")
    assert len(feed.take()) == 2


async def test_what_is_too_long_is_passed_over(feed, bus):
    feed.follow(set(), {"t/1"})
    bus.receive("t/1", b"x" * MAX_PAYLOAD_BYTES)
    bus.receive("t/1", b"x" * (MAX_PAYLOAD_BYTES + 1))
    assert len(feed.take()) == 1


async def test_of_a_flood_the_newest_are_kept_and_it_is_said(feed, bus, caplog):
    caplog.set_level(logging.WARNING)
    feed.follow(set(), {"t/1"})
    for number in range(QUEUE_EVENTS + 1):
        bus.receive("t/1", str(number).encode())
    events = feed.take()
    assert (len(events), events[-1].payload) == (QUEUE_EVENTS, str(QUEUE_EVENTS).encode())
    assert "missed an event" in caplog.text


async def test_it_follows_other_topics_when_told(feed, bus):
    feed.follow(set(), {"u"})
    bus.receive("t/1", b"")
    bus.receive("u", b"")
    assert [event.topic for event in feed.take()] == ["u"]


async def test_waiting_ends_when_something_comes(feed, bus):
    bus.receive("t/1", b"")
    await feed.wait(3600)
    feed.stir()
    await feed.wait(3600)
    await feed.wait(0)
