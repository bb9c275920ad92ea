"""Levels are right in dBFS, whole blocks only, and tell hum from voice."""

from __future__ import annotations

import numpy as np
import pytest

from wire.level import SILENCE_DBFS, Levels, level_of


def tone(hz: float, amplitude: float, ms: int = 100) -> bytes:
    at = np.arange(16 * ms) / 16_000
    return (np.sin(2 * np.pi * hz * at) * amplitude * 32767).astype("<i2").tobytes()


@pytest.mark.parametrize(("amplitude", "peak_dbfs"), [(1.0, 0.0), (0.1, -20.0), (0.01, -40.0)])
def test_a_sine_is_3_db_below_its_peak(amplitude: float, peak_dbfs: float) -> None:
    level = level_of(tone(1000, amplitude))
    assert level.peak_dbfs == pytest.approx(peak_dbfs, abs=0.1)
    assert level.rms_dbfs == pytest.approx(peak_dbfs - 3.01, abs=0.1)


def test_silence_has_a_number() -> None:
    level = level_of(bytes(3200))
    assert (level.rms_dbfs, level.peak_dbfs, level.hum) == (SILENCE_DBFS, SILENCE_DBFS, 0.0)


def test_an_offset_is_no_sound() -> None:
    assert level_of(np.full(1600, 3000, "<i2").tobytes()).rms_dbfs == SILENCE_DBFS


def test_mains_hum_is_told_from_a_voice() -> None:
    assert level_of(tone(50, 0.2)).hum > 0.95
    assert level_of(tone(100, 0.2)).hum > 0.95
    assert level_of(tone(300, 0.2)).hum < 0.05


def test_blocks_are_100_ms_however_audio_is_cut() -> None:
    levels, audio = Levels(), tone(1000, 0.5, 350)
    told = [level for at in range(0, len(audio), 640) for level in levels.feed(audio[at : at + 640])]
    assert len(told) == 3
    assert {level.rms_dbfs for level in told} == {told[0].rms_dbfs}
