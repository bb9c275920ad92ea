"""One model for all who speak: its holder is started when it is needed, and gives one answer at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.stt.requests import QUEUE_SECONDS, Refused
from hub.stt.whisper.messages import Broken, Died, Heard, Job, Loaded, Stop, Told, packed, receive
from wire.errors import EarshotError
from wire.parent import PARENT_VARIABLE
from wire.tasks import Tasks

_LOAD_SECONDS = 60.0
_STOP_SECONDS = 1.0
_LOOK_SECONDS = 5.0

_log = logging.getLogger(__name__)


class HolderLost(EarshotError):
    """The model cannot be loaded, or its holder died. The next job starts another one."""


@dataclass
class Place:
    """Whose turn it is. urgent: somebody waits for the answer; who is not gives way."""

    urgent: bool = False
    gave_way: bool = False
    task: asyncio.Task[Heard] | None = field(default=None, repr=False)


class SharedModel:
    """Async context manager. idle_seconds: after which the model is let go; 0: never."""

    def __init__(
        self, path: Path, threads: int, *, idle_seconds: float, clock: Callable[[], float] | None = None
    ) -> None:
        self._command = [sys.executable, "-m", "hub.stt.whisper.holder", str(path), str(threads)]
        self._idle_seconds = idle_seconds
        self._clock = clock or asyncio.get_running_loop().time
        self._process: Process | None = None
        self._free = asyncio.Condition()
        self._running: Place | None = None
        self._used_seconds = self._clock()
        self._number = 0
        self._tasks = Tasks()
        self.languages: list[str] = []

    @property
    def holder_pid(self) -> int | None:
        """None: the model is not loaded."""
        return self._process.pid if self._process else None

    async def __aenter__(self) -> Self:
        """Loads it once, to know that it can be. Raises HolderLost."""
        await self._tasks.__aenter__()
        try:
            await self._started()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        if self._idle_seconds:
            self._tasks.start(self._let_go_when_idle(), name="whisper.idle")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, traceback)
        await self._end()

    async def hear(self, pcm: bytes, language: str, prompt: str, place: Place) -> Heard | None:
        """None: it was not urgent, and gave way. Cancelling ends the work at once.

        Raises Refused (stt-busy, stt-crashed), HolderLost.
        """
        if not await self._take(place):
            return None
        try:
            place.task = asyncio.ensure_future(self._ask(pcm, language, prompt))
            return await place.task
        except asyncio.CancelledError:
            if place.gave_way:
                return None
            raise
        finally:
            await asyncio.shield(self._leave())

    async def warm(self) -> None:
        """Somebody begins to speak: have it loaded when they end. Raises HolderLost."""
        async with self._turn(Place()) as has_it:
            if has_it:
                await self._started()

    # --- whose turn it is

    @contextlib.asynccontextmanager
    async def _turn(self, place: Place) -> AsyncIterator[bool]:
        has_it = await self._take(place)
        try:
            yield has_it
        finally:
            if has_it:
                await self._leave()

    async def _take(self, place: Place) -> bool:
        """False: another one has it. Raises Refused (stt-busy)."""
        try:
            async with asyncio.timeout(QUEUE_SECONDS), self._free:
                while self._running:
                    if not place.urgent:
                        return False
                    self._send_away(self._running)
                    await self._free.wait()
                self._running = place
        except TimeoutError as late:
            raise Refused("stt-busy", "others are being heard already; say it again") from late
        return True

    @staticmethod
    def _send_away(place: Place) -> None:
        if not place.urgent and place.task:
            place.gave_way = True
            place.task.cancel()

    async def _leave(self) -> None:
        self._used_seconds = self._clock()
        async with self._free:
            self._running = None
            self._free.notify_all()

    # --- the holder

    async def _ask(self, pcm: bytes, language: str, prompt: str) -> Heard:
        process = await self._started()
        self._number += 1
        number = self._number
        try:
            told = await self._exchange(process, Job(number, pcm, language, prompt))
        except asyncio.CancelledError:
            await asyncio.shield(self._stop(process, number))
            raise
        except (OSError, EOFError, Broken) as error:
            await self._end()
            why = str(error) or type(error).__name__
            raise HolderLost("stt-crashed", f"the process of the model ended ({why}); say it again") from error
        if not isinstance(told, Heard):
            raise Refused("stt-crashed", f"a transcription {_words(told)}; say it again")
        return told

    @staticmethod
    async def _exchange(process: Process, job: Job) -> Told:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(packed(job))
        await process.stdin.drain()
        return await receive(process.stdout)

    async def _stop(self, process: Process, number: int) -> None:
        """End a job, and read what is said of it: the next answer is of the next job."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                process.stdin.write(packed(Stop(number)))
                await receive(process.stdout)
        except (OSError, EOFError, Broken, TimeoutError):
            await self._end()

    async def _started(self) -> Process:
        if self._process and self._process.returncode is None:
            return self._process
        environment = {**os.environ, PARENT_VARIABLE: str(os.getpid())}
        self._process = process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, env=environment
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_LOAD_SECONDS):
                told = await receive(process.stdout)
        except (EOFError, Broken, TimeoutError) as error:
            await self._end()
            raise HolderLost(
                "model-invalid", "the model cannot be loaded; `earshot models verify` tells whether it is whole"
            ) from error
        except asyncio.CancelledError:  # what it says when it is loaded would be taken for an answer
            await asyncio.shield(self._end())
            raise
        self.languages = told.languages if isinstance(told, Loaded) else []
        return process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            with contextlib.suppress(ProcessLookupError):
                process.kill()  # it has nothing to tidy up; its child ends with it
            await process.wait()

    async def _let_go_when_idle(self) -> None:
        while True:
            await asyncio.sleep(min(_LOOK_SECONDS, self._idle_seconds))
            if self._process and self._clock() - self._used_seconds >= self._idle_seconds:
                async with self._turn(Place()) as has_it:
                    if has_it:
                        await self._end()
                        _log.info("the model is let go until somebody speaks")


def _words(told: Told) -> str:
    return told.why if isinstance(told, Died) else "was answered by something else"
