"""Several processes work through a list; whatever happens to one, all of them end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

from hub.recipe.crew import work_through
from models.wake.training.errors import TrainingRefused, TrainingStopped
from wire.errors import ConfigError


@pytest.fixture(scope="module", autouse=True)
def _tracker() -> None:
    """One for the whole run, started before the first test is watched."""
    resource_tracker.ensure_running()


@dataclass
class Noting:
    """Each task leaves a file with the number of the process that did it; some tasks go wrong."""

    folder: Path

    def __call__(self, task: str) -> None:
        if task == "refused":
            raise ConfigError("stt-training-language", "nobody wrote it")
        if task == "full":
            raise OSError(28, "No space left on device", "some.npz")
        if task == "bug":
            raise ZeroDivisionError
        if task == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if task == "forever":
            (self.folder / "forever").write_text(str(os.getpid()))
            threading.Event().wait(60)
        (self.folder / task).write_text(str(os.getpid()))


def _nothing() -> None:
    pass


def _run(folder: Path, tasks: list[str], jobs: int = 2, check=_nothing) -> list[str]:
    done: list[str] = []
    work_through(tasks, jobs, partial(Noting, folder), done.append, check)
    return done


def _gone(pid: int) -> bool:
    """Also where nobody has asked for its status yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def test_everything_is_done_once_by_several(tmp_path):
    tasks = [str(number) for number in range(12)]
    assert sorted(_run(tmp_path, tasks)) == sorted(tasks)
    processes = {int((tmp_path / task).read_text()) for task in tasks}
    assert os.getpid() not in processes
    assert all(_gone(pid) for pid in processes)


def test_nothing_to_do_starts_nothing(tmp_path):
    assert _run(tmp_path, []) == []


def test_a_stop_ends_a_process_in_the_middle_of_its_task(tmp_path):
    def check() -> None:
        if (tmp_path / "forever").is_file() and (tmp_path / "forever").read_text():
            raise TrainingStopped("wake-training-stopped", "stopped")

    with pytest.raises(TrainingStopped):
        _run(tmp_path, ["forever", "a"], check=check)
    assert _gone(int((tmp_path / "forever").read_text()))


@pytest.mark.parametrize(
    ("task", "code"),
    [("refused", "stt-training-language"), ("full", "stt-training-disk"), ("dies", "stt-training-worker")],
)
def test_what_a_process_meets_is_one_line_here(tmp_path, task, code):
    with pytest.raises(TrainingRefused) as refused:
        _run(tmp_path, [task], jobs=1)
    assert refused.value.code == code


def test_a_bug_brings_its_traceback(tmp_path):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        _run(tmp_path, ["bug"], jobs=1)


def test_killed_it_leaves_nobody_working(tmp_path):
    """However it ends: a task may take minutes."""
    code = f"""
from pathlib import Path
from tests.unit.recipe.test_crew import _run
_run(Path({str(tmp_path)!r}), ["forever"], jobs=1)
"""
    training = subprocess.Popen([sys.executable, "-c", code])
    try:
        _until(lambda: (tmp_path / "forever").is_file() and (tmp_path / "forever").read_text())
    finally:
        training.kill()
        training.wait(10)
    worker = int((tmp_path / "forever").read_text())
    _until(lambda: _gone(worker))


def _until(happened: Callable[[], object]) -> None:
    """Or the test's own time is over."""
    while not happened():
        time.sleep(0.02)
