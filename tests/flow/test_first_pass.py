"""A household with a transcriber of its own: the hub knows the house's commands itself and asks for the rest."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from models.recogniser.installed import languages
from tests.fakes_engines import FakeStt, listening
from tests.flow.test_whole import LIMIT_SECONDS, asked, spoken
from tests.programs import configure, running_hub

pytestmark = pytest.mark.skipif("en" not in languages(), reason="no English recogniser in this installation")


async def test_the_record_tells_who_heard_it(home: Path) -> None:
    """The server is never told that a command ended; a story it hears whole."""
    server = FakeStt("tell me a story about a dragon")
    async with listening(server) as uri:
        configure(home, f'[stt]\nuris = ["{uri}"]\n')
        async with running_hub(home):
            command = await spoken(home, "turn on the bed light", "command.wav")
            story = await spoken(home, "tell me a story about a dragon and his seven uncles", "story.wav")
            async with asyncio.timeout(LIMIT_SECONDS):
                while (await heard_by(home, command)) != "phrase":  # until it has learned the names
                    server.heard_bytes.clear()
            assert server.heard_bytes == []
            assert await heard_by(home, story) == uri
            assert len(server.heard_bytes) == 1


async def heard_by(home: Path, wav: Path) -> str:
    (record,) = await asked(home, "--wav", str(wav))
    stt = record["stt"]
    assert isinstance(stt, dict)
    return str(stt["engine"])
