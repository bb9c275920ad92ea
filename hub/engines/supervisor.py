"""Keeps one engine process alive: starts it, asks whether it is well, restarts it with growing pauses, ends it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from hub.engines.child import Child, resident_mb
from hub.errors import EngineLost
from wire.errors import PeerError
from wire.tasks import Tasks

CONFIGURATION_STATUS = 78  # of an engine that says in one line why it cannot run
EngineState = Literal["starting", "ready", "restarting", "failed"]
Probe = Callable[[], Awaitable[object]]
Spawn = Callable[[], AbstractAsyncContextManager[Child]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """state ``failed``: it never became ready in ``Patience.tries`` lives; it is still tried, at the longest pause.

    restarts: lives after the first. rss_mb: resident memory at the last probe. detail: why the last life ended.
    """

    name: str
    state: EngineState
    restarts: int = 0
    pid: int | None = None
    rss_mb: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an engine may take.

    ready_seconds: from its start to its first answer. poll_seconds: between questions until then.
    probe_every_seconds: between questions when ready; misses: unanswered ones that are its death. suspect_seconds: for
    the answer of one that hung when it was needed.
    A pause before a restart doubles from ``pause_min_seconds`` to ``pause_max_seconds``, less up to half at random;
    a life of ``stable_seconds`` begins anew.
    """

    ready_seconds: float = 10.0
    poll_seconds: float = 0.02
    probe_every_seconds: float = 5.0
    misses: int = 2
    suspect_seconds: float = 1.0
    pause_min_seconds: float = 0.2
    pause_max_seconds: float = 10.0
    stable_seconds: float = 30.0
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """Time and chance, for tests to replace."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


@dataclass(slots=True)
class _Lives:
    """How often it failed in a row, which is how long the next pause is."""

    patience: Patience
    failures: int = 0
    never_ready: int = 0

    def ended(self, *, was_ready: bool, lived_seconds: float) -> None:
        self.failures = 1 if lived_seconds >= self.patience.stable_seconds else self.failures + 1
        self.never_ready = 0 if was_ready else self.never_ready + 1

    def pause_seconds(self, chance: float) -> float:
        doubled = self.patience.pause_min_seconds * 2.0 ** min(self.failures - 1, 16)
        return min(doubled, self.patience.pause_max_seconds) * (1 - chance / 2)


@dataclass
class EngineProcess:
    """Supervises one engine while its block runs: ``async with EngineProcess(…) as engine``.

    spawn: gives a context that runs the process and ends it. probe: asks it anything; raises PeerError when it is not
    well. changed: told every new health, synchronously. Entering does not wait: see ``ready``.
    """

    name: str
    spawn: Spawn
    probe: Probe
    changed: Callable[[EngineHealth], None] = lambda _: None
    patience: Patience = Patience()
    timing: Timing = Timing()
    health: EngineHealth = field(init=False)

    def __post_init__(self) -> None:
        self.health = EngineHealth(self.name, "starting")
        self._tasks = Tasks()
        self._is_ready = asyncio.Event()
        self._suspected = asyncio.Event()
        self._replaced = asyncio.Event()
        self._restarts = 0

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._tasks.start(self._supervise(), name=f"engine[{self.name}]")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, traceback)

    async def ready(self, timeout_seconds: float) -> None:
        """Wait until it answers. Raises EngineLost (engine-lost)."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._is_ready.wait()
        except TimeoutError as late:
            raise EngineLost(
                "engine-lost",
                f"the {self.name} engine is not ready after {timeout_seconds:g} s: "
                f"{self.health.detail or 'no answer'}; see the log for what it said",
            ) from late

    def suspect(self) -> None:
        """It hung when it was needed: ask it now, and replace it if it does not answer."""
        self._suspected.set()

    def replace(self, spawn: Spawn | None = None) -> None:
        """End this life and begin another one at once, of another program if one is given."""
        self.spawn = spawn or self.spawn
        self._replaced.set()

    async def _supervise(self) -> None:
        lives = _Lives(self.patience)
        while True:
            began_seconds = self.timing.clock()
            self._replaced.clear()
            detail = await self._live()
            if self._replaced.is_set():
                self._is_ready.clear()
                self._restarts += 1
                lives = _Lives(self.patience)
                self._now("restarting", detail=detail)
                continue
            lived_seconds = self.timing.clock() - began_seconds
            lives.ended(was_ready=self._is_ready.is_set(), lived_seconds=lived_seconds)
            self._is_ready.clear()
            state: EngineState = "failed" if lives.never_ready >= self.patience.tries else "restarting"
            self._now(state, detail=detail)
            self._restarts += 1
            pause_seconds = lives.pause_seconds(self.timing.chance())
            _log.warning("the %s engine %s; it starts again in %.1f s", self.name, detail, pause_seconds)
            await self.timing.sleep(pause_seconds)

    async def _live(self) -> str:
        """One process, from start to end; says why it ended."""
        try:
            async with self.spawn() as child, asyncio.TaskGroup() as both:
                ended = both.create_task(child.wait(), name=f"engine[{self.name}].wait")
                watched = both.create_task(self._watch(child.pid), name=f"engine[{self.name}].watch")
                replaced = both.create_task(self._replaced.wait(), name=f"engine[{self.name}].replaced")
                await asyncio.wait((ended, watched, replaced), return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    detail = _exit_words(ended.result(), child.last_line)
                else:
                    detail = watched.result() if watched.done() else "was started anew by somebody"
                    with contextlib.suppress(ProcessLookupError):
                        child.kill()
                for task in (ended, watched, replaced):
                    task.cancel()
        except OSError as error:
            return f"could not be started: {error}"
        return detail

    async def _watch(self, pid: int) -> str:
        """Wait until it answers, then ask again and again; says why it must end."""
        if self.health.state != "failed":
            self._now("restarting" if self._restarts else "starting", pid=pid, detail=self.health.detail)
        deadline_seconds = self.timing.clock() + self.patience.ready_seconds
        while not await self._answers():
            if self.timing.clock() >= deadline_seconds:
                return f"did not answer within {self.patience.ready_seconds:g} s of its start"
            await self.timing.sleep(self.patience.poll_seconds)
        self._suspected.clear()
        missed = 0
        while missed < self.patience.misses:
            self._now("ready", pid=pid, rss_mb=await asyncio.to_thread(resident_mb, pid))
            self._is_ready.set()
            is_suspected = await self._rest()
            if await self._answers(self.patience.suspect_seconds if is_suspected else None):
                missed = 0
            elif is_suspected:
                return "hung, and did not answer when it was asked why"
            else:
                missed += 1
        return f"left {missed} questions in a row unanswered"

    async def _rest(self) -> bool:
        """Until the next question; whether somebody suspects it."""
        waits = (
            asyncio.ensure_future(self.timing.sleep(self.patience.probe_every_seconds)),
            asyncio.ensure_future(self._suspected.wait()),
        )
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.wait(waits)
        is_suspected = self._suspected.is_set()
        self._suspected.clear()
        return is_suspected

    async def _answers(self, limit_seconds: float | None = None) -> bool:
        try:
            async with asyncio.timeout(limit_seconds):
                await self.probe()
        except (PeerError, TimeoutError) as error:
            _log.debug("the %s engine does not answer: %s", self.name, error)
            return False
        return True

    def _now(
        self, state: EngineState, *, pid: int | None = None, rss_mb: float | None = None, detail: str = ""
    ) -> None:
        """State the new health; what changed only in its memory is stored and not told."""
        before, self.health = self.health, EngineHealth(self.name, state, self._restarts, pid, rss_mb, detail)
        if (before.state, before.pid, before.detail) != (state, pid, detail):
            self.changed(self.health)


def _exit_words(status: int, last_line: str) -> str:
    """Where it ended because it could not be run as it was told to, its own words say why and what to do."""
    if status == CONFIGURATION_STATUS and last_line:
        return f"ended: {last_line}"
    return f"was ended by signal {-status}" if status < 0 else f"exited with status {status}"
