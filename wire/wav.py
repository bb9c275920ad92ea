"""WAV files to Pcm and back.

Reading is our own and not ``wave``, which refuses the extensible header before Python 3.12 and the sizes that programs
write when they stream (0 or 0xFFFFFFFF), and gives every kind of broken file the same error.
"""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path
from typing import BinaryIO

from wire.errors import AudioInvalid
from wire.pcm import Pcm

MAX_SECONDS = 600.0

_FORMAT_PCM = 0x0001
_FORMAT_EXTENSIBLE = 0xFFFE
_FORMATS = {0x0002: "ADPCM", 0x0003: "float", 0x0006: "A-law", 0x0007: "mu-law", 0x0011: "ADPCM", 0x0055: "MP3"}
_FMT = struct.Struct("<HHIIHH")  # format, channels, frames a second, bytes a second, bytes a frame, bits a sample
_EXTENSION_BYTES = 24  # its size, valid bits, channel mask, and a GUID that begins with the real format
_STREAMED_SIZES = (0, 0xFFFF_FFFF)  # written by programs that did not know the length yet
_MAX_CHUNKS = 64  # before the samples; real files have two to six


def read_wav(source: Path | bytes, *, max_seconds: float = MAX_SECONDS) -> Pcm:
    """Signed PCM of 16, 24 or 32 bit; a file that was cut short is read as far as it goes. Blocks on the disk.

    Raises AudioInvalid: wav-unreadable, audio-format (says which), audio-empty, audio-too-long.
    """
    if isinstance(source, bytes):
        return _read(io.BytesIO(source), "this WAV", max_seconds)
    try:
        with source.open("rb") as file:
            return _read(file, str(source), max_seconds)
    except OSError as error:
        raise AudioInvalid(
            "wav-unreadable", f"{source}: {error.strerror}; check the name and who may read it"
        ) from error


def wav_bytes(pcm: Pcm) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(pcm.channels)
        writer.setsampwidth(pcm.width_bytes)
        writer.setframerate(pcm.rate_hz)
        writer.writeframes(pcm.data)
    return file.getvalue()


def write_wav(path: Path, pcm: Pcm) -> None:
    """Blocks on the disk."""
    path.write_bytes(wav_bytes(pcm))


def _read(file: BinaryIO, origin: str, max_seconds: float) -> Pcm:
    rate_hz, width_bytes, channels, data_bytes = _read_header(file, origin)
    empty = Pcm(rate_hz, width_bytes, channels, b"")  # checks the format before anything long is read
    most_bytes = int(max_seconds * rate_hz) * empty.frame_bytes
    if data_bytes > most_bytes:
        data_bytes = most_bytes + empty.frame_bytes  # enough to see that it is too long, if the header did not lie
    data = file.read(data_bytes)
    data = data[: len(data) - len(data) % empty.frame_bytes]
    if len(data) > most_bytes:
        raise AudioInvalid("audio-too-long", f"{origin} is longer than {max_seconds:g} s; send a shorter one")
    if not data:
        raise AudioInvalid("audio-empty", f"{origin} has no samples; record it again")
    return Pcm(rate_hz, width_bytes, channels, data)


def _read_header(file: BinaryIO, origin: str) -> tuple[int, int, int, int]:
    """Rate in Hz, bytes a sample, channels, bytes of samples; the file stands at the first sample."""
    riff = file.read(12)
    if len(riff) < 12 or riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
        raise _unreadable(origin, "it does not begin with RIFF … WAVE")
    form: tuple[int, int, int] | None = None
    for _ in range(_MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            break
        size_bytes = int.from_bytes(head[4:], "little")
        if head[:4] == b"data":
            if form is None:
                raise _unreadable(origin, "its samples come before their format")
            return *form, 0xFFFF_FFFF if size_bytes in _STREAMED_SIZES else size_bytes
        if head[:4] == b"fmt ":
            body = file.read(min(size_bytes, _FMT.size + _EXTENSION_BYTES))
            form = _read_format(body, origin)
            size_bytes -= len(body)
        file.seek(size_bytes + size_bytes % 2, io.SEEK_CUR)  # chunks begin at even places
    raise _unreadable(origin, "its header is cut or has no samples after it")


def _read_format(body: bytes, origin: str) -> tuple[int, int, int]:
    """Rate in Hz, bytes a sample, channels. Limits of those are Pcm's own."""
    if len(body) < _FMT.size:
        raise _unreadable(origin, "its format is cut")
    code, channels, rate_hz, _, frame_bytes, bits = _FMT.unpack_from(body)
    if code == _FORMAT_EXTENSIBLE and len(body) >= _FMT.size + _EXTENSION_BYTES:
        code = int.from_bytes(body[_FMT.size + 8 : _FMT.size + 10], "little")
    if code != _FORMAT_PCM:
        name = _FORMATS.get(code, f"format 0x{code:04X}")
        raise AudioInvalid("audio-format", f"{origin} is {name}; send 16-bit signed PCM")
    width_bytes = (bits + 7) // 8
    if frame_bytes != width_bytes * channels:
        raise _unreadable(origin, f"{frame_bytes} bytes a frame do not fit {channels} channels of {bits} bits")
    return rate_hz, width_bytes, channels


def _unreadable(origin: str, why: str) -> AudioInvalid:
    return AudioInvalid("wav-unreadable", f"{origin} cannot be read as WAV: {why}; send 16-bit PCM in a WAV file")
