import time

import pytest


@pytest.fixture(autouse=True)
def berlin(monkeypatch):
    """A place with daylight saving time."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
