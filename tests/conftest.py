"""What every test runs under, always on: see tests/guards/plugin.py."""

from hypothesis import HealthCheck, settings

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

# Test machines are shared: how long an example takes says nothing about the code.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")
