"""Another wake word chosen in Home Assistant, for a satellite that hears it itself and for one that streams."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.bus.broker import kept_broker
from hub.bus.client import Bus
from hub.bus.routes import Message
from models.wake.library import built_in_words
from tests.flow.test_room import free_uri, room, talk, told_of
from tests.programs import configure, running_hub
from wire.pcm import silence
from wire.wav import write_wav

SECONDS = 40.0


class Seen:
    """The newest of each retained topic of the room, by its last level."""

    def __init__(self, bus: Bus) -> None:
        self.bus, self.base = bus, ""
        self.newest: dict[str, str] = {}
        self._news = asyncio.Event()
        bus.listen("earshot/+/satellite/room/+", self._note)

    def _note(self, message: Message) -> None:
        self.base, _, last = message.topic.rpartition("/")
        self.newest[last] = message.payload.decode()
        self._news.set()

    async def until(self, **wanted: str) -> None:
        async with asyncio.timeout(SECONDS):
            while not self.newest.items() >= wanted.items():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def watching(home: Path) -> AsyncIterator[Seen]:
    address = await asyncio.to_thread(kept_broker, home / "var")
    async with Bus(address, name="watcher", status_topic="watcher/status") as bus:
        yield Seen(bus)


@pytest.mark.parametrize("listens", ["satellite", "hub"])
async def test_a_chosen_word_is_heard_and_kept_over_a_restart_of_the_hub(home: Path, listens: str) -> None:
    """The satellite is configured for another word than the one that is said."""
    uri = free_uri()
    configure(home, told_of(uri, '[wake]\nwords = ["alexa"]'))
    toml = '[wake]\nwords = ["alexa"]\n' if listens == "satellite" else "[wake]\nlocal = false\n[vad]\ngate = false\n"
    async with running_hub(home):
        mic = await talk(home, "hey jarvis", 0.6, "turn on the wardrobe light")
        quiet = home / "quiet.wav"
        await asyncio.to_thread(write_wav, quiet, silence(60_000))
        async with room(home, uri, quiet, toml=toml), watching(home) as seen:
            await seen.until(status="online", wake_word="alexa", wake_sensitivity="50")
            await seen.bus.publish(f"{seen.base}/wake_word/set", "hey_jarvis", qos=1)
            await seen.bus.publish(f"{seen.base}/wake_sensitivity/set", "60", qos=1)
            await seen.until(wake_word="hey_jarvis", wake_sensitivity="60")
    async with running_hub(home), watching(home) as seen, room(home, uri, mic, toml=toml):
        await seen.until(status="online", wake_word="hey_jarvis", wake_sensitivity="60")
        async with asyncio.timeout(SECONDS):
            while "HassTurnOn" not in seen.newest.get("last_command", ""):
                await asyncio.sleep(0.1)


async def test_a_word_of_the_wake_folder_is_offered_and_the_transcriber_knows_how_it_is_said(home: Path) -> None:
    folder = home / "var" / "wake"
    await asyncio.to_thread(folder.mkdir, parents=True)
    await asyncio.to_thread(shutil.copy, built_in_words()["alexa"], folder / "hey_willow.tflite")
    uri = free_uri()
    configure(home, told_of(uri))
    quiet = home / "quiet.wav"
    await asyncio.to_thread(write_wav, quiet, silence(30_000))
    streaming = "[wake]\nlocal = false\n[vad]\ngate = false\n"
    async with running_hub(home), watching(home) as seen, room(home, uri, quiet, toml=streaming):
        await seen.until(wake_word="okay_nabu")
        await seen.bus.publish(f"{seen.base}/wake_word/set", "hey_willow", qos=1)
        await seen.until(wake_word="hey_willow")
        assert "hey willow" in await asyncio.to_thread((home / "run" / "house.grammar.json").read_text)
