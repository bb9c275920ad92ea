"""A recording (or a typed line) as a session's link: what ``earshot ask`` and the web page run turns with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from hub.links.link import AudioArrived, AudioEnded, LinkEvent, ListenRequested
from hub.stages import Wake
from wire.errors import PeerClosed
from wire.pcm import SPEECH_WIDTH_BYTES, Pcm, silence, speech, to_speech

BLOCK_BYTES = 2048  # 64 ms, as satellites send it
TAIL_MS = 2_000  # silence after the recording: the endpointer decides as it would in a room


def blocks_of(pcm: Pcm, block_bytes: int = BLOCK_BYTES) -> Iterator[Pcm]:
    data = to_speech(pcm).data
    for at in range(0, len(data), block_bytes):
        yield speech(data[at : at + block_bytes // SPEECH_WIDTH_BYTES * SPEECH_WIDTH_BYTES])


class RecordingLink:
    """Implements Link. Plays ``pcm`` to the session as fast as it takes it; ``reply`` holds what was answered;
    ``played_out`` is set when the session has taken all of it.

    wake: the recording begins with the wake word, which the hub must hear first.
    pace_seconds: sleep this long between blocks (0.064 = as in a room).
    """

    def __init__(self, name: str, area: str | None, pcm: Pcm, *, wake: bool = False, pace_seconds: float = 0) -> None:
        self._name, self._area, self._pace_seconds = name, area, pace_seconds
        self._blocks = self._stream(pcm, wake=wake)
        self._over = asyncio.Event()
        self.played_out = asyncio.Event()
        self.reply: list[Pcm] = []
        self.woken_by: Wake | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def area(self) -> str | None:
        return self._area

    async def next_event(self) -> LinkEvent:
        event = next(self._blocks, None)
        if event is not None:
            await asyncio.sleep(self._pace_seconds)
            return event
        self.played_out.set()
        await self._over.wait()
        raise PeerClosed("peer-closed", "the recording is over")

    def close(self) -> None:
        """The turn is done: the session's reader may end."""
        self._over.set()

    async def detected(self, wake: Wake) -> None:
        self.woken_by = wake

    async def listening(self, language: str) -> None:
        """Nothing to tell: a recording does not listen."""

    async def voice_started(self, at_ms: float) -> None:
        """Nothing to tell."""

    async def voice_stopped(self, at_ms: float) -> None:
        """Nothing to tell."""

    async def heard(self, text: str) -> None:
        """The transcript is in the trace."""

    async def failed(self, code: str, message: str) -> None:
        """The error is in the trace."""

    async def say(self, text: str, blocks: AsyncIterator[Pcm]) -> None:
        self.reply = [block async for block in blocks]

    async def listen_again(self) -> None:
        """A recording says nothing more."""

    async def stop_playback(self) -> None:
        self.reply = []

    @staticmethod
    def _stream(pcm: Pcm, *, wake: bool) -> Iterator[LinkEvent]:
        yield ListenRequested("wake" if wake else "asr")
        for block in blocks_of(pcm):
            yield AudioArrived(block)
        for block in blocks_of(silence(TAIL_MS)):
            yield AudioArrived(block)
        yield AudioEnded()
