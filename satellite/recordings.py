"""WAV files in the place of a microphone and a speaker: for tests, demonstrations and machines without sound."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path

from satellite.microphone import BLOCK_BYTES
from satellite.sound import Sound
from wire.errors import DeviceLost
from wire.pcm import SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, Pcm, to_speech
from wire.wav import read_wav, write_wav

_log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]

_LEAD_SECONDS = 2.5  # silence before the first recording: a wake word detector needs 2 s before it can score
_GAP_SECONDS = 2.5  # silence after each: an utterance must have an end
_BLOCK_SECONDS = BLOCK_BYTES / SPEECH_WIDTH_BYTES / SPEECH_RATE_HZ


class WavMicrophone:
    """Plays recordings once, in real time, and is silent before, between and for ever after them.

    begin: they wait, in silence, until it is set. Opening it again begins again. sleep: paces the blocks.
    """

    def __init__(self, path: Path, *, begin: asyncio.Event | None = None, sleep: Sleep = asyncio.sleep) -> None:
        """path: one file, or a directory whose *.wav are taken in name order.

        Raises DeviceLost (mic-missing), AudioInvalid for a file that is no usable WAV.
        """
        self._path = path
        self._audio = _together(_recordings(path))
        self._begin, self._sleep = begin, sleep

    @property
    def name(self) -> str:
        return f"wav:{self._path}"

    @contextlib.asynccontextmanager
    async def record(self) -> AsyncIterator[AsyncIterator[bytes]]:
        async with contextlib.aclosing(self._blocks()) as blocks:
            yield blocks

    async def _blocks(self) -> AsyncGenerator[bytes]:
        clock = asyncio.get_running_loop().time
        due_seconds, position = clock(), 0
        while True:
            if self._begin is None or self._begin.is_set():
                block = self._audio[position : position + BLOCK_BYTES]
                position += len(block)
            else:
                block = b""
            yield block.ljust(BLOCK_BYTES, b"\0")
            due_seconds += _BLOCK_SECONDS
            await self._sleep(max(0.0, due_seconds - clock()))


class WavSpeaker:
    """Writes each sound to a file of its own, ``0001.wav`` and on, and takes as long as playing it would."""

    def __init__(self, directory: Path, *, sleep: Sleep = asyncio.sleep) -> None:
        self._directory, self._sleep = directory, sleep
        self._turn = asyncio.Lock()
        self._count = 0

    @property
    def name(self) -> str:
        return f"wav:{self._directory}"

    async def play(self, sound: Sound) -> None:
        async with self._turn:
            began_seconds = asyncio.get_running_loop().time()
            blocks = await sound.whole()
            if not blocks:
                return
            first = blocks[0]
            whole = Pcm(first.rate_hz, first.width_bytes, first.channels, b"".join(block.data for block in blocks))
            self._count += 1
            await asyncio.to_thread(self._write, self._directory / f"{self._count:04d}.wav", whole)
            spent_seconds = asyncio.get_running_loop().time() - began_seconds
            await self._sleep(max(0.0, whole.duration_ms / 1000 - spent_seconds))

    def _write(self, path: Path, pcm: Pcm) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_wav(path, pcm)
        except OSError as error:
            raise DeviceLost(
                "speaker-lost", f"cannot write {path}: {error.strerror}; choose another directory"
            ) from error
        _log.info("speaker wrote %s, %.1f s", path, pcm.duration_ms / 1000)


def _recordings(path: Path) -> list[Pcm]:
    try:
        files = sorted(path.glob("*.wav")) if path.is_dir() else [path]
        recordings = [to_speech(read_wav(file)) for file in files]
    except OSError as error:
        raise DeviceLost("mic-missing", f"{path}: {error.strerror}; name a WAV file or a directory of them") from error
    if not recordings:
        raise DeviceLost("mic-missing", f"{path} has no *.wav in it; name a WAV file or a directory of them")
    return recordings


def _together(recordings: list[Pcm]) -> bytes:
    gap = bytes(round(_GAP_SECONDS * SPEECH_RATE_HZ) * SPEECH_WIDTH_BYTES)
    lead = bytes(round(_LEAD_SECONDS * SPEECH_RATE_HZ) * SPEECH_WIDTH_BYTES)
    return lead + gap.join(recording.data for recording in recordings)
