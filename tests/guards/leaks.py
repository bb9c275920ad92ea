"""What a test left behind: tasks, threads, file descriptors, child processes."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_PATIENCE_SECONDS = (
    2.0  # a thread or process that was told to end is given this long; waiting costs only the leaking test
)
_PROC = Path("/proc")

# Started once for the whole run by a library, and rightly never ended before it:
_LASTING_THREADS = ("execnet", "pytest_timeout")  # pytest's own: the channel of pytest-xdist, the timer of a test
_LASTING_PROCESSES = ("multiprocessing.resource_tracker",)  # one per interpreter, ends with it


def adopt_orphans() -> None:
    """Let processes whose parent died become children of this one, so that a leaked grandchild is seen too."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Belongings:
    """What this process holds at one moment."""

    threads: frozenset[threading.Thread]
    files: frozenset[tuple[int, str]]
    processes: frozenset[int]


def belongings() -> Belongings:
    return Belongings(frozenset(threading.enumerate()), _open_files(), frozenset(_children()))


def left_since(before: Belongings) -> list[str]:
    """Describe everything that is here and was not; what is on its way out is waited for, processes are killed."""
    if not _now_left(before):
        return []
    gc.collect()  # what only a reference cycle keeps open is reported by its own ResourceWarning
    _wait_until(lambda: not _now_left(before))
    left = _now_left(before)
    for pid in _new_children(before):
        os.kill(pid, signal.SIGKILL)
    _wait_until(lambda: not _new_children(before))
    return left


async def tasks_left() -> list[str]:
    """Describe the tasks that still run beside this one; a cancelled one that only has to notice it is let do so."""
    for _ in range(10):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if not others:
            return []
        await asyncio.sleep(0)
    return [f"task {task.get_name()}: {task.get_coro()}" for task in others if not task.done()]


def _now_left(before: Belongings) -> list[str]:
    threads = (t for t in threading.enumerate() if t not in before.threads and not _is_lasting(t.name))
    files = sorted(_open_files() - before.files)
    processes = sorted(_new_children(before))
    return [
        *(f"thread {thread.name}" for thread in threads),
        *(f"file descriptor {number}: {target}" for number, target in files),
        *(f"process {pid}: {_command_line(pid)}" for pid in processes),
    ]


def _is_lasting(thread_name: str) -> bool:
    return thread_name.startswith(_LASTING_THREADS)


def _open_files() -> frozenset[tuple[int, str]]:
    found = set()
    for link in (_PROC / "self/fd").iterdir():
        try:
            found.add((int(link.name), str(link.readlink())))
        except FileNotFoundError:
            continue  # the descriptor that listed the folder
    return frozenset(found)


def _children() -> set[int]:
    pids: set[int] = set()
    for thread in (_PROC / "self/task").iterdir():
        try:
            pids.update(int(pid) for pid in (thread / "children").read_text("ascii").split())
        except FileNotFoundError:
            continue  # the thread ended meanwhile
    return pids


def _new_children(before: Belongings) -> set[int]:
    """Children that run and did not before. Adopted ones that have ended are collected: nobody else will."""
    new = set()
    for pid in _children() - before.processes:
        if not _is_zombie(pid):
            if not any(name in _command_line(pid) for name in _LASTING_PROCESSES):
                new.add(pid)
            continue
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            continue  # its owner was quicker
    return new


def _is_zombie(pid: int) -> bool:
    try:
        return (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _command_line(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return "ended"


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
