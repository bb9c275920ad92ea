"""An utterance on its way to the transcriber, kept besides for those who want to correct it later."""

from __future__ import annotations

from collections.abc import AsyncIterator

from hub.stages import Partial
from hub.turn import Ended, Spoken
from wire.pcm import Pcm


class Overheard:
    """Implements Spoken. data: what was handed on until now, 16 kHz, 16-bit, mono."""

    def __init__(self, utterance: Spoken) -> None:
        self._utterance = utterance
        self.data = bytearray()

    @property
    def ended(self) -> Ended | None:
        return self._utterance.ended

    @property
    def endpoint_ms(self) -> float:
        return self._utterance.endpoint_ms

    async def wait_started(self) -> bool:
        return await self._utterance.wait_started()

    async def speech(self) -> AsyncIterator[Pcm]:
        async for block in self._utterance.speech():
            self.data += block.data
            yield block

    def heard_so_far(self, partial: Partial) -> None:
        self._utterance.heard_so_far(partial)
