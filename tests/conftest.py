"""What every test runs under, always on: see tests/guards/plugin.py."""

from tests.guards.plugin import (
    home,
    loopback_only,
    no_task_left,
    nothing_left,
    own_home,
    pytest_configure,
    tasks_end_with_the_test,
)

__all__ = [
    "home",
    "loopback_only",
    "no_task_left",
    "nothing_left",
    "own_home",
    "pytest_configure",
    "tasks_end_with_the_test",
]
