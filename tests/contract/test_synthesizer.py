"""What every text to speech server promises the turn: held by a fake on a real socket and by our engines."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from hub.engines.supervisor import Patience
from hub.errors import TtsFailed
from hub.tts.wyoming_client import WyomingSynthesizer
from tests.fakes_engines import SETTINGS, FakeTts, die, engine, garbage, listening, refuse, stall
from tests.piper_voice import write_voice
from wire.pcm import Pcm, rms_dbfs

SENTENCE = "The bed light is on."
LONG = "The bed light is on. " * 90


@dataclass
class Server:
    """A server under test, and how it dies: ``doom`` before a reply or ``kill`` within it, whichever it has.

    back: wait until it can be asked again.
    """

    uri: str
    doom: Callable[[], object]
    kill: Callable[[], object]
    back: Callable[[], Awaitable[None]]

    def synthesizer(self) -> WyomingSynthesizer:
        return WyomingSynthesizer([self.uri], SETTINGS, 20)


@pytest.fixture(params=["fake", "embedded", "piper"])
async def server(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:
        if request.param == "fake":
            fake = FakeTts(blocks=50, trouble_after=10)
            uri = await stack.enter_async_context(listening(fake))
            yield Server(uri, doom=lambda: fake.troubles.append(die), kill=lambda: None, back=_at_once)
            return
        arguments: tuple[str, ...] = ()
        if request.param == "piper":
            voice = await asyncio.to_thread(write_voice, home / "piper-en_us-hum")
            arguments = ("--voice", str(voice), "--cache", str(home / "phrases"))
        running = engine("tts", f"hub.tts.{request.param}", home, *arguments, patience=Patience(ready_seconds=60))
        process, uri = await stack.enter_async_context(running)
        lives: list[int] = []

        def kill() -> None:
            assert process.health.pid
            lives.append(process.health.restarts)
            os.kill(process.health.pid, signal.SIGKILL)

        async def back() -> None:
            async with asyncio.timeout(20):
                while process.health.state != "ready" or process.health.restarts == lives[-1]:
                    await asyncio.sleep(0.02)

        yield Server(uri, doom=lambda: None, kill=kill, back=back)


async def _at_once() -> None:
    """A fake needs no time to come back."""


def speak(synthesizer: WyomingSynthesizer, text: str, language: str = "en") -> AsyncGenerator[Pcm]:
    return cast("AsyncGenerator[Pcm]", synthesizer.synthesize(text, language=language))


async def _count(blocks: AsyncIterator[Pcm]) -> int:
    return len([block async for block in blocks])


async def speech_ms(synthesizer: WyomingSynthesizer, text: str, language: str = "en") -> float:
    return sum([block.duration_ms async for block in speak(synthesizer, text, language)])


async def test_speaks_in_one_format(server: Server) -> None:
    blocks = [block async for block in speak(server.synthesizer(), SENTENCE)]
    assert len({(block.rate_hz, block.width_bytes, block.channels) for block in blocks}) == 1
    assert 500 < sum(block.duration_ms for block in blocks) < 6000
    assert max(map(rms_dbfs, blocks)) > -40


async def test_several_rooms_at_once(server: Server) -> None:
    synthesizer = server.synthesizer()
    async with asyncio.TaskGroup() as group:
        spoken = [group.create_task(speech_ms(synthesizer, SENTENCE)) for _ in range(4)]
    assert min(task.result() for task in spoken) > 500


async def test_barge_in_leaves_the_engine_usable(server: Server) -> None:
    """A reply that nobody wants any more is closed in its middle, again and again."""
    synthesizer = server.synthesizer()
    for _ in range(5):
        async with aclosing(speak(synthesizer, LONG)) as blocks:
            assert await anext(blocks)
    assert await speech_ms(synthesizer, SENTENCE) > 500


async def test_a_cancelled_turn_leaves_the_engine_usable(server: Server) -> None:
    synthesizer = server.synthesizer()
    for _ in range(5):
        task = asyncio.create_task(speech_ms(synthesizer, LONG))
        await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await speech_ms(synthesizer, SENTENCE) > 500


async def test_killed_in_the_middle_of_a_reply(server: Server) -> None:
    """kill -9 while it speaks: that reply ends with tts-lost, and the next one is spoken."""
    different = " ".join(f"Lamp number {number} is on." for number in range(70))
    server.doom()
    blocks = speak(server.synthesizer(), different)
    assert await anext(blocks)
    server.kill()
    with pytest.raises(TtsFailed) as failed:
        await _count(blocks)
    assert failed.value.code == "tts-lost"
    await server.back()
    assert await speech_ms(server.synthesizer(), SENTENCE) > 500


class TestRealEngine:
    """What only real voices can be asked."""

    @pytest.fixture
    async def uri(self, home: Path) -> AsyncIterator[str]:
        async with engine("tts", "hub.tts.embedded", home) as (_, uri):
            yield uri

    @pytest.mark.parametrize("language", ["en", "en-GB", "de_DE", "fr", "es", "it", "nl", "ja", "zh-CN", "ar"])
    async def test_speaks_many_languages(self, uri: str, language: str) -> None:
        assert await speech_ms(WyomingSynthesizer([uri], SETTINGS, 20), "1 2 3", language) > 300

    @pytest.mark.parametrize(
        ("text", "language", "code"),
        [
            ("hello", "tlh", "language-unknown"),
            ("", "en", "tts-empty"),
            ("\x00\x1b", "en", "tts-empty"),
            ("a" * 2001, "en", "tts-text-too-long"),
        ],
    )
    async def test_what_cannot_be_spoken_is_refused_by_name(
        self, uri: str, text: str, language: str, code: str
    ) -> None:
        with pytest.raises(TtsFailed) as failed:
            await speech_ms(WyomingSynthesizer([uri], SETTINGS, 20), text, language)
        assert failed.value.code == code

    async def test_a_voice_by_name(self, uri: str) -> None:
        assert await speech_ms(WyomingSynthesizer([uri], SETTINGS, 20, voice="espeak-en-gb"), SENTENCE) > 500
        with pytest.raises(TtsFailed) as failed:
            await speech_ms(WyomingSynthesizer([uri], SETTINGS, 20, voice="anna"), SENTENCE)
        assert failed.value.code == "voice-unknown"

    async def test_another_voice_of_the_same_servers(self, uri: str) -> None:
        anna = WyomingSynthesizer([uri], SETTINGS, 20, voice="anna")
        assert await speech_ms(anna.speaking_as("espeak-en-gb"), SENTENCE) > 500
        with pytest.raises(TtsFailed, match="voice-unknown"):
            await speech_ms(anna, SENTENCE)


class TestClient:
    """What the client makes of servers that misbehave."""

    async def test_text_and_language_arrive(self) -> None:
        fake = FakeTts()
        async with listening(fake) as uri:
            assert await speech_ms(WyomingSynthesizer([uri], SETTINGS, 5), "Hallo", "de") == 500
        assert (fake.texts, fake.voices) == (["Hallo"], [{"language": "de"}])

    async def test_a_lost_server_costs_one_retry_before_the_first_sound(self) -> None:
        broken, well = FakeTts(troubles=[die]), FakeTts()
        async with listening(broken) as first, listening(well) as second:
            assert await speech_ms(WyomingSynthesizer([first, second], SETTINGS, 5), "Hello") == 500
        assert well.texts == ["Hello"]

    async def test_after_the_first_sound_nothing_is_said_twice(self) -> None:
        broken, well = FakeTts(troubles=[die], trouble_after=2), FakeTts()
        async with listening(broken) as first, listening(well) as second:
            with pytest.raises(TtsFailed) as failed:
                await speech_ms(WyomingSynthesizer([first, second], SETTINGS, 5), "Hello")
        assert failed.value.code == "tts-lost"
        assert well.texts == []

    @pytest.mark.parametrize("after", [0, 3])
    async def test_a_hanging_server_has_a_deadline(self, after: int) -> None:
        """Before the first sound and between two."""
        async with listening(FakeTts(troubles=[stall], trouble_after=after)) as uri:
            with pytest.raises(TtsFailed) as failed:
                await speech_ms(WyomingSynthesizer([uri], SETTINGS, 0.1), "Hello")
        assert failed.value.code == "tts-timeout"

    async def test_wrong_answers(self) -> None:
        async with listening(FakeTts(troubles=[garbage, garbage])) as uri:
            with pytest.raises(TtsFailed) as failed:
                await speech_ms(WyomingSynthesizer([uri], SETTINGS, 5), "Hello")
        assert failed.value.code == "tts-lost"

    async def test_a_refusal_is_named(self) -> None:
        async with listening(FakeTts(troubles=[refuse("voice-unknown", "no voice 'anna'")])) as uri:
            with pytest.raises(TtsFailed, match="no voice 'anna'") as failed:
                await speech_ms(WyomingSynthesizer([uri], SETTINGS, 5), "Hello")
        assert failed.value.code == "voice-unknown"

    async def test_nobody_there(self, home: Path) -> None:
        with pytest.raises(TtsFailed) as failed:
            await speech_ms(WyomingSynthesizer([f"unix://{home}/none"], SETTINGS, 5), "Hello")
        assert failed.value.code == "tts-lost"

    async def test_a_reply_that_is_left_early_reaches_the_server(self) -> None:
        """It stops to speak, instead of filling a socket that nobody reads."""
        fake = FakeTts(blocks=100_000)
        async with listening(fake) as uri:
            async with aclosing(speak(WyomingSynthesizer([uri], SETTINGS, 5), "Hello")) as blocks:
                await anext(blocks)
            async with asyncio.timeout(5):
                await fake.left_early.wait()
