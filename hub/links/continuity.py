"""Mends a satellite's stream: audio that came twice is heard once, audio that was lost is silence of its length.

A wake word's network hears time: audio that was cut out and closed up sounds like another word.
"""

from __future__ import annotations

from wire.pcm import Pcm, silence

NOTICED_MS = 20.0  # clocks that count samples are exact; only rounding to milliseconds lies between
MENDED_MS = 2000.0  # a longer loss is a new beginning: nothing of before is heard together with it


class Continuity:
    """Of one stream, in 16 kHz 16-bit mono. mended: what was repaired so far, for the log."""

    def __init__(self) -> None:
        self._last = b""
        self._ends_at_ms: float | None = None
        self.mended = ""

    def follow(self, pcm: Pcm, at_ms: float | None) -> Pcm | None:
        """The audio with what is missing before it; None: it was heard already.

        at_ms: when it begins by the satellite's count of samples; None: its clock cannot be trusted with that.
        """
        if pcm.data == self._last and len(set(pcm.data)) > 2:  # no microphone gives the same noise twice
            self.mended = "audio that came twice"
            return None
        self._last = pcm.data
        missing_ms = 0.0 if at_ms is None or self._ends_at_ms is None else at_ms - self._ends_at_ms
        if at_ms is not None:
            self._ends_at_ms = at_ms + pcm.duration_ms
        if not NOTICED_MS < missing_ms <= MENDED_MS:
            return pcm
        self.mended = f"{missing_ms:.0f} ms of audio that were lost"
        return Pcm(pcm.rate_hz, pcm.width_bytes, pcm.channels, silence(missing_ms).data + pcm.data)
