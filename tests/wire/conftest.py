"""Tests of the wire: modules that say ``CLOCK = "jumping"`` run on a loop where seconds of silence cost no time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.jumping_loop import JumpingLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    module = item.getparent(pytest.Module)
    if module is not None and getattr(module.obj, "CLOCK", None) == "jumping":
        return {"jumping": JumpingLoop}
    return {"real": asyncio.new_event_loop}
