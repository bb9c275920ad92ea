"""A hub that begins anew because its page asked: by systemd where it started it, else in the same process."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence

RESTART = 75  # EX_TEMPFAIL: systemd starts it again with Restart=on-failure or always


class Restart:
    """Asked for by calling it. ended: set then, as by a signal."""

    def __init__(self, ended: asyncio.Event) -> None:
        self._ended = ended
        self.asked = False

    def __call__(self) -> None:
        self.asked = True
        self._ended.set()

    @property
    def exit_code(self) -> int:
        return RESTART if self.asked else 0


def ended(code: int) -> int:
    """A program's exit code; of one that is to begin anew it is not returned, unless systemd does that."""
    if code == RESTART:
        begin_anew()
    return code


def begin_anew(environ: Mapping[str, str] = os.environ, command: Sequence[str] = tuple(sys.orig_argv)) -> None:
    """Become the same program again, unless systemd watches this process: then it returns, and ending is enough."""
    if environ.get("SYSTEMD_EXEC_PID") == str(os.getpid()):
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *command[1:]])  # noqa: S606 the very command that runs
