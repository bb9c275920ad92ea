"""Is this room's microphone good enough? What the last seconds of its levels say, in one word. Pure."""

from __future__ import annotations

from collections import deque
from typing import Literal

import msgspec

from wire.level import LEVEL_MS, Level

Verdict = Literal["listening", "too-quiet", "clipping", "hum", "noisy", "ok"]

_KEPT = 6_000 // LEVEL_MS  # so much of the past counts
_LEAST = 2_000 // LEVEL_MS  # before that nothing is said
_CLIP_DBFS = -0.3
_CLIPPED_BLOCKS = 3  # one is a door that was slammed
_SPEECH_ABOVE_DB = 12.0  # over the floor: less is no voice, but noise that goes up and down
_QUIET_SPEECH_DBFS = -42.0  # a voice at two metres; below it wake words are missed
_NOISE_DBFS = -42.0
_HUM_DBFS, _HUM_SHARE = -60.0, 0.7
_FLOOR_SHARE = 0.1
_VOICE_BLOCKS = 4  # as loud as so many: a short word has them, a door that slams has not


class LevelTold(msgspec.Struct, frozen=True):
    """One satellite's microphone in 100 ms. floor_dbfs: of the last 6 s the quiet parts; voice_dbfs: what is
    said in it.

    verdict: ``listening`` until somebody has spoken.
    """

    satellite: str
    rms_dbfs: float
    peak_dbfs: float
    floor_dbfs: float
    voice_dbfs: float
    verdict: Verdict


class MicrophoneCheck:
    """Of one satellite, while somebody looks."""

    def __init__(self, satellite: str) -> None:
        self._satellite = satellite
        self._levels: deque[Level] = deque(maxlen=_KEPT)

    def take(self, level: Level) -> LevelTold:
        self._levels.append(level)
        loudness = sorted(one.rms_dbfs for one in self._levels)
        floor, voice = loudness[int(len(loudness) * _FLOOR_SHARE)], loudness[-min(_VOICE_BLOCKS, len(loudness))]
        return LevelTold(self._satellite, level.rms_dbfs, level.peak_dbfs, floor, voice, self._verdict(floor, voice))

    def _verdict(self, floor: float, voice: float) -> Verdict:
        if len(self._levels) < _LEAST:
            return "listening"
        if sum(one.peak_dbfs >= _CLIP_DBFS for one in self._levels) >= _CLIPPED_BLOCKS:
            return "clipping"
        if floor > _HUM_DBFS and self._hum() > _HUM_SHARE:
            return "hum"
        if floor > _NOISE_DBFS:
            return "noisy"
        if voice - floor < _SPEECH_ABOVE_DB:
            return "listening"
        return "ok" if voice > _QUIET_SPEECH_DBFS else "too-quiet"

    def _hum(self) -> float:
        """Of the quieter half: there the voice is not."""
        quiet = sorted(self._levels, key=lambda one: one.rms_dbfs)[: max(1, len(self._levels) // 2)]
        return sum(one.hum for one in quiet) / len(quiet)
