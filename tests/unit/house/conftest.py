"""Tests of the house run on a loop where seconds of waiting for a device cost no time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from hub.house.registry import HouseRegistry
from tests.fakes_house import LoopbackBus
from tests.jumping_loop import JumpingLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"jumping": JumpingLoop}


@pytest.fixture
def loopback_house() -> tuple[LoopbackBus, HouseRegistry]:
    """A house that hears whatever the bus is given."""
    bus = LoopbackBus()
    return bus, HouseRegistry(bus)
