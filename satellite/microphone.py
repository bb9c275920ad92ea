"""Where speech enters: a sound device as blocks of 16 kHz mono, read in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import numpy as np

from satellite.portaudio import AudioSystem
from wire.pcm import SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, Converter, Pcm, mono_floats, to_16_bit

_log = logging.getLogger(__name__)

BLOCK_SAMPLES = 1024  # what satellites of the field send: 64 ms
BLOCK_BYTES = BLOCK_SAMPLES * SPEECH_WIDTH_BYTES
_WAKING_SECONDS = 5.0  # a sound server may take 2-3 s to wake a sleeping device for its first block
_OPEN = b""
_QUEUE_BLOCKS = 48  # 3 s: a stall of this program longer than that loses the oldest audio


class Microphone(Protocol):
    @property
    def name(self) -> str:
        """What people call it: for logs and errors."""

    def record(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the device and give its audio, BLOCK_BYTES of 16 kHz 16-bit mono at a time, until left.

        Leaving really closes the device. Opening and every block may raise DeviceLost.
        """


class BlockQueue:
    """Blocks, and at last the error that ended them, from a thread to the loop; when full the oldest is dropped."""

    def __init__(self, maxsize: int = _QUEUE_BLOCKS) -> None:
        self._queue: asyncio.Queue[bytes | BaseException] = asyncio.Queue(maxsize)
        self._maxsize = maxsize
        self.dropped = 0

    def put(self, item: bytes | BaseException) -> None:
        if self._queue.full():
            self._queue.get_nowait()
            self.dropped += 1
            if self.dropped % self._maxsize == 1:
                _log.warning("this machine is too slow for its microphone: %d blocks lost so far", self.dropped)
        self._queue.put_nowait(item)

    async def get(self) -> bytes:
        item = await self._queue.get()
        if isinstance(item, BaseException):
            raise item
        return item

    async def blocks(self) -> AsyncIterator[bytes]:
        while True:
            yield await self.get()


class Shaper:
    """Device audio to BLOCK_BYTES of speech format: one channel picked, amplified, resampled, cut into blocks."""

    def __init__(self, *, channel: int = 0, gain_db: float = 0.0) -> None:
        self._channel = channel
        self._gain = 10 ** (gain_db / 20)
        self._converter = Converter(SPEECH_RATE_HZ)
        self._rest = bytearray()

    def shape(self, pcm: Pcm) -> list[bytes]:
        """Whole blocks that are ready now; what is left over begins the next one."""
        if pcm.channels > 1:
            samples = np.frombuffer(pcm.data, "<i2").reshape(-1, pcm.channels)[:, self._channel]
            pcm = Pcm(pcm.rate_hz, pcm.width_bytes, 1, samples.tobytes())
        if self._gain != 1.0:
            pcm = Pcm(pcm.rate_hz, pcm.width_bytes, 1, to_16_bit(mono_floats(pcm) * np.float32(self._gain)))
        self._rest += self._converter.convert(pcm).data
        blocks = []
        while len(self._rest) >= BLOCK_BYTES:
            blocks.append(bytes(self._rest[:BLOCK_BYTES]))
            del self._rest[:BLOCK_BYTES]
        return blocks


class DeviceMicrophone:
    """A sound device by name."""

    def __init__(
        self,
        system: AudioSystem,
        name: str = "default",
        *,
        channel: int = 0,
        gain_db: float = 0.0,
        silent_seconds: float = 2.0,
    ) -> None:
        self._system, self._name = system, name
        self._channel, self._gain_db, self._silent_seconds = channel, gain_db, silent_seconds

    @property
    def name(self) -> str:
        return self._name

    @contextlib.asynccontextmanager
    async def record(self) -> AsyncIterator[AsyncIterator[bytes]]:
        loop = asyncio.get_running_loop()
        queue, stop = BlockQueue(), threading.Event()

        def deliver(block: bytes) -> None:
            loop.call_soon_threadsafe(queue.put, block)

        def ended(pump: asyncio.Future[None]) -> None:
            if error := pump.exception():
                queue.put(error)

        thread = ThreadPoolExecutor(1, "microphone")
        pump = loop.run_in_executor(thread, self._pump, deliver, stop)
        pump.add_done_callback(ended)
        try:
            await queue.get()  # _OPEN
            yield queue.blocks()
        finally:
            stop.set()
            await asyncio.wait([pump])  # one poll at most: when the caller goes on, the device is closed
            thread.shutdown(wait=False)

    def _pump(self, deliver: Callable[[bytes], None], stop: threading.Event) -> None:
        """Runs in the thread until told to stop or the device is lost; gives _OPEN, then blocks."""
        stream = self._system.open("mic", self._name, channels=self._channel + 1)
        _log.info("microphone %r open at %d Hz", stream.name, stream.rate_hz)
        shaper = Shaper(channel=self._channel, gain_db=self._gain_db)
        frames = BLOCK_SAMPLES * stream.rate_hz // SPEECH_RATE_HZ
        patience_seconds = max(self._silent_seconds, _WAKING_SECONDS)
        try:
            deliver(_OPEN)
            while (data := stream.read(frames, silent_seconds=patience_seconds, stop=stop)) is not None:
                patience_seconds = self._silent_seconds
                for block in shaper.shape(Pcm(stream.rate_hz, SPEECH_WIDTH_BYTES, stream.channels, data)):
                    deliver(block)
        finally:
            stream.close()
            _log.info("microphone %r closed", stream.name)
