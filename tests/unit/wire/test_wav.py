"""WAV files as programs really write them, and as they should not."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import AudioInvalid
from wire.pcm import Pcm, speech
from wire.wav import read_wav, wav_bytes, write_wav

SAMPLES = bytes(range(200))


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def wav(*chunks: bytes, size: int | None = None) -> bytes:
    return chunk(b"RIFF", b"WAVE" + b"".join(chunks), size)


def fmt(code: int = 1, channels: int = 1, rate: int = 16000, bits: int = 16, extra: bytes = b"") -> bytes:
    frame = channels * ((bits + 7) // 8)
    return chunk(b"fmt ", struct.pack("<HHIIHH", code, channels, rate, rate * frame, frame, bits) + extra)


def extension(code: int, valid_bits: int = 16) -> bytes:
    return struct.pack("<HHIH", 22, valid_bits, 4, code) + bytes.fromhex("000000001000800000aa00389b71")


DATA = chunk(b"data", SAMPLES)


@given(
    width=st.sampled_from([2, 3, 4]),
    channels=st.integers(1, 16),
    rate=st.integers(8000, 192_000),
    frames=st.binary(min_size=1, max_size=40),
)
def test_what_is_written_is_read_back_and_by_the_standard_library_too(
    width: int, channels: int, rate: int, frames: bytes
) -> None:
    pcm = Pcm(rate, width, channels, frames * width * channels)
    written = wav_bytes(pcm)
    assert read_wav(written) == pcm
    with wave.open(io.BytesIO(written)) as theirs:
        assert (theirs.getframerate(), theirs.getsampwidth(), theirs.getnchannels()) == (rate, width, channels)
        assert theirs.readframes(theirs.getnframes()) == pcm.data


def test_files_are_written_and_read(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", speech(SAMPLES))
    assert read_wav(tmp_path / "a.wav") == speech(SAMPLES)


READABLE = {
    "other chunks around": wav(chunk(b"LIST", b"odd"), fmt(), chunk(b"fact", b"1234"), DATA, chunk(b"LIST", b"x")),
    "longer format": wav(fmt(extra=b"\0\0"), DATA),
    "extensible": wav(fmt(0xFFFE, extra=extension(1)), DATA),
    "streamed, sizes of all ones": wav(fmt(), chunk(b"data", SAMPLES, 0xFFFF_FFFF), size=0xFFFF_FFFF),
    "streamed, sizes of zero": wav(fmt(), chunk(b"data", SAMPLES, 0), size=0),
    "cut short": wav(fmt(), chunk(b"data", SAMPLES, 1_000_000)),
    "cut inside a sample": wav(fmt(), chunk(b"data", SAMPLES + b"\1", 1_000_000))[:-1],
}


@pytest.mark.parametrize("file", READABLE.values(), ids=READABLE)
def test_what_programs_write_is_read(file: bytes) -> None:
    assert read_wav(file) == speech(SAMPLES)


REFUSED = {
    "nothing": (b"", "wav-unreadable", "RIFF"),
    "text": (b"not a WAV file at all, only words", "wav-unreadable", "RIFF"),
    "an AVI file": (chunk(b"RIFF", b"AVI " + fmt() + DATA), "wav-unreadable", "RIFF"),
    "no samples chunk": (wav(fmt()), "wav-unreadable", "cut"),
    "no format": (wav(DATA), "wav-unreadable", "before their format"),
    "cut in the header": (wav(fmt(), DATA)[:30], "wav-unreadable", "format is cut"),
    "a chunk of 4 GiB before the samples": (
        wav(chunk(b"LIST", b"", 0xFFFF_FFFF), fmt(), DATA),
        "wav-unreadable",
        "cut",
    ),
    "endless empty chunks": (wav(*[chunk(b"junk", b"")] * 1000, fmt(), DATA), "wav-unreadable", "cut"),
    "frames that do not fit": (
        wav(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 2, 16000, 64000, 3, 16)), DATA),
        "wav-unreadable",
        "3 bytes a frame",
    ),
    "8 bit": (wav(fmt(bits=8), DATA), "audio-format", "8-bit"),
    "64 bit": (wav(fmt(bits=64), DATA), "audio-format", "64-bit"),
    "0 bit": (wav(fmt(bits=0), DATA), "audio-format", "0-bit"),
    "float": (wav(fmt(3, bits=32), DATA), "audio-format", "float"),
    "float, extensible": (wav(fmt(0xFFFE, bits=32, extra=extension(3, 32)), DATA), "audio-format", "float"),
    "A-law": (wav(fmt(6, bits=8), DATA), "audio-format", "A-law"),
    "mu-law": (wav(fmt(7, bits=8), DATA), "audio-format", "mu-law"),
    "MP3": (wav(fmt(0x55, bits=0), DATA), "audio-format", "MP3"),
    "unknown format": (wav(fmt(0x1234), DATA), "audio-format", "0x1234"),
    "extensible without its extension": (wav(fmt(0xFFFE), DATA), "audio-format", "0xFFFE"),
    "4 kHz": (wav(fmt(rate=4000), DATA), "audio-format", "4000 Hz"),
    "no channels": (wav(fmt(channels=0), DATA), "audio-format", "0 channels"),
    "100 channels": (wav(fmt(channels=100), DATA), "audio-format", "100 channels"),
    "no samples": (wav(fmt(), chunk(b"data", b"")), "audio-empty", "no samples"),
    "half a sample": (wav(fmt(), chunk(b"data", b"x")[:-1]), "audio-empty", "no samples"),
}


@pytest.mark.parametrize(("file", "code", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_taken_is_refused_by_name(file: bytes, code: str, says: str) -> None:
    with pytest.raises(AudioInvalid) as refused:
        read_wav(file)
    assert refused.value.code == code
    assert says in refused.value.message


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "none.wav", tmp_path):
        with pytest.raises(AudioInvalid, match=str(path)) as refused:
            read_wav(path)
        assert refused.value.code == "wav-unreadable"


@pytest.mark.parametrize("size", [None, 0xFFFF_FFFF, 0])
def test_the_longest_recording_is_exact_whatever_the_header_says(size: int | None) -> None:
    second = bytes(32_000)
    assert read_wav(wav(fmt(), chunk(b"data", second, size)), max_seconds=1).duration_ms == 1000
    with pytest.raises(AudioInvalid) as refused:
        read_wav(wav(fmt(), chunk(b"data", second + b"12", size)), max_seconds=1)
    assert refused.value.code == "audio-too-long"


def test_a_header_that_promises_too_much_is_forgiven() -> None:
    """Too long is what is there, not what is declared: streams that end early declare anything."""
    assert read_wav(READABLE["cut short"], max_seconds=1) == speech(SAMPLES)


@given(st.binary(max_size=120) | st.binary(max_size=60).map(lambda body: wav(fmt(), body)))
def test_any_bytes_are_audio_or_refused(data: bytes) -> None:
    try:
        assert read_wav(data).frames > 0
    except AudioInvalid as refused:
        assert refused.code in {"wav-unreadable", "audio-format", "audio-empty"}  # noqa: PT017
