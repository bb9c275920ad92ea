"""Rooms that stream are scored together, and none of them notices the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from hub.errors import WakeFailed
from hub.wake.rooms import RoomWake, WakeRooms
from models.wake.decision import Rule
from models.wake.engine import Room, Scores, WakeEngine
from tests.wake_networks import head, network, noise

T = TypeVar("T")
RULES = {"word": Rule(threshold=0.5, refractory_seconds=0)}
OTHER_RULES = {"word": Rule(threshold=0.9), "other": Rule()}


class LoudnessEngine:
    """Behaves as WakeEngine: a word's score is the first sample of its step, plus 0.01 a step since the last reset."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.ages: dict[Room, int] = {}
        self.broken = False

    def join(self, name: str) -> Room:
        room = Room(name, len(self.ages))
        self.ages[room] = 0
        return room

    def leave(self, room: Room) -> None:
        del self.ages[room]

    def reset(self, room: Room) -> None:
        self.ages[room] = 0

    def step(self, steps: Mapping[Room, NDArray[np.int16]]) -> dict[Room, Scores]:
        if self.broken:
            raise RuntimeError("no more")
        self.calls.append(sorted(room.name for room in steps))
        scores = {}
        for room, samples in steps.items():
            self.ages[room] += 1
            score = int(samples[0]) / 100 + self.ages[room] / 100
            scores[room] = Scores({"word": score, "other": 0.0}, np.zeros(96, np.float32), None)
        return scores


class Worker:
    """Implements RunInWorker; ``busy`` holds every call back."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self, work: Callable[[], T]) -> T:
        await asyncio.sleep(0)
        await self.free.wait()
        return work()


def loud(score: float, steps: int = 1) -> bytes:
    return np.full(1280 * steps, round(score * 100), "<i2").tobytes()


@asynccontextmanager
async def rooms(engine: Any, worker: Worker | None = None, **options: Any) -> AsyncIterator[WakeRooms]:
    async with WakeRooms(lambda: (engine, None), worker or Worker(), gather_seconds=0, **options) as made:
        yield made


async def test_a_word_is_heard_where_it_was_said() -> None:
    async with rooms(LoudnessEngine()) as wake:
        hall, office = wake.room("hall", RULES), wake.room("office", RULES)
        said, quiet = await asyncio.gather(hall.process(loud(0.8)), office.process(loud(0.1)))
        assert said is not None
        assert (said.word, round(said.score or 0, 2), said.late_ms) == ("word", 0.81, 200)
        assert quiet is None


async def test_rooms_have_words_and_thresholds_of_their_own() -> None:
    async with rooms(LoudnessEngine()) as wake:
        strict = wake.room("strict", OTHER_RULES)
        assert await strict.process(loud(0.8)) is None
        assert await strict.process(loud(0.95)) is not None


async def test_rooms_that_are_ready_together_share_a_call() -> None:
    engine, worker = LoudnessEngine(), Worker()
    async with rooms(engine, worker) as wake:
        names = [f"room {number}" for number in range(5)]
        made = [wake.room(name, RULES) for name in names]
        await asyncio.gather(*(room.process(loud(0)) for room in made))
        assert engine.calls == [names]


async def test_a_room_that_sends_two_seconds_at_once_does_not_hold_up_the_others() -> None:
    engine = LoudnessEngine()
    async with rooms(engine) as wake:
        burst, live = wake.room("burst", RULES), wake.room("live", RULES)
        flood = asyncio.create_task(burst.process(loud(0, steps=25)))
        for _ in range(3):
            await live.process(loud(0))
        assert not flood.done()
        await flood
        assert sum("burst" in call for call in engine.calls) == 25


async def test_a_room_that_is_silent_for_ever_delays_nobody() -> None:
    async with rooms(LoudnessEngine()) as wake:
        wake.room("stalled", RULES)
        assert await wake.room("live", RULES).process(loud(0.9)) is not None


async def test_less_than_a_step_is_kept_until_it_is_one() -> None:
    async with rooms(LoudnessEngine()) as wake:
        room = wake.room("room", RULES)
        audio = loud(0.9)
        assert await room.process(audio[:1000]) is None
        assert await room.process(audio[1000:]) is not None


async def test_after_a_reset_nothing_that_was_heard_before_counts() -> None:
    """Also when it comes in the middle of a step that is being scored."""
    engine, worker = LoudnessEngine(), Worker()
    async with rooms(engine, worker) as wake:
        room = wake.room("room", RULES)
        for _ in range(30):
            await room.process(loud(0))
        worker.free.clear()
        scoring = asyncio.create_task(room.process(loud(0.9, steps=3)))
        for _ in range(5):
            await asyncio.sleep(0)
        room.reset()
        worker.free.set()
        assert await scoring is None
        assert await room.process(loud(0)) is None
        assert list(engine.ages.values()) == [1]


async def test_a_room_that_leaves_while_it_is_scored_is_gone() -> None:
    engine, worker = LoudnessEngine(), Worker()
    async with rooms(engine, worker) as wake:
        leaving, staying = wake.room("leaving", RULES), wake.room("staying", RULES)
        await asyncio.gather(leaving.process(loud(0)), staying.process(loud(0)))
        worker.free.clear()
        scoring = asyncio.create_task(leaving.process(loud(0.9)))
        await asyncio.sleep(0)
        leaving.close()
        worker.free.set()
        assert await asyncio.wait_for(scoring, 5) is None
        await staying.process(loud(0))
        assert [room.name for room in engine.ages] == ["staying"]


async def test_networks_that_cannot_be_run_end_one_block_and_say_so() -> None:
    engine = LoudnessEngine()
    async with rooms(engine) as wake:
        room = wake.room("room", RULES)
        engine.broken = True
        with pytest.raises(WakeFailed) as failed:
            await room.process(loud(0.9, steps=4))
        assert failed.value.code == "wake-failed"
        engine.broken = False
        assert await room.process(loud(0.9)) is not None


async def test_every_score_is_told_to_who_watches() -> None:
    told: list[tuple[str, float, bool]] = []

    def watch(room: str, scores: Mapping[str, float], heard: object) -> None:
        told.append((room, round(scores["word"], 2), heard is not None))

    async with rooms(LoudnessEngine(), on_scores=watch) as wake:
        await wake.room("hall", RULES).process(loud(0.1) + loud(0.7))
    assert told == [("hall", 0.11, False), ("hall", 0.72, True)]


async def test_a_room_scores_the_same_among_others_as_alone() -> None:
    """The real engine, rooms at their own pace."""
    engine = WakeEngine(network(), [head("alexa")])
    told: dict[str, list[float]] = {}

    def watch(room: str, scores: Mapping[str, float], _heard: object) -> None:
        told.setdefault(room, []).append(scores["alexa"])

    async def stream(room: RoomWake, seed: int, steps_at_once: int) -> None:
        audio = noise(24, seed=seed)
        for first in range(0, len(audio), steps_at_once):
            await room.process(audio[first : first + steps_at_once].tobytes())

    rules = {"alexa": Rule()}
    async with rooms(engine, on_scores=watch) as wake:
        paces = (1, 3, 24, 2)
        await asyncio.gather(*(stream(wake.room(f"{n}", rules), n, pace) for n, pace in enumerate(paces)))
        for number in range(len(paces)):
            together = told.pop(f"{number}")
            alone = wake.room(f"{number}", rules)
            await stream(alone, number, 1)
            np.testing.assert_allclose(together, told[f"{number}"], atol=1e-5)


async def test_networks_that_are_opened_anew_forget_the_places_of_the_old_ones() -> None:
    engines = [LoudnessEngine(), LoudnessEngine()]
    opened = iter(engines)
    async with WakeRooms(lambda: (next(opened), None), Worker(), gather_seconds=0) as wake:  # type: ignore[arg-type,return-value]
        left, room = wake.room("left", RULES), wake.room("room", RULES)
        await asyncio.gather(left.process(loud(0)), room.process(loud(0)))
        left.close()
        wake.change_all(lambda _: OTHER_RULES, [], reopen=True)
        assert await room.process(loud(0.8)) is None
        assert await room.process(loud(0.95)) is not None
        assert engines[1].calls == [["room"], ["room"]]
        assert engines[0].calls == [["left", "room"]]
