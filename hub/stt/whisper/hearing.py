"""One utterance: a transcription begins at its first pause, and is kept where nobody goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from hub.stt.requests import Refused
from hub.stt.whisper.belief import believed
from hub.stt.whisper.ear import Ear
from hub.stt.whisper.messages import Heard
from hub.stt.whisper.shared import HolderLost, Place, SharedModel
from wire.tasks import Tasks

PAUSE_MS = 128  # Silero's windows: four
_PARTIAL_EVERY_MS = 700  # of new speech

TellSoFar = Callable[[Heard], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """language: as whisper writes it, or ``auto``. names: of this house. so_far: is told what is heard meanwhile."""

    language: str
    names: tuple[str, ...] = ()
    so_far: TellSoFar | None = None

    @property
    def prompt(self) -> str:
        return f"{', '.join(self.names)}." if self.names else ""


@dataclass
class _Attempt:
    """upto_ms: voice until then is in it. at_pause: nobody was speaking when it began."""

    upto_ms: int
    place: Place
    task: asyncio.Task[Heard | None]
    at_pause: bool


class Hearing:
    """Async context manager: leaving it ends whatever still runs for it."""

    def __init__(self, ear: Ear, model: SharedModel, asked: Asked, *, pause_ms: float = PAUSE_MS) -> None:
        """pause_ms: after which a transcription begins; 0: only at the end."""
        self._ear, self._model, self._asked, self._pause_ms = ear, model, asked, pause_ms
        self._attempt: _Attempt | None = None
        self._loop = asyncio.get_running_loop()
        self._free_again_seconds = 0.0
        self._tried_ms = 0
        self._failed_upto_ms = -1
        self._tasks = Tasks()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, traceback)

    def feed(self, audio: bytes) -> None:
        """Raises Refused (stt-too-long)."""
        self._ear.feed(audio)
        attempt = self._attempt
        if attempt and self._ear.last_voiced_ms > attempt.upto_ms and attempt.at_pause:
            self._drop(attempt)  # somebody goes on
        if self._is_pause():
            self._begin(at_pause=True)
        elif self._wants_partial():
            self._begin(at_pause=False)

    async def finish(self) -> Heard:
        """All was spoken. Raises Refused (stt-busy, stt-crashed), HolderLost."""
        if not self._ear.is_somebody_speaking():
            return Heard(0, "", self._asked.language, 0.0)
        if self._attempt and self._attempt.at_pause and self._attempt.upto_ms == self._ear.last_voiced_ms:
            self._attempt.place.urgent = True
            if heard := await self._attempt.task:
                return heard
        elif self._attempt:
            self._drop(self._attempt)
        heard = await self._hear(Place(urgent=True))
        assert heard is not None  # who is urgent does not give way
        return heard

    def _is_pause(self) -> bool:
        upto_ms = self._ear.last_voiced_ms
        if upto_ms == self._failed_upto_ms:
            return False
        is_new = self._attempt is None or not self._attempt.at_pause or self._attempt.upto_ms != upto_ms
        return is_new and 0 < self._pause_ms <= self._ear.pause_ms and self._ear.is_somebody_speaking()

    def _wants_partial(self) -> bool:
        return (
            self._asked.so_far is not None
            and self._attempt is None
            and self._ear.voiced_ms - self._tried_ms >= _PARTIAL_EVERY_MS
            and self._loop.time() >= self._free_again_seconds
            and self._ear.is_somebody_speaking()
        )

    def _begin(self, *, at_pause: bool) -> None:
        if self._attempt:
            self._drop(self._attempt)
        place = Place()
        self._tried_ms = self._ear.voiced_ms
        upto_ms = self._ear.last_voiced_ms
        task = self._tasks.start(self._try(place, upto_ms), name="whisper.attempt")
        self._attempt = _Attempt(upto_ms, place, task, at_pause)

    def _drop(self, attempt: _Attempt) -> None:
        attempt.task.cancel()
        self._attempt = None

    async def _try(self, place: Place, upto_ms: int) -> Heard | None:
        """An early one, which may fail: it is done again at the end, or when more was said."""
        began_seconds = self._loop.time()
        try:
            heard = await self._hear(place)
        except (Refused, HolderLost):
            heard, self._failed_upto_ms = None, upto_ms
        took_seconds = self._loop.time() - began_seconds
        self._free_again_seconds = self._loop.time() + took_seconds
        if heard and self._asked.so_far and not place.urgent:
            await self._asked.so_far(heard)
        if self._attempt and self._attempt.place is place and not (self._attempt.at_pause and heard):
            self._attempt = None
        return heard

    async def _hear(self, place: Place) -> Heard | None:
        voiced_seconds = self._ear.voiced_ms / 1000
        pcm = self._ear.speech()
        heard = await self._model.hear(pcm, self._asked.language, self._asked.prompt, place)
        if heard is None:
            return None
        text = believed(heard.text, voiced_seconds=voiced_seconds, names=self._asked.names)
        return Heard(heard.number, text, heard.language, heard.confidence if text else 0.0, heard.text)
