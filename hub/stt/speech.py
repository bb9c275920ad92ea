"""An utterance that is still being spoken and can be read more than once, so that a lost engine costs no words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Self

from hub.errors import SttFailed
from wire.pcm import Pcm
from wire.tasks import Tasks

MAX_SECONDS = 60.0  # 1.9 MB; nobody tells a house anything that is longer


class KeptSpeech:
    """Reads ``speech`` once, in a task of its own, and gives its blocks to every reader from the beginning.

    An error of ``speech``, or SttFailed (stt-too-long) beyond MAX_SECONDS, cancels the block and comes out of it.
    """

    def __init__(self, speech: AsyncIterator[Pcm]) -> None:
        self._speech = speech
        self._blocks: list[Pcm] = []
        self._ended = False
        self._changed = asyncio.Event()
        self._tell: Callable[[], None] = lambda: None
        self._tasks = Tasks()

    def when_ended(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` once all was spoken."""
        self._tell = tell

    async def blocks(self) -> AsyncIterator[Pcm]:
        index = 0
        while True:
            while index < len(self._blocks):
                yield self._blocks[index]
                index += 1
            if self._ended:
                return
            self._changed.clear()
            await self._changed.wait()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._tasks.start(self._keep(), name="stt.speech")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._tasks.__aexit__(kind, error, traceback)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # there is one task, so there is one error

    async def _keep(self) -> None:
        kept_ms = 0.0
        async for block in self._speech:
            kept_ms += block.duration_ms
            if kept_ms > MAX_SECONDS * 1000:
                raise SttFailed("stt-too-long", f"more than {MAX_SECONDS:g} s of speech; say it in fewer words")
            self._blocks.append(block)
            self._changed.set()
        self._ended = True
        self._changed.set()
        self._tell()
