"""Where answers leave: a sound device that plays one sound after another, from a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from satellite.portaudio import AudioSystem, Stream
from satellite.sound import Sound
from wire.errors import AudioInvalid, DeviceLost
from wire.pcm import SPEECH_WIDTH_BYTES, Converter, Pcm, mono_floats, to_16_bit

_log = logging.getLogger(__name__)

_RATE_HZ = 48_000  # what sound hardware has; the device's own rate if not
_JITTER_MS = 100  # waits for so much before the first sample: a network hiccup below that is not heard
_PIECE_MS = 20  # a sound that is cancelled ends after at most this and what the device itself holds


class Speaker(Protocol):
    @property
    def name(self) -> str: ...

    async def play(self, sound: Sound) -> None:
        """Play ``sound`` as it arrives; returns when its last sample has left the device.

        Sounds wait for each other. Cancelling means silence at once. Raises DeviceLost; AudioInvalid for a sound that
        changes its format midway.
        """


class _Playing:
    """A sound, and the future that is resolved when it was heard."""

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self.loop = asyncio.get_running_loop()
        self.heard: asyncio.Future[None] = self.loop.create_future()

    def finish(self, error: Exception | None = None) -> None:
        """In the loop."""
        if self.heard.done():
            return
        if error is None:
            self.heard.set_result(None)
        else:
            self.heard.set_exception(error)

    def finish_from_thread(self, error: Exception | None = None) -> None:
        self.loop.call_soon_threadsafe(self.finish, error)


class DeviceSpeaker:
    """A sound device by name, opened for the first sound and kept open, playing silence, for a while after the last."""

    def __init__(
        self,
        system: AudioSystem,
        name: str = "default",
        *,
        volume: float = 1.0,
        keep_open_seconds: float = 30.0,
        silent_seconds: float = 2.0,
    ) -> None:
        self._system, self._name, self._volume = system, name, volume
        self._keep_open_seconds, self._silent_seconds = keep_open_seconds, silent_seconds
        self._turn = asyncio.Lock()
        self._playing: _Playing | None = None
        self._pump: asyncio.Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, "speaker")
        self._stop = threading.Event()

    @property
    def name(self) -> str:
        return self._name

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[DeviceSpeaker]:
        """Allow playing; when left, the device is closed and the thread has ended."""
        try:
            yield self
        finally:
            self._stop.set()
            if self._pump is not None:
                await asyncio.wait([self._pump])
            self._thread.shutdown(wait=False)

    async def play(self, sound: Sound) -> None:
        async with self._turn:
            self._playing = playing = _Playing(sound)
            try:
                self._start_pump()
                await playing.heard
            finally:
                self._playing = None

    def _start_pump(self) -> None:
        if self._pump is None:
            self._pump = asyncio.get_running_loop().run_in_executor(self._thread, self._run)
            self._pump.add_done_callback(self._pump_ended)

    def _pump_ended(self, pump: asyncio.Future[None]) -> None:
        self._pump = None
        error = pump.exception()
        if self._playing is not None and error is not None:
            self._playing.finish(error if isinstance(error, Exception) else RuntimeError(str(error)))
        elif error is not None:
            _log.warning("speaker %r: %s", self._name, error, exc_info=None if isinstance(error, DeviceLost) else error)
        elif self._playing is not None and not self._stop.is_set():
            self._start_pump()  # the sound came just when the device was being closed

    def _run(self) -> None:
        """In the thread: play what there is, silence in between, until nothing came for a while."""
        stream = self._system.open("speaker", self._name, rate_hz=_RATE_HZ)
        _log.info("speaker %r open at %d Hz", stream.name, stream.rate_hz)
        try:
            pump = _Pump(stream, self._volume, self._silent_seconds, self._stop)
            idle_since = time.monotonic()
            while not self._stop.is_set():
                playing = self._playing
                if playing is not None and not playing.heard.done():
                    self._play_one(pump, playing)
                    idle_since = time.monotonic()
                elif self._system.held_by_one or time.monotonic() - idle_since >= self._keep_open_seconds:
                    return
                else:
                    pump.silence()
        finally:
            stream.close()
            _log.info("speaker %r closed", stream.name)

    def _play_one(self, pump: _Pump, playing: _Playing) -> None:
        try:
            pump.play(playing, lambda: self._playing is playing and not self._stop.is_set())
        except AudioInvalid as error:
            playing.finish_from_thread(error)
        else:
            playing.finish_from_thread()
        while self._playing is playing and not self._stop.is_set():
            pump.silence()  # until the loop has noticed


class _Pump:
    """Writes sounds and silence into an open device and knows how much of it was heard. Lives in the thread."""

    def __init__(self, stream: Stream, volume: float, silent_seconds: float, stop: threading.Event) -> None:
        self._stream, self._volume = stream, volume
        self._silent_seconds, self._stop = silent_seconds, stop
        self._written_frames = 0
        self._piece_bytes = stream.rate_hz * _PIECE_MS // 1000 * SPEECH_WIDTH_BYTES

    def play(self, playing: _Playing, wanted: Callable[[], bool]) -> None:
        """Returns when the sound was heard, or is not wanted any more."""
        sound = playing.sound
        while wanted() and not sound.ended and sound.waiting_ms < _JITTER_MS:
            self.silence()
        converter = Converter(self._stream.rate_hz)
        while wanted():
            ended = sound.ended  # asked before taking: a block pushed in between is not lost
            pcm = sound.take()
            if pcm is not None:
                self._write(self._louder(converter.convert(pcm)), wanted)
            elif ended:
                self._write(self._louder(converter.finish()), wanted)
                break
            else:
                self.silence()
        self._finish(wanted)

    def silence(self) -> None:
        self._write(bytes(self._piece_bytes), lambda: not self._stop.is_set())

    def _finish(self, wanted: Callable[[], bool]) -> None:
        end_frames = self._written_frames
        while wanted() and self._written_frames - self._stream.queued_frames() < end_frames:
            self.silence()

    def _louder(self, pcm: Pcm) -> bytes:
        return pcm.data if self._volume == 1.0 else to_16_bit(mono_floats(pcm) * np.float32(self._volume))

    def _write(self, data: bytes, wanted: Callable[[], bool]) -> None:
        for at in range(0, len(data), self._piece_bytes):
            if not wanted():
                return
            piece = data[at : at + self._piece_bytes]
            self._stream.write(piece, silent_seconds=self._silent_seconds, stop=self._stop)
            self._written_frames += len(piece) // SPEECH_WIDTH_BYTES


class NoSpeaker:
    """For a satellite that only listens: every sound counts as played when it has arrived."""

    name = "none"

    async def play(self, sound: Sound) -> None:
        await sound.whole()
