"""What the hub tells of itself costs nothing while nobody looks."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub import machine_watch
from hub.looking import Looking
from hub.machine import Sample
from hub.machine_watch import MachineWatch
from hub.trace import new_trace
from hub.web.live import LiveFeed
from tests.fakes_stages import fake_stages
from wire.tasks import Tasks


async def test_scores_are_watched_for_just_as_long_as_a_page_looks() -> None:
    """Satellites that listen themselves send theirs only then."""
    feed = LiveFeed()
    async with Tasks() as tasks:
        looking, watched = Looking(feed, tasks), list[bool]()
        looking.scores.on_watched = watched.append
        looking.on_scores("hall", {"alexa": 0.1}, None)
        with feed.watch(["scores"]) as page:
            await asyncio.sleep(0)
            looking.on_scores("hall", {"alexa": 0.9}, "alexa")
            events = json.loads(await asyncio.wait_for(page.next(), 5))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert [event["value"]["words"] for event in events] == [{"alexa": 0.9}]
    assert watched == [True, False]
    scores = looking.recent.until("hall", 160.0)
    assert scores
    assert scores.by_word == {"alexa": [0.1, 0.9]}  # for who asks afterwards


async def test_the_progress_of_a_turn_is_an_event() -> None:
    feed = LiveFeed()
    async with Tasks() as tasks:
        looking = Looking(feed, tasks)
        trace = new_trace("kitchen", "Kitchen", "en")
        with feed.watch(["progress"]) as page:
            looking.witnesses.begin(trace).stages(fake_stages())
            (event,) = json.loads(await asyncio.wait_for(page.next(), 5))
        assert event["value"]["turn"] == trace.turn
        assert (event["value"]["stage"], event["value"]["area"]) == ("listening", "Kitchen")
        assert "partial" not in event["value"]


class FakeMeter:
    """Measures the same again and again; the second time it cannot."""

    def __init__(self) -> None:
        self.looks = 0

    def sample(self) -> Sample:
        self.looks += 1
        if self.looks == 2:
            raise OSError("no /proc")
        return Sample(self.looks, 10.0, 20.0, 1.0, 300.0)


class FakeStore:
    def __init__(self) -> None:
        self.added: list[Sample] = []

    def add(self, sample: Sample) -> None:
        self.added.append(sample)


async def test_the_box_is_looked_at_often_and_written_down_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_watch, "SAMPLE_SECONDS", 0.001)
    store, meter = FakeStore(), FakeMeter()
    watch = MachineWatch(store, lambda: meter)  # type: ignore[arg-type, return-value]
    assert watch.latest is None
    async with Tasks() as tasks:
        running = tasks.start(watch.run(), name="machine")
        async with asyncio.timeout(20):
            while len(watch.samples) < 35:
                await asyncio.sleep(0.01)
        running.cancel()
    assert [sample.at for sample in watch.samples][:3] == [1, 3, 4]
    assert watch.latest == watch.samples[-1]
    assert [sample.at for sample in store.added] == [1, 32]
