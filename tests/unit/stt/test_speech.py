"""Speech that is kept while it is spoken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from hub.errors import SttFailed
from hub.stt.speech import MAX_SECONDS, KeptSpeech
from wire.pcm import Pcm, silence


async def spoken(*blocks: Pcm) -> AsyncIterator[Pcm]:
    for block in blocks:
        yield block
        await asyncio.sleep(0)


async def test_every_reader_hears_it_from_the_beginning() -> None:
    """Also one that comes when all was said, and one that gave up in the middle costs the next nothing."""
    blocks = [silence(ms) for ms in (10, 20, 30)]
    async with KeptSpeech(spoken(*blocks)) as kept:
        async for block in kept.blocks():
            assert block == blocks[0]
            break
        for _ in range(2):
            assert [block async for block in kept.blocks()] == blocks


async def test_its_end_is_told() -> None:
    ended = asyncio.Event()
    async with KeptSpeech(spoken(silence(10))) as kept:
        kept.when_ended(ended.set)
        async for _ in kept.blocks():
            pass
        await ended.wait()


async def test_too_much_is_refused() -> None:
    second = silence(1000)
    with pytest.raises(SttFailed) as failed:
        async with KeptSpeech(spoken(*[second] * (int(MAX_SECONDS) + 1))):
            await asyncio.Event().wait()
    assert failed.value.code == "stt-too-long"


async def test_leaving_early_ends_the_reading_of_the_speaker() -> None:
    """The speaker's generator is left awaited, not abandoned."""
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[Pcm]:
        try:
            while True:
                yield silence(10)
                await asyncio.Event().wait()
        finally:
            closed.set()

    async with KeptSpeech(endless()) as kept:
        async for _ in kept.blocks():
            break
    assert closed.is_set()
