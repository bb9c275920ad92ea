"""Has the text of a calendar read by a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress

import msgspec

from hub.calendar.event import Expanded, Wanted
from hub.errors import CalendarLost
from wire.parent import PARENT_VARIABLE

READ_SECONDS = 90.0
_INHERITED = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "HOME", "LANG", "TZ", "TZDIR", "PYTHONTZPATH")


async def read(wanted: Wanted) -> Expanded:
    """Events of a calendar. Raises CalendarLost (calendar-invalid) where they cannot be told at all."""
    process = await _started()
    try:
        async with asyncio.timeout(READ_SECONDS):
            output, _ = await process.communicate(await asyncio.to_thread(msgspec.json.encode, wanted))
            return await asyncio.to_thread(msgspec.json.decode, output, type=Expanded)
    except (TimeoutError, msgspec.DecodeError) as error:
        message = "its file is too large or too tangled to be read; export it anew, with fewer years"
        raise CalendarLost("calendar-invalid", message) from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _started() -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.calendar"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        message = f"no process can be started to read it: {error.strerror}; free some memory"
        raise CalendarLost("calendar-unreachable", message) from error


def _environment() -> dict[str, str]:
    """What Python needs to start, and the time zone: the hub's own environment may hold credentials."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, PARENT_VARIABLE: str(os.getpid())}
