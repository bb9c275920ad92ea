"""One hub at a time: two would end each other's broker and take each other's sockets."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from wire.errors import ConfigError


@asynccontextmanager
async def alone(run: Path) -> AsyncIterator[None]:
    """Be the only hub that uses ``run`` while the block runs. Raises ConfigError (hub-running)."""
    lock = await asyncio.to_thread(_locked, run / "lock")
    try:
        yield
    finally:
        os.close(lock)


def _locked(path: Path) -> int:
    """The kernel gives the lock back when this process ends, also when it is killed."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        message = f"another hub runs in {path.parent}; stop it, or give this one its own EARSHOT_HOME"
        raise ConfigError("hub-running", message) from None
    return lock
