"""Whether a process still works: one that sleeps and computes nothing has hung."""

from __future__ import annotations

from pathlib import Path

STALLED_SECONDS = 1.0
_RESTS = "STt"  # sleeping, stopped, traced; R waits for a processor, D for the disk: those go on


class Progress:
    """Of process ``pid``. Its state and times: proc_pid_stat(5)."""

    def __init__(self, pid: int, now_seconds: float) -> None:
        self._path = Path(f"/proc/{pid}/stat")
        self._ticks, self._since_seconds = -1, now_seconds

    def has_stalled(self, now_seconds: float) -> bool:
        """Nothing was done for STALLED_SECONDS. A process that is gone has not stalled: it has ended."""
        try:
            state, *fields = self._path.read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            return False
        ticks = int(fields[10]) + int(fields[11])  # utime, stime
        if state not in _RESTS or ticks != self._ticks:
            self._ticks, self._since_seconds = ticks, now_seconds
        return now_seconds - self._since_seconds >= STALLED_SECONDS
