"""Scores the wake words of all rooms that stream: whoever has 80 ms ready goes into the next batch, nobody waits.

Rooms that stream at the same time are scored in one call. A room that stalls is not in it; one that sends two seconds
at once is in the next twenty-five, beside the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hub.errors import WakeFailed
from hub.stages import Wake
from hub.worker import RunInWorker
from models.wake.decision import Decision, Heard, Rule
from models.wake.engine import Room, Scores, WakeEngine
from models.wake.head import Head
from models.wake.mel import STEP_SAMPLES
from models.wake.steps import Steps
from models.wake.teaching import SEEN_SAMPLES, Looks
from wire.tasks import Tasks
from wire.wake_words import lag_ms

GATHER_SECONDS = 0.02  # rooms that become ready within it share a call; it is what a score may come later

_log = logging.getLogger(__name__)
Step = NDArray[np.int16]
OnScores = Callable[[str, Mapping[str, float], str | None], None]


class WakeRooms:
    """Async context manager; owns the engine, which is opened with the first audio. Implements nothing: makes rooms.

    open_engine: blocks for as long as networks take to load; called in the worker. on_scores: told of every step.
    """

    def __init__(
        self,
        open_engine: Callable[[], tuple[WakeEngine, Looks | None]],
        run_in_worker: RunInWorker,
        *,
        gather_seconds: float = GATHER_SECONDS,
        on_scores: OnScores = lambda _room, _scores, _heard: None,
    ) -> None:
        self._open_engine, self._run_in_worker = open_engine, run_in_worker
        self._gather_seconds = gather_seconds
        self._engine: WakeEngine | None = None
        self._heads: Sequence[Head] | None = None  # that the engine shall have from the next step on
        self._taken: Sequence[Head] | None = None  # of these, the ones that it has
        self._looks: Looks | None = None
        self._detectors: list[RoomWake] = []
        self._left: list[RoomWake] = []
        self._stale = False
        self._ready = asyncio.Event()
        self._tasks = Tasks()
        self.on_scores = on_scores

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._tasks.start(self._score(), name="wake.rooms")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    def room(self, name: str, rules: Mapping[str, Rule]) -> RoomWake:
        """A room that begins as if it had always been silent; close it when it is gone."""
        detector = RoomWake(name, rules, self)
        self._detectors.append(detector)
        return detector

    def change(self, name: str, rules: Mapping[str, Rule], heads: Sequence[Head]) -> None:
        """A room listens by other rules from its next step on. heads: all that any room needs now."""
        self._heads = heads
        for detector in self._detectors:
            if detector.name == name:
                detector.obey(rules)

    def change_all(
        self, rules: Callable[[str], Mapping[str, Rule]], heads: Sequence[Head], *, reopen: bool = False
    ) -> None:
        """Every room listens by the rules of its name from its next step on. reopen: second looks are others, too."""
        self._heads, self._stale = heads, self._stale or reopen
        for detector in self._detectors:
            detector.obey(rules(detector.name))

    def leave(self, detector: RoomWake) -> None:
        self._detectors.remove(detector)
        self._left.append(detector)

    def look(self) -> None:
        """A room has audio."""
        self._ready.set()

    async def _score(self) -> None:
        while True:
            await self._ready.wait()
            if len(self._detectors) > 1:
                await asyncio.sleep(self._gather_seconds)
            self._ready.clear()
            while batch := [(one, step) for one in self._detectors if (step := one.next_step()) is not None]:
                await self._score_batch(batch)

    async def _score_batch(self, batch: Sequence[tuple[RoomWake, Step]]) -> None:
        try:
            scores = await self._run_in_worker(partial(self._advance, batch))
        except Exception as error:  # noqa: BLE001 stage supervisor: a bug ends these rooms' hearing, not the hub's
            _log.exception("wake words could not be scored")
            for detector, _ in batch:
                detector.fail(WakeFailed("wake-failed", f"wake words could not be scored: {error}; see the hub's log"))
            return
        for (detector, _), scored in zip(batch, scores, strict=True):
            detector.take(scored)

    def _advance(self, batch: Sequence[tuple[RoomWake, Step]]) -> list[Scores | None]:
        """In the worker, which alone touches the engine."""
        if self._stale:
            self._stale, self._engine, self._taken = False, None, None
            self._left.clear()
            for detector in self._detectors:
                detector.place = None
        if self._engine is None:
            self._engine, self._looks = self._open_engine()
        engine = self._engine
        heads = self._heads
        if heads is not None and heads is not self._taken:
            engine.heads = self._taken = heads
        while self._left:
            if place := self._left.pop().place:
                engine.leave(place)
        places = [detector.placed(engine) for detector, _ in batch]
        scores = engine.step({place: step for place, (_, step) in zip(places, batch, strict=True) if place})
        return [
            detector.looked_at(scores[place], step, self._looks) if place else None
            for place, (detector, step) in zip(places, batch, strict=True)
        ]


class RoomWake:
    """Implements WakeDetector for one room; made by WakeRooms."""

    def __init__(self, name: str, rules: Mapping[str, Rule], rooms: WakeRooms) -> None:
        self.name = name
        self.place: Room | None = None
        self._rooms, self._rules = rooms, rules
        self._decision = Decision(rules)
        self._steps = Steps()
        self._waiting: deque[Step] = deque()
        self._newest: deque[Step] = deque(maxlen=SEEN_SAMPLES // STEP_SAMPLES)
        self._scored = asyncio.Event()
        self._heard: Heard | None = None
        self._failure: WakeFailed | None = None
        self._past = self._placed_past = 0  # grows with each reset; the worker forgets when it sees that
        self._step_past: int | None = None  # of the step that is being scored

    def obey(self, rules: Mapping[str, Rule]) -> None:
        self._rules, self._decision, self._heard = rules, Decision(rules), None

    async def process(self, samples: bytes) -> Wake | None:
        self._waiting.extend(self._steps.feed(samples))
        if not self._waiting:
            return None
        self._heard = self._failure = None
        self._scored.clear()
        self._rooms.look()
        await self._scored.wait()
        return self._outcome()

    def reset(self) -> None:
        self._past += 1
        self._steps.clear()
        self._decision.reset()
        self._drop_waiting()

    def close(self) -> None:
        self._past += 1
        self._drop_waiting()
        self._rooms.leave(self)

    def next_step(self) -> Step | None:
        if not self._waiting:
            return None
        self._step_past = self._past
        return self._waiting.popleft()

    def placed(self, engine: WakeEngine) -> Room | None:
        """Its place in the engine, with nothing in it that is to be forgotten. In the worker.

        None if the step that is to be scored was forgotten itself.
        """
        past = self._past
        if self._step_past != past:
            return None
        if self.place is None:
            self.place = engine.join(self.name)
        elif past != self._placed_past:
            engine.reset(self.place)
            self._newest.clear()
        self._placed_past = past
        return self.place

    def looked_at(self, scores: Scores, step: Step, looks: Looks | None) -> Scores:
        """The scores as they count, after a second look at those that are grey. In the worker."""
        if looks is None:
            return scores
        self._newest.append(step)
        return replace(scores, words=looks.counted(scores.words, list(self._newest), self._rules))

    def take(self, scores: Scores | None) -> None:
        """Of the step that ``next_step`` gave; nothing if it was forgotten meanwhile."""
        step_past, self._step_past = self._step_past, None
        if scores and step_past == self._past:
            heard = self._decision.count(scores.words)
            self._heard = self._heard or heard
            words = {word: scores.words[word] for word in self._rules if word in scores.words}
            self._rooms.on_scores(self.name, words, heard.word if heard else None)
        if not self._waiting:
            self._scored.set()

    def fail(self, error: WakeFailed) -> None:
        self._step_past, self._failure = None, error
        self._drop_waiting()

    def _outcome(self) -> Wake | None:
        if self._failure:
            raise self._failure
        if self._heard is None:
            return None
        level = self._rules[self._heard.word].trigger_level
        return Wake(self._heard.word, self._heard.score, late_ms=lag_ms(self._heard.word, trigger_level=level))

    def _drop_waiting(self) -> None:
        self._waiting.clear()
        if self._step_past is None:
            self._scored.set()
