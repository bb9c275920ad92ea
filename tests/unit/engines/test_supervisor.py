"""The life of a supervised engine: no real process, no real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest

from hub.engines.child import Child
from hub.engines.supervisor import EngineHealth, EngineProcess, Patience, Timing
from hub.errors import EngineLost
from tests.fakes_engines import FakeChild
from wire.errors import PeerRefused

PATIENCE = Patience(
    ready_seconds=3, poll_seconds=1, probe_every_seconds=5, pause_min_seconds=1, pause_max_seconds=8, tries=3
)


class World:
    """An engine's surroundings: time passes only by sleeping, answers come as long as ``answering``."""

    def __init__(self) -> None:
        self.now_seconds = 0.0
        self.slept: list[float] = []
        self.children: list[FakeChild] = []
        self.told: list[EngineHealth] = []
        self.answering = True
        self.spawnable = True
        self.turns = asyncio.Semaphore(0)  # how many more sleeps may end

    def spawn(self) -> AbstractAsyncContextManager[Child]:
        if not self.spawnable:
            raise FileNotFoundError("no python")
        self.children.append(FakeChild(pid=1_000_000_000 + len(self.children)))  # no such process
        return self.children[-1].run()

    async def probe(self) -> None:
        if not self.answering:
            raise PeerRefused("peer-refused", "nobody listens")

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.turns.acquire()
        self.now_seconds += seconds

    def engine(self) -> EngineProcess:
        timing = Timing(clock=lambda: self.now_seconds, sleep=self.sleep, chance=lambda: 0.0)
        return EngineProcess("stt", self.spawn, self.probe, self.told.append, PATIENCE, timing)

    async def until_slept(self, count: int) -> None:
        """Let sleeps pass until ``count`` were begun."""
        while len(self.slept) < count:
            if self.turns.locked():
                self.turns.release()
            before = len(self.slept)
            while len(self.slept) == before:
                await asyncio.sleep(0)

    async def until_state(self, state: str, restarts: int = 0) -> EngineHealth:
        while not self.told or (self.told[-1].state, self.told[-1].restarts) != (state, restarts):
            await asyncio.sleep(0)
        return self.told[-1]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def engine(world: World) -> AsyncIterator[EngineProcess]:
    async with world.engine() as engine:
        yield engine


async def test_ready_when_it_answers(world: World, engine: EngineProcess) -> None:
    await engine.ready(1)
    assert [health.state for health in world.told] == ["starting", "ready"]
    assert engine.health.pid == world.children[0].pid


async def test_ends_with_its_block(world: World) -> None:
    async with world.engine() as engine:
        await engine.ready(1)
    assert [child.ended for child in world.children] == [True]


@pytest.mark.parametrize(("status", "words"), [(-9, "ended by signal 9"), (-11, "ended by signal 11"), (0, "status 0")])
async def test_a_dead_engine_is_started_again(world: World, engine: EngineProcess, status: int, words: str) -> None:
    """However it dies: killed, crashed, or left by itself."""
    await engine.ready(1)
    world.children[0].end(status)
    health = await world.until_state("restarting")
    assert words in health.detail
    assert health.pid is None
    world.turns.release()
    assert (await world.until_state("ready", restarts=1)).pid == world.children[1].pid
    assert world.children[0].ended


async def test_pauses_double_up_to_a_limit(world: World, engine: EngineProcess) -> None:
    await engine.ready(1)
    pauses: list[float] = []
    for life in range(5):
        world.children[life].end(-11)
        await world.until_state("restarting", restarts=life)
        pauses.append(world.slept[-1])
        world.turns.release()
        await world.until_state("ready", restarts=life + 1)
    assert pauses == [1, 2, 4, 8, 8]


async def test_a_long_life_forgives_what_was_before(world: World, engine: EngineProcess) -> None:
    await engine.ready(1)
    world.children[0].end(-11)
    await world.until_state("restarting")
    world.turns.release()
    await world.until_state("ready", restarts=1)
    world.now_seconds += PATIENCE.stable_seconds
    world.children[1].end(-11)
    await world.until_state("restarting", restarts=1)
    assert world.slept[-1] == PATIENCE.pause_min_seconds


async def test_an_engine_that_hangs_is_ended(world: World, engine: EngineProcess) -> None:
    """It lives, but leaves two questions unanswered."""
    await engine.ready(1)
    world.answering = False
    world.turns.release()
    world.turns.release()
    health = await world.until_state("restarting")
    assert "2 questions" in health.detail
    assert world.children[0].ended


async def test_an_engine_that_hung_when_it_was_needed_is_asked_at_once(world: World, engine: EngineProcess) -> None:
    """Without waiting for the next question; one that is well again lives on."""
    await engine.ready(1)
    engine.suspect()
    await world.until_slept(2)
    assert (engine.health.state, len(world.children)) == ("ready", 1)
    world.answering = False
    engine.suspect()
    health = await world.until_state("restarting")
    assert "hung" in health.detail
    assert world.children[0].ended


async def test_one_missed_answer_is_forgiven(world: World, engine: EngineProcess) -> None:
    await engine.ready(1)
    for _ in range(3):
        world.answering = False
        await world.until_slept(len(world.slept) + 1)
        world.answering = True
        await world.until_slept(len(world.slept) + 1)
    assert engine.health.state == "ready"
    assert len(world.children) == 1


async def test_never_ready_is_failed_and_still_tried(world: World, engine: EngineProcess) -> None:
    """Three lives without an answer are a failure that is shown; the day it can start again, it does."""
    world.answering = False
    with pytest.raises(EngineLost) as lost:
        await engine.ready(0)
    assert lost.value.code == "engine-lost"
    while not any(health.state == "failed" for health in world.told):
        world.turns.release()
        await asyncio.sleep(0)
    assert len(world.children) >= PATIENCE.tries
    world.answering = True
    while engine.health.state != "ready":
        world.turns.release()
        await asyncio.sleep(0)


async def test_a_program_that_cannot_start_is_no_crash(world: World) -> None:
    world.spawnable = False
    async with world.engine():
        health = await world.until_state("restarting")
    assert "no python" in health.detail


async def test_somebody_may_have_it_started_anew(world: World, engine: EngineProcess) -> None:
    """At once, without the pause of one that failed, and as another program if one is given."""
    await world.until_state("ready")
    slept = len(world.slept)
    engine.replace()
    told = await world.until_state("ready", restarts=1)
    assert world.children[0].ended
    assert told.pid == world.children[1].pid
    others: list[FakeChild] = []

    def another() -> AbstractAsyncContextManager[Child]:
        others.append(FakeChild(pid=2_000_000_000))
        return others[-1].run()

    engine.replace(another)
    assert (await world.until_state("ready", restarts=2)).pid == others[0].pid
    assert all(seconds >= PATIENCE.probe_every_seconds for seconds in world.slept[slept:])
