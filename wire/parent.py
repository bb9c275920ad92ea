"""A program that is a part of another one ends with it, however that one ends."""

from __future__ import annotations

import ctypes
import os
import signal

PARENT_VARIABLE = "EARSHOT_PARENT_PID"  # in the environment of a program: whose death is its own

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> bool:
    """Ask the kernel to kill this process when its parent dies. False: it is dead already."""
    parent = os.environ.get(PARENT_VARIABLE)
    if parent is None:  # started by hand
        return True
    return die_with(int(parent))


def die_with(parent: int) -> bool:
    """The same of a process whose parent is known."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return os.getppid() == parent
