"""Works through a list with several processes, at low priority: what makes speech and features for a training."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Generic, Self, TypeVar

from models.wake.training.errors import TrainingRefused
from wire.errors import EarshotError
from wire.parent import die_with

_NICE = 10
_LOOK_SECONDS = 0.2  # how soon a stop is seen
_END_SECONDS = 5.0

Task = TypeVar("Task")
Work = Callable[[Task], None]


def work_through(
    tasks: Sequence[Task],
    jobs: int,
    begin: Callable[[], Work[Task]],
    done: Callable[[Task], None],
    check: Callable[[], None],
) -> None:
    """begin: called once in each process, which it is pickled for; what it gives does one task after another.

    done: called here after each, in any order. check: called a few times a second. Either may raise; the processes
    then end in the middle of their tasks. Raises TrainingRefused for what a task refused, for a full disk, and when a
    process ended by itself (stt-training-worker).
    """
    waiting = list(reversed(tasks))
    with ExitStack() as crew:
        hands = [crew.enter_context(_Hand(begin)) for _ in range(min(jobs, len(tasks)))]
        busy = {hand.pipe: (hand, hand.give(waiting.pop())) for hand in hands}
        while busy:
            for pipe in wait(busy, _LOOK_SECONDS):
                assert isinstance(pipe, Connection)
                hand, task = busy.pop(pipe)
                hand.take()
                if waiting:
                    busy[pipe] = hand, hand.give(waiting.pop())
                done(task)
            check()


class _Hand(Generic[Task]):
    """One process. It does not see Ctrl+C: whoever started it does, and ends it."""

    def __init__(self, begin: Callable[[], Work[Task]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, self._theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._theirs, begin, os.getpid()), daemon=True)

    def __enter__(self) -> Self:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # which the process inherits
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            self._theirs.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pipe.close()
        self._process.terminate()
        self._process.join(_END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def give(self, task: Task) -> Task:
        with suppress(BrokenPipeError):  # it has ended: ``take`` says so
            self.pipe.send(task)
        return task

    def take(self) -> None:
        """Its answer. Raises TrainingRefused; RuntimeError with the traceback for a bug."""
        try:
            refused = self.pipe.recv()
        except (EOFError, ConnectionResetError) as error:
            raise TrainingRefused(
                "stt-training-worker", "a process of the training ended by itself, as without memory; take fewer --jobs"
            ) from error
        if isinstance(refused, str):
            raise RuntimeError(refused)  # noqa: TRY004  # a text is the traceback
        if refused is not None:
            raise TrainingRefused(*refused)


def _serve(pipe: Connection, begin: Callable[[], Work[Task]], parent: int) -> None:
    """What the process does until nobody gives it anything more, or whoever did is gone."""
    if not die_with(parent):
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # files that are half written are removed on the way out
    os.nice(_NICE)
    work: Work[Task] | None = None
    while True:
        try:
            task = pipe.recv()
        except (EOFError, ConnectionResetError):
            return
        try:
            work = work or begin()
            work(task)
        except EarshotError as error:
            pipe.send((error.code, error.message))
        except OSError as error:
            pipe.send(no_disk(error))
        except Exception:  # noqa: BLE001  # a process's edge: a bug is told where it is seen
            pipe.send(traceback.format_exc())
        else:
            pipe.send(None)


def no_disk(error: OSError) -> tuple[str, str]:
    """Code and message of what the disk said."""
    return "stt-training-disk", f"{error.filename}: {error.strerror}; free some space, or name another --folder"
