"""An event loop whose clock jumps to the next timer when nothing else happens: seconds of timeout cost no time.

The time it tells moves by those jumps alone, so tests may compare it exactly. Sockets work; what happens in another
process or thread takes no time on this clock and may come too late for a timer: use the real loop for those.
"""

from __future__ import annotations

import asyncio
import selectors

_LOOPBACK_SECONDS = 0.01  # what a packet between two sockets of this machine may need before the clock jumps over it


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now_seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        ready = super().select(min(timeout, _LOOPBACK_SECONDS))
        if not ready:
            self.now_seconds += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_seconds
