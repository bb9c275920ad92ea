"""SVOX Pico through Debian's libttspico: five languages, small and quick. Numbers are those of picoapi.h."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIBRARY = "libttspico.so.0"
DATA = Path("/usr/share/pico/lang")
RATE_HZ = 16_000

_MEMORY_BYTES = 2_500_000  # what pico2wave gives it: one voice
_NAME_BYTES = 32  # PICO_RETSTRINGSIZE is longer, names are not
_STEP_IDLE, _STEP_BUSY = 200, 201
_OUT_BYTES = 4096
_TEXT_BYTES = 16_000  # pico_Int16
_VOICE = b"Earshot"


class PicoError(RuntimeError):
    """The library said no: broken data, or a bug of ours."""


@dataclass(frozen=True, slots=True)
class PicoFiles:
    """One voice: its text analysis and its sound, of /usr/share/pico/lang. language: as in ``en-GB``."""

    language: str
    analysis: Path
    sound: Path


def installed(data: Path = DATA, library: str = LIBRARY) -> list[PicoFiles]:
    """The voices on this machine; none where the library is not installed."""
    with contextlib.suppress(OSError):
        ctypes.CDLL(library)
        return sorted(_pairs(data), key=lambda files: files.language)
    return []


def _pairs(data: Path) -> Iterator[PicoFiles]:
    for analysis in data.glob("*_ta.bin"):
        language = analysis.name.removesuffix("_ta.bin")
        for sound in data.glob(f"{language}_*_sg.bin"):
            yield PicoFiles(language, analysis, sound)


class PicoVoice:
    """A loaded voice; used in one thread."""

    rate_hz = RATE_HZ

    def __init__(self, files: PicoFiles, library: str = LIBRARY) -> None:
        self._library = ctypes.CDLL(library)
        self._memory = ctypes.create_string_buffer(_MEMORY_BYTES)
        self._system, self._engine = ctypes.c_void_p(), ctypes.c_void_p()
        self._resources: list[ctypes.c_void_p] = []
        self._call("initialize", self._memory, _MEMORY_BYTES, ctypes.byref(self._system))
        self._call("createVoiceDefinition", self._system, _VOICE)
        for path in (files.analysis, files.sound):
            resource, name = ctypes.c_void_p(), ctypes.create_string_buffer(_NAME_BYTES)
            self._call("loadResource", self._system, str(path).encode(), ctypes.byref(resource))
            self._resources.append(resource)
            self._call("getResourceName", self._system, resource, name)
            self._call("addResourceToVoiceDefinition", self._system, _VOICE, name)
        self._call("newEngine", self._system, _VOICE, ctypes.byref(self._engine))

    def close(self) -> None:
        """Give back its memory and files; the voice cannot speak any more."""
        self._library.pico_disposeEngine(self._system, ctypes.byref(self._engine))
        self._library.pico_releaseVoiceDefinition(self._system, _VOICE)
        for resource in self._resources:
            self._library.pico_unloadResource(self._system, ctypes.byref(resource))
        self._library.pico_terminate(ctypes.byref(self._system))

    def render(self, text: str) -> bytes:
        """16-bit mono at ``rate_hz``."""
        left = text.encode()[: _TEXT_BYTES - 1] + b"\0"  # the zero ends the sentence
        sound = bytearray()
        while left:
            taken = ctypes.c_int16()
            self._call("putTextUtf8", self._engine, left, ctypes.c_int16(len(left)), ctypes.byref(taken))
            left = left[taken.value :]
            self._collect(sound)
        return bytes(sound)

    def _collect(self, sound: bytearray) -> None:
        buffer = ctypes.create_string_buffer(_OUT_BYTES)
        count, kind = ctypes.c_int16(), ctypes.c_int16()
        status = _STEP_BUSY
        while status == _STEP_BUSY:
            size = ctypes.c_int16(_OUT_BYTES)
            status = self._library.pico_getData(self._engine, buffer, size, ctypes.byref(count), ctypes.byref(kind))
            sound += buffer.raw[: count.value]
        if status != _STEP_IDLE:
            self._library.pico_resetEngine(self._engine, 0)
            raise PicoError(f"pico_getData: status {status}")

    def _call(self, name: str, *arguments: object) -> None:
        status = getattr(self._library, f"pico_{name}")(*arguments)
        if status != 0:
            raise PicoError(f"pico_{name}: status {status}; install libttspico-data again")
