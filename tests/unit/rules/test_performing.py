"""Actions are done in order; each tells what came of it, and one that fails does not keep the next from being done."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub.health import SatelliteStatus
from hub.rules.performing import Carried, MqttNotifier, Performer
from tests.fakes_bus import FakeBus
from tests.fakes_rules import rule
from wire.errors import EarshotError

NOT_THERE = EarshotError("satellite-unknown", "no satellite 'attic' is connected")


class House:
    """Implements Speaker and Run. done: everything in order."""

    def __init__(self) -> None:
        self.done: list[tuple] = []

    def satellites(self):
        return [SatelliteStatus(name, "Kitchen", "", "idle") for name in ("k1", "k2")]

    async def say(self, text, *, satellite, language):
        if satellite == "attic":
            raise NOT_THERE
        self.done.append(("say", text, satellite))
        return [satellite or "everywhere"]

    async def run(self, sentence, why):
        self.done.append(("run", sentence, why))
        if "door" in sentence:
            return Carried(done=False, reply="The door stays locked.")
        return Carried(done=True, reply="Done.")

    async def sleep(self, seconds):
        self.done.append(("sleep", seconds))


@pytest.fixture
def house():
    return House()


@pytest.fixture
async def bus():
    return FakeBus()


@pytest.fixture
def perform(house, bus):
    performer = Performer(
        speaker=house, run=house.run, bus=bus, notifiers=[MqttNotifier(bus, "ours/notify")], sleep=house.sleep
    )

    async def perform(then):
        return await performer.perform(rule('{ topic = "t" }', then=then).then, rule="R", why="why")

    return perform


async def test_in_order_with_waiting_between(perform, house):
    done = await perform('{ act = "turn on the light" }, { wait_seconds = 60 }, { remind = "remind me of tea" }')
    assert house.done == [("run", "turn on the light", "why"), ("sleep", 60), ("run", "remind me of tea", "why")]
    assert [one.ok for one in done] == [True] * 3


async def test_what_was_refused_is_told_with_the_reply(perform):
    (done,) = await perform('{ act = "unlock the door" }')
    assert (done.ok, done.outcome) == (False, "The door stays locked.")


@pytest.mark.parametrize(
    ("where", "spoken"), [("", [None]), (', rooms = ["kitchen"]', ["k1", "k2"]), (', satellites = ["x"]', ["x"])]
)
async def test_it_speaks_where_it_was_told(perform, house, where, spoken):
    (done,) = await perform(f'{{ say = "hi"{where} }}')
    assert [satellite for _, _, satellite in house.done] == spoken
    assert done.ok


async def test_one_deaf_room_does_not_silence_the_other(perform):
    (done,) = await perform('{ say = "hi", satellites = ["attic", "k1"] }')
    assert (done.ok, done.outcome) == (True, "spoken in k1")


async def test_what_fails_has_its_code_and_the_next_is_done(perform, house):
    done = await perform('{ say = "hi", satellites = ["attic"] }, { say = "x", rooms = ["cellar"] }, { act = "on" }')
    assert [one.outcome.partition(":")[0] for one in done] == ["satellite-unknown", "rule-room-empty", "Done."]
    assert len(house.done) == 1


async def test_it_publishes_and_notifies(perform, bus):
    await perform('{ mqtt = "a/b", payload = "x" }, { notify = "the post is here" }')
    (first, second) = bus.published
    assert first == ("a/b", "x", 1, False)
    assert (second[0], json.loads(second[1]), second[3]) == (
        "ours/notify",
        {"rule": "R", "text": "the post is here"},
        False,
    )


async def test_without_a_broker_it_says_so(perform, bus):
    bus.up = False
    (done,) = await perform('{ mqtt = "a/b", payload = "x" }')
    assert not done.ok
    assert done.outcome.startswith("broker-lost")


async def test_a_bug_is_not_hidden(house, bus):
    async def broken(sentence, why):
        raise ZeroDivisionError

    performer = Performer(speaker=house, run=broken, bus=bus)
    with pytest.raises(ZeroDivisionError):
        await performer.perform(rule('{ topic = "t" }', then='{ act = "x" }').then, rule="R", why="")


async def test_it_can_be_stopped_while_it_waits(house, bus):
    performer = Performer(speaker=house, run=house.run, bus=bus)
    actions = rule('{ topic = "t" }', then="{ wait_seconds = 3600 }").then
    task = asyncio.create_task(performer.perform(actions, rule="R", why=""))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
