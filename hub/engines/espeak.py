"""The espeak-ng library of the ``espeakng-loader`` wheel: phonemes for the recogniser, speech for the synthesizer.

Its state is global: one thread of a process uses it. Numbers and layouts are those of espeak-ng/speak_lib.h.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
from dataclasses import dataclass
from typing import ClassVar

import espeakng_loader

_SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS: espeak_Synth returns when all was given to the callback
_DONT_EXIT = 0x8000  # espeakINITIALIZE_DONT_EXIT
_BUFFER_MS = 60  # of audio in one callback
_UTF8 = 1  # espeakCHARS_UTF8
_IPA = 0x02  # phoneme mode
_SAMPLE_BYTES = 2
_SEED = 1  # of breath and other noise, which otherwise begins with the clock


class _VoiceStruct(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakError(RuntimeError):
    """The library said no; a bug of ours or a broken wheel."""


@dataclass(frozen=True, slots=True)
class Voice:
    """identifier: what ``select`` takes. language: as espeak-ng writes it (``en-gb``, ``pt-br``, ``cmn``)."""

    identifier: str
    language: str


@functools.cache
def _loaded() -> tuple[ctypes.CDLL, int]:
    """The library and the rate of its speech; it must not be initialised twice. Raises EspeakError."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceStruct))
    data = espeakng_loader.get_data_path().encode()
    rate_hz: int = library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data, _DONT_EXIT)
    if rate_hz <= 0:
        raise EspeakError(f"espeak-ng does not start with the data in {data!r}")
    return library, rate_hz


class Espeak:
    """The loaded library; all instances share its state. Use it from one thread."""

    _selected: ClassVar[str] = ""  # voice of the library, which has one state for all

    def __init__(self) -> None:
        self._library, self.rate_hz = _loaded()

    def voices(self) -> list[Voice]:
        """The first voice of each language; those of MBROLA need data that the wheel does not have."""
        found: dict[str, Voice] = {}
        listed = self._library.espeak_ListVoices(None)
        for index in itertools.takewhile(lambda number: bool(listed[number]), itertools.count()):
            entry = listed[index].contents
            voice = Voice(entry.identifier.decode(), entry.languages[1:].split(b"\0")[0].decode().lower())
            if not voice.identifier.startswith("mb/"):
                found.setdefault(voice.language, voice)
        return list(found.values())

    def select(self, name: str) -> None:
        """Use the voice ``name``, which may also be a language."""
        if name != Espeak._selected and self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise EspeakError(f"espeak-ng has no voice {name!r}")
        Espeak._selected = name

    def phonemes(self, text: str) -> str:
        """IPA of ``text`` in the selected voice, stress marks included."""
        buffer = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(buffer))
        clauses: list[str] = []
        while rest.value:
            clauses.append(self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA).decode())
        return " ".join(clauses).strip()

    def speak(self, text: str) -> bytes:
        """Speech in the selected voice, 16-bit mono at ``rate_hz``."""
        sound = bytearray()

        def collect(samples: ctypes.Array[ctypes.c_short], count: int, _events: int) -> int:
            if count:
                sound.extend(ctypes.string_at(samples, count * _SAMPLE_BYTES))
            return 0  # go on

        callback = _Callback(collect)
        self._library.espeak_SetSynthCallback(callback)
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
        encoded = text.encode()
        if self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, _UTF8, None, None) != 0:
            raise EspeakError("espeak-ng could not speak the text")
        return bytes(sound)


@functools.cache
def espeak() -> Espeak:
    """One instance for all of this process."""
    return Espeak()


def phonemes(voice: str, text: str) -> str:
    """IPA of ``text`` as ``voice`` reads it."""
    reader = espeak()
    reader.select(voice)
    return reader.phonemes(text)
