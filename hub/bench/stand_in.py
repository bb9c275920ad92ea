"""A stand-in satellite for benchmarks: streams recordings in real time over TCP and notes when the answer begins."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from wyoming.audio import AudioChunk
from wyoming.event import Event
from wyoming.info import Attribution, Info, Satellite
from wyoming.ping import Ping
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.snd import Played
from wyoming.wake import Detection

from hub.links.recording import BLOCK_BYTES, blocks_of
from wire.connection import Connection, PeerSettings
from wire.errors import PeerError
from wire.pcm import Pcm, silence, speech, to_speech
from wire.server import serve

BLOCK_SECONDS = BLOCK_BYTES / 2 / 16_000
TURN_SECONDS = 60.0


@dataclass(slots=True)
class Heard:
    """What the room noticed of one turn, on the monotonic clock.

    began: when the first sample of the stream was "spoken". last_voiced_ms: as the hub told it.
    """

    began: float = 0.0
    last_voiced_ms: float | None = None
    first_audio_at: float | None = None
    error: str | None = None

    def decided_at(self, endpoint_ms: float) -> float:
        """When the block that decided the end of speech had left the satellite: nobody can answer before."""
        assert self.last_voiced_ms is not None
        blocks = math.ceil((self.last_voiced_ms + endpoint_ms) / 1000 / BLOCK_SECONDS - 1e-6)
        return self.began + blocks * BLOCK_SECONDS


@dataclass(slots=True)
class StandIn:
    """One satellite at ``uri``; ``turn()`` speaks once the hub has connected."""

    name: str
    uri: str = ""
    _owner: Connection | None = None
    _owned: asyncio.Event = field(default_factory=asyncio.Event)
    _events: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(maxsize=1000))

    async def turn(self, pcm: Pcm) -> Heard:
        """Stream one recording and two seconds of silence as a room would; return when the answer has ended."""
        owner = await self.owned()
        heard = Heard()
        run = RunPipeline(start_stage=PipelineStage.ASR, end_stage=PipelineStage.TTS)
        await owner.send(Detection(name="okay_nabu", timestamp=0).event())
        await owner.send(run.event())
        async with asyncio.timeout(TURN_SECONDS), asyncio.TaskGroup() as tasks:
            speaking = tasks.create_task(self._speak(owner, pcm, heard), name=f"{self.name}.microphone")
            await self._listen(heard)
            speaking.cancel()
        if heard.error is None:
            await owner.send(Played().event())
        return heard

    async def owned(self) -> Connection:
        """Wait until a hub has taken this satellite."""
        async with asyncio.timeout(TURN_SECONDS):
            await self._owned.wait()
        assert self._owner is not None
        return self._owner

    async def send(self, event: Event) -> None:
        await (await self.owned()).send(event)

    async def expect(self, kind: str) -> Event:
        """The next event of this kind; others before it are passed over."""
        async with asyncio.timeout(TURN_SECONDS):
            while (event := await self._events.get()).type != kind:
                pass
        return event

    async def _speak(self, owner: Connection, pcm: Pcm, heard: Heard) -> None:
        stream = speech(to_speech(pcm).data + silence(2000).data)
        heard.began = time.monotonic()
        for index, block in enumerate(blocks_of(stream)):
            await asyncio.sleep(max(0.0, heard.began + (index + 1) * BLOCK_SECONDS - time.monotonic()))
            with suppress(PeerError):  # the hub is gone: the listener hears of it
                owner.offer(AudioChunk(16_000, 2, 1, block.data).event())

    async def _listen(self, heard: Heard) -> None:
        while True:
            event = await self._events.get()
            if event.type == "voice-stopped":
                heard.last_voiced_ms = float(event.data.get("timestamp") or 0)
            elif event.type == "audio-chunk" and heard.first_audio_at is None:
                heard.first_audio_at = time.monotonic()
            elif event.type == "audio-stop":
                return
            elif event.type == "error":
                heard.error = str(event.data.get("code"))
                return

    async def serve(self, connection: Connection) -> None:
        """Answer the hub: describe, pings are the connection's, everything else belongs to the turn."""
        satellite = Satellite(
            name=self.name, attribution=Attribution("Earshot", ""), installed=True, description="bench", version="1"
        )
        try:
            while True:
                event = await connection.receive()
                if event.type == "describe":
                    await connection.send(Info(satellite=satellite).event())
                elif event.type == "run-satellite":
                    self._owner = connection
                    self._owned.set()
                elif not Ping.is_type(event.type):
                    await self._events.put(event)
        finally:
            if self._owner is connection:
                self._owner = None
                self._owned.clear()
                await self._events.put(Event("error", {"code": "link-lost"}))


@asynccontextmanager
async def stand_in(name: str, uri: str = "tcp://127.0.0.1:0") -> AsyncIterator[StandIn]:
    """A stand-in, on a free loopback port unless told otherwise."""
    room = StandIn(name)
    async with serve(uri, room.serve, PeerSettings(), max_peers=4) as room.uri:
        yield room
