"""Renders what the hub will certainly say before it has to: the first confirmation is as quick as the hundredth."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from hub.errors import TtsFailed
from hub.stages import Synthesizer

_PAUSE_SECONDS = 1.0  # between phrases: whoever asks meanwhile waits for one of them at most

_log = logging.getLogger(__name__)


async def say_ahead(
    synthesizer: Synthesizer,
    phrases: Iterable[str],
    language: str,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """synthesizer: of an engine that keeps phrases. Ends quietly with the first one that cannot be spoken."""
    count = 0
    for phrase in phrases:
        await sleep(_PAUSE_SECONDS)
        try:
            async for _ in synthesizer.synthesize(phrase, language=language):
                pass
        except TtsFailed as failed:
            _log.info("%d phrases are rendered; then: %s", count, failed)
            return
        count += 1
    _log.info("%d phrases are rendered", count)
