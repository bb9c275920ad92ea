"""PCM audio: the only place where bytes, samples and milliseconds are converted into each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from wire.errors import AudioInvalid

SPEECH_RATE_HZ = 16_000  # every speech model used here was trained at this rate
SPEECH_WIDTH_BYTES = 2
SPEECH_CHANNELS = 1
MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 192_000
MAX_CHANNELS = 16  # microphone arrays send all their channels


@dataclass(frozen=True, slots=True)
class Pcm:
    """Interleaved signed little-endian samples.

    rate_hz: frames a second. width_bytes: bytes a sample, 2, 3 or 4. channels: samples a frame.
    data: whole frames. Raises AudioInvalid (code audio-format) for anything else.
    """

    rate_hz: int
    width_bytes: int
    channels: int
    data: bytes

    def __post_init__(self) -> None:
        if not MIN_RATE_HZ <= self.rate_hz <= MAX_RATE_HZ:
            raise AudioInvalid("audio-format", f"{self.rate_hz} Hz is not {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz")
        if self.width_bytes not in (2, 3, 4):
            bits = self.width_bytes * 8
            raise AudioInvalid("audio-format", f"{bits}-bit samples are not taken; send 16-bit signed PCM")
        if not 1 <= self.channels <= MAX_CHANNELS:
            raise AudioInvalid("audio-format", f"{self.channels} channels; send 1 to {MAX_CHANNELS}")
        if len(self.data) % self.frame_bytes:
            raise AudioInvalid("audio-format", f"{len(self.data)} bytes are no whole {self.frame_bytes}-byte frames")

    @property
    def frame_bytes(self) -> int:
        return self.width_bytes * self.channels

    @property
    def frames(self) -> int:
        return len(self.data) // self.frame_bytes

    @property
    def duration_ms(self) -> float:
        return self.frames * 1000 / self.rate_hz

    @property
    def is_speech_format(self) -> bool:
        """16 kHz, 16-bit, mono: what engines and Wyoming peers are given."""
        return (self.rate_hz, self.width_bytes, self.channels) == (SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, SPEECH_CHANNELS)


def speech(data: bytes) -> Pcm:
    """Wrap bytes that are already 16 kHz, 16-bit, mono."""
    return Pcm(SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES, SPEECH_CHANNELS, data)


def silence(duration_ms: float) -> Pcm:
    return speech(bytes(round(duration_ms * SPEECH_RATE_HZ / 1000) * SPEECH_WIDTH_BYTES))


def mono_floats(pcm: Pcm) -> npt.NDArray[np.float32]:
    """Samples in [-1, 1), channels averaged; shape (frames,)."""
    if pcm.width_bytes == 2:
        samples = np.frombuffer(pcm.data, "<i2").astype(np.float32) / 2**15
    elif pcm.width_bytes == 4:
        samples = (np.frombuffer(pcm.data, "<i4") / 2**31).astype(np.float32)
    else:
        octets = np.frombuffer(pcm.data, np.uint8).reshape(-1, 3).astype(np.int32)
        unsigned = octets[:, 0] | octets[:, 1] << 8 | octets[:, 2] << 16
        samples = ((unsigned - ((unsigned & 0x80_0000) << 1)) / 2**23).astype(np.float32)
    mono: npt.NDArray[np.float32] = samples.reshape(-1, pcm.channels).mean(axis=1, dtype=np.float32)
    return mono


def rms_dbfs(pcm: Pcm) -> float:
    """Loudness of the whole block in dB below full scale; -inf for digital silence or nothing."""
    samples = mono_floats(pcm)
    power = float(np.mean(np.square(samples))) if samples.size else 0.0
    return 10 * float(np.log10(power)) if power > 0 else float("-inf")


def to_16_bit(samples: npt.NDArray[np.float32]) -> bytes:
    """Floats in [-1, 1) to little-endian 16-bit, clipped instead of wrapped."""
    return np.clip(np.rint(samples * 2**15), -(2**15), 2**15 - 1).astype("<i2").tobytes()


class Converter:
    """Turns a stream of any Pcm into mono 16-bit at one rate, without clicks between blocks.

    One converter serves one stream; the input format may not change within it (AudioInvalid, audio-format).
    """

    def __init__(self, rate_hz: int = SPEECH_RATE_HZ) -> None:
        self._rate_hz = rate_hz
        self._source: tuple[int, int, int] | None = None
        self._resampler: soxr.ResampleStream | None = None

    def convert(self, pcm: Pcm, *, last: bool = False) -> Pcm:
        """Convert one block; with ``last`` also what the resampling filter still holds."""
        source = (pcm.rate_hz, pcm.width_bytes, pcm.channels)
        if self._source is None:
            self._source = source
            if pcm.rate_hz != self._rate_hz:
                self._resampler = soxr.ResampleStream(pcm.rate_hz, self._rate_hz, 1, dtype="float32")
        elif source != self._source:
            raise AudioInvalid("audio-format", f"format changed within a stream: {self._source} to {source}")
        if self._resampler is None:
            if pcm.width_bytes == SPEECH_WIDTH_BYTES and pcm.channels == 1:
                return pcm
            return Pcm(self._rate_hz, SPEECH_WIDTH_BYTES, 1, to_16_bit(mono_floats(pcm)))
        samples = self._resampler.resample_chunk(mono_floats(pcm), last=last)
        return Pcm(self._rate_hz, SPEECH_WIDTH_BYTES, 1, to_16_bit(samples))

    def finish(self) -> Pcm:
        """What the resampling filter still holds when the stream is over; the converter takes nothing after it."""
        if self._resampler is None:
            return Pcm(self._rate_hz, SPEECH_WIDTH_BYTES, 1, b"")
        samples = self._resampler.resample_chunk(np.zeros(0, np.float32), last=True)
        return Pcm(self._rate_hz, SPEECH_WIDTH_BYTES, 1, to_16_bit(samples))


def to_speech(pcm: Pcm) -> Pcm:
    """One whole recording as 16 kHz, 16-bit, mono."""
    return pcm if pcm.is_speech_format else Converter().convert(pcm, last=True)
