"""Our own satellite with our hub: a timer rings in its room until it is stopped, a reminder waits for who is away."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hub.web.client import ControlClient
from tests.flow.test_room import free_uri, loud, played, room, told_of, until_status
from tests.programs import configure, running_hub
from wire.pcm import silence
from wire.wav import write_wav

LIMIT_SECONDS = 40.0  # test machines are shared


async def quiet(home: Path) -> Path:
    """A microphone in a room where nobody speaks."""
    path = home / "quiet.wav"
    await asyncio.to_thread(write_wav, path, silence(5000))
    return path


async def said(home: Path, sentence: str) -> str:
    async with ControlClient(home / "run" / "hub.sock") as hub:
        return (await hub.ask_text(sentence, satellite="room", area="Bedroom")).trace.reply


async def heard(home: Path, number: int) -> int:
    """How many sounds the room has heard, once there are so many."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while len(sounds := [pcm for pcm in await asyncio.to_thread(played, home) if loud(pcm)]) < number:
            await asyncio.sleep(0.1)
    return len(sounds)


async def test_a_timer_rings_in_its_room_again_and_again_until_it_is_stopped(home: Path) -> None:
    uri = free_uri()
    configure(home, told_of(uri))
    async with running_hub(home, house=None), room(home, uri, await quiet(home)):
        await until_status(home, state="idle")
        assert "2" in await said(home, "set a timer for 2 seconds")
        await heard(home, 2)
        assert await said(home, "stop") == "Stopped."
        assert await said(home, "stop") == "Nothing is ringing."
        before = await heard(home, 2)
        await asyncio.sleep(5)  # longer than from ring to ring
        assert len([pcm for pcm in await asyncio.to_thread(played, home) if loud(pcm)]) <= before + 1


async def test_a_reminder_waits_for_a_satellite_that_is_away(home: Path) -> None:
    uri = free_uri()
    configure(home, told_of(uri))
    async with running_hub(home, house=None):
        assert "umbrella" in await said(home, "remind me in 2 seconds to take the umbrella")
        await asyncio.sleep(4)
        async with room(home, uri, await quiet(home)):
            await heard(home, 1)
            async with asyncio.timeout(LIMIT_SECONDS):  # it is done with when the room has played it to its end
                while await said(home, "what are my reminders") != "There are no reminders.":
                    await asyncio.sleep(0.2)
