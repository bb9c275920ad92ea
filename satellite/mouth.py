"""Plays cues and answers in the background, and can be hushed; a lost speaker is reported, never raised."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Protocol, Self

from satellite import cues
from satellite.config import CuesSection
from satellite.cues import Cue
from satellite.sound import Sound, sound_of
from satellite.speaker import Speaker
from wire.errors import AudioInvalid, DeviceLost, EarshotError
from wire.tasks import Tasks

_log = logging.getLogger(__name__)

_MOST_SOUNDS = 8  # waiting for the speaker at once; a peer that begins more without end loses the rest


class Reporter(Protocol):
    """Who is told what becomes of a device."""

    async def report(self, error: EarshotError) -> None: ...

    async def recovered(self, device: str) -> None: ...


class Mouth:
    """Use as ``async with``; leaving stops every sound."""

    def __init__(self, speaker: Speaker, settings: CuesSection, reporter: Reporter) -> None:
        self._speaker, self._settings, self._reporter = speaker, settings, reporter
        self._tasks = Tasks()
        self._sounds: set[asyncio.Task[None]] = set()
        self._waiting = self._hushes = 0

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, traceback)

    def cue(self, name: Cue) -> None:
        """Play one of our own sounds, if the household wants it."""
        if getattr(self._settings, name):
            self._begin(sound_of(cues.cue(name, self._settings.volume)), None)

    def say(self, sound: Sound, played: Callable[[], Awaitable[None]]) -> None:
        """Play an answer as it arrives; ``played`` is called when it was heard, or could not be."""
        self._begin(sound, played)

    def hush(self) -> None:
        """Silence at once; ``played`` of what was being said is not called any more."""
        self._hushes += 1
        for task in self._sounds:
            task.cancel()

    def _begin(self, sound: Sound, played: Callable[[], Awaitable[None]] | None) -> None:
        if self._waiting >= _MOST_SOUNDS:
            _log.warning("a sound was dropped: %d are waiting for the speaker already", _MOST_SOUNDS)
            return
        self._waiting += 1
        self._tasks.start(self._play(sound, played, self._hushes), name="satellite.mouth")

    async def _play(self, sound: Sound, played: Callable[[], Awaitable[None]] | None, hushes: int) -> None:
        """hushes: how many there were when the sound began to wait; one more since, and it is not played."""
        task = asyncio.current_task()
        assert task is not None
        self._sounds.add(task)
        try:
            if hushes != self._hushes:
                return
            await self._speaker.play(sound)
            await self._reporter.recovered("speaker")
        except (DeviceLost, AudioInvalid) as error:
            await self._reporter.report(error)
        finally:
            self._waiting -= 1
            self._sounds.discard(task)
        if played is not None:
            await played()
