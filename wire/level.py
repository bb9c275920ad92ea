"""How loud a microphone is: 100 ms of its sound as three numbers, computed where the sound is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wire.pcm import SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES

LEVEL_MS = 100
SILENCE_DBFS = -96.0  # of 16 bits: nothing is quieter
_BLOCK_BYTES = SPEECH_RATE_HZ * LEVEL_MS // 1000 * SPEECH_WIDTH_BYTES
_FULL_SCALE = 32768.0
_HUM_HZ = 130.0  # mains and its first overtone, below nearly all of speech


@dataclass(frozen=True, slots=True)
class Level:
    """rms_dbfs, peak_dbfs: 0 is the loudest that 16 bits can hold. hum: share of the power below 130 Hz, 0 to 1."""

    rms_dbfs: float
    peak_dbfs: float
    hum: float


class Levels:
    """Cuts a stream of 16 kHz 16-bit mono into blocks of LEVEL_MS; one for each stream."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, audio: bytes) -> Iterator[Level]:
        """One for each block that is whole now."""
        self._rest += audio
        while len(self._rest) >= _BLOCK_BYTES:
            block, self._rest = self._rest[:_BLOCK_BYTES], self._rest[_BLOCK_BYTES:]
            yield level_of(block)


def level_of(block: bytes) -> Level:
    """Of 16 kHz 16-bit mono, at least one sample."""
    samples = np.frombuffer(block, "<i2").astype(np.float64) / _FULL_SCALE
    steady = samples - samples.mean()  # a cheap sound card's offset is no sound
    power = np.abs(np.fft.rfft(steady)) ** 2
    low = np.fft.rfftfreq(len(samples), 1 / SPEECH_RATE_HZ) < _HUM_HZ
    total = float(power.sum())
    hum = float(power[low].sum()) / total if total > 0 else 0.0
    return Level(_dbfs(float(np.sqrt(np.mean(steady**2)))), _dbfs(float(np.abs(samples).max())), round(hum, 3))


def _dbfs(amplitude: float) -> float:
    return round(max(20 * float(np.log10(amplitude)), SILENCE_DBFS), 1) if amplitude > 0 else SILENCE_DBFS
