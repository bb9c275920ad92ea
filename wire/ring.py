"""The newest audio of a stream that is not sent yet."""

from __future__ import annotations

from collections import deque

from wire.pcm import SPEECH_RATE_HZ, SPEECH_WIDTH_BYTES


class AudioRing:
    """16 kHz 16-bit mono, at most ``capacity_ms`` of it (and what the oldest block has more)."""

    def __init__(self, capacity_ms: float) -> None:
        self._capacity_bytes = _bytes(capacity_ms)
        self._blocks: deque[bytes] = deque()
        self._held_bytes = 0

    def push(self, block: bytes) -> None:
        self._blocks.append(block)
        self._held_bytes += len(block)
        while self._blocks and self._held_bytes - len(self._blocks[0]) >= self._capacity_bytes:
            self._held_bytes -= len(self._blocks.popleft())

    def drain(self, newest_ms: float | None = None) -> bytes:
        """The newest ``newest_ms``, or all that fits; empties the ring."""
        wanted = self._capacity_bytes if newest_ms is None else min(_bytes(newest_ms), self._capacity_bytes)
        newest = b"".join(self._blocks)[-wanted:] if wanted else b""
        self._blocks.clear()
        self._held_bytes = 0
        return newest


def _bytes(duration_ms: float) -> int:
    return max(0, round(duration_ms * SPEECH_RATE_HZ / 1000)) * SPEECH_WIDTH_BYTES
