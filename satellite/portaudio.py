"""The only module that knows PyAudio: sound devices found by name, opened, read and written without ever hanging.

Blocking reads of PortAudio wait for ever on a device that was unplugged, and ending PortAudio under a blocked read
corrupts its memory. So nothing here blocks inside PortAudio: it is asked how much it can take or give, and no more
than that is written or read.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pyaudio

from satellite.quiet import captured_stderr, silence_alsa, unload_probed_plugins
from wire.errors import DeviceLost
from wire.pcm import SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES

_log = logging.getLogger(__name__)

Kind = Literal["mic", "speaker"]

_PERIOD_FRAMES = 1024
_COMMON_RATES_HZ = (48_000, 44_100)
_POLL_SECONDS = 0.01  # one ALSA period of a small device; far below the 64 ms of a block
_BUSY = -9985  # paDeviceUnavailable


@dataclass(frozen=True, slots=True)
class Device:
    """One sound device as PortAudio lists it. index is valid until the list is read again."""

    index: int
    name: str
    inputs: int
    outputs: int
    rate_hz: int

    def channels(self, kind: Kind) -> int:
        return self.inputs if kind == "mic" else self.outputs


def choose(devices: list[Device], kind: Kind, name: str) -> Device | None:
    """The device whose name is ``name``, or contains it; upper and lower case are the same. None if there is none."""
    wanted = name.casefold()
    fitting = [device for device in devices if device.channels(kind)]
    exact = [device for device in fitting if device.name.casefold() == wanted]
    containing = [device for device in fitting if wanted in device.name.casefold()]
    return next(iter(exact + containing), None)


class AudioSystem:
    """PortAudio of this process. Every method may be called from any thread; one lock serialises them.

    PortAudio lists devices only when it is initialised, which it cannot be again under an open stream. ``stale`` says
    that somebody misses a device: whoever holds a stream without need closes it, and the next opening reads the list.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._library: pyaudio.PyAudio | None = None
        self._streams = 0
        self.stale = False

    @property
    def held_by_one(self) -> bool:
        """A single open stream keeps a stale list from being read again."""
        return self.stale and self._streams == 1

    def devices(self) -> list[Device]:
        with self._lock, captured_stderr():
            return self._devices(self._current_library())

    def open(self, kind: Kind, name: str, *, channels: int = 1, rate_hz: int = SPEECH_RATE_HZ) -> Stream:
        """Open the device called ``name`` (or ``default``) at ``rate_hz``, or at a rate that it has.

        Raises DeviceLost: mic-missing, mic-busy, mic-lost, or the same with ``speaker``.
        """
        with self._lock, captured_stderr():
            library = self._current_library()
            device = self._find(library, kind, name)
            rates_hz = dict.fromkeys((rate_hz, device.rate_hz, *_COMMON_RATES_HZ))
            error: OSError | ValueError | None = None
            for candidate_hz in rates_hz:
                try:
                    handle = _open(library, kind, device, channels, candidate_hz)
                except (OSError, ValueError) as refusal:  # PyAudio's two ways to say no
                    error = refusal
                    continue
                self._streams += 1
                return Stream(self, handle, kind=kind, name=device.name, rate_hz=candidate_hz, channels=channels)
            self.stale = True
            raise _refused(kind, device.name, error) from error

    def close(self) -> None:
        """End PortAudio. Streams must be closed before."""
        with self._lock:
            if self._library is not None and not self._streams:
                self._library.terminate()
                self._library = None

    def _closed(self, handle: Any, kind: Kind) -> None:
        with self._lock, captured_stderr():
            self._streams -= 1
            try:
                handle.close()
            except OSError as error:
                _log.debug("closing a %s that is gone: %s", kind, error)

    def _current_library(self) -> pyaudio.PyAudio:
        if self._library is not None and self.stale and not self._streams:
            self._library.terminate()
            self._library = None
        if self._library is None:
            silence_alsa()
            self._library = pyaudio.PyAudio()
            unload_probed_plugins()
            self.stale = False
        return self._library

    def _find(self, library: pyaudio.PyAudio, kind: Kind, name: str) -> Device:
        devices = self._devices(library)
        if name == "default":
            with contextlib.suppress(OSError):
                ask = library.get_default_input_device_info if kind == "mic" else library.get_default_output_device_info
                return _device(ask())
        if found := choose(devices, kind, name):
            return found
        self.stale = True
        here = ", ".join(repr(device.name) for device in devices if device.channels(kind)) or "none"
        raise DeviceLost(
            f"{kind}-missing",
            f"no {kind} device like {name!r} (here: {here}); plug it in, free it, or correct its name",
        )

    @staticmethod
    def _devices(library: pyaudio.PyAudio) -> list[Device]:
        return [_device(library.get_device_info_by_index(index)) for index in range(library.get_device_count())]


class Stream:
    """An open device: 16-bit frames in or out. Belongs to one thread."""

    def __init__(self, system: AudioSystem, handle: Any, *, kind: Kind, name: str, rate_hz: int, channels: int) -> None:
        self._system, self._handle, self._kind = system, handle, kind
        self.name, self.rate_hz, self.channels = name, rate_hz, channels
        self._frame_bytes = channels * SPEECH_WIDTH_BYTES
        self._capacity_frames = handle.get_write_available() if kind == "speaker" else 0

    def close(self) -> None:
        self._system._closed(self._handle, self._kind)  # noqa: SLF001 - the two classes are one part

    def read(self, frames: int, *, silent_seconds: float, stop: threading.Event) -> bytes | None:
        """The next ``frames`` frames, or None when ``stop`` is set. Raises DeviceLost (mic-lost)."""
        deadline = time.monotonic() + silent_seconds
        while not stop.is_set():
            with self._translated():
                if self._handle.get_read_available() >= frames:
                    return bytes(self._handle.read(frames, exception_on_overflow=False))
            if time.monotonic() > deadline:
                raise DeviceLost(
                    f"{self._kind}-lost", f"{self.name!r} gave no audio for {silent_seconds:g} s; is it plugged in?"
                )
            time.sleep(_POLL_SECONDS)
        return None

    def write(self, data: bytes, *, silent_seconds: float, stop: threading.Event) -> None:
        """Hand over all of ``data``, or leave off when ``stop`` is set. Raises DeviceLost (speaker-lost)."""
        deadline = time.monotonic() + silent_seconds
        position = 0
        while position < len(data) and not stop.is_set():
            with self._translated():
                free_bytes = self._handle.get_write_available() * self._frame_bytes
                piece = data[position : position + free_bytes]
                if piece:
                    self._handle.write(piece)
                    position += len(piece)
                    deadline = time.monotonic() + silent_seconds
                    continue
            if time.monotonic() > deadline:
                raise DeviceLost(
                    f"{self._kind}-lost", f"{self.name!r} took no audio for {silent_seconds:g} s; is it plugged in?"
                )
            time.sleep(_POLL_SECONDS)

    def queued_frames(self) -> int:
        """How much of what was written has not been played yet."""
        with self._translated():
            return max(0, self._capacity_frames - int(self._handle.get_write_available()))

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._system.stale = True
            raise DeviceLost(f"{self._kind}-lost", f"{self.name!r} failed ({error}); is it plugged in?") from error


def _device(info: dict[str, Any]) -> Device:
    return Device(
        index=int(info["index"]),
        name=str(info["name"]),
        inputs=int(info["maxInputChannels"]),
        outputs=int(info["maxOutputChannels"]),
        rate_hz=int(info["defaultSampleRate"]),
    )


def _open(library: pyaudio.PyAudio, kind: Kind, device: Device, channels: int, rate_hz: int) -> Any:
    direction = (
        {"input": True, "input_device_index": device.index}
        if kind == "mic"
        else {"output": True, "output_device_index": device.index}
    )
    return library.open(
        rate=rate_hz, channels=channels, format=pyaudio.paInt16, frames_per_buffer=_PERIOD_FRAMES, **direction
    )


def _refused(kind: Kind, name: str, error: OSError | ValueError | None) -> DeviceLost:
    if isinstance(error, OSError) and error.errno == _BUSY:
        return DeviceLost(f"{kind}-busy", f"{name!r} is used by another program; end that program")
    return DeviceLost(f"{kind}-lost", f"{name!r} cannot be opened ({error}); is it plugged in?")
