"""Piper's voices: speakers, speed, phrases on disk, texts that are still being written, and who stands in."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from wyoming.event import Event
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice

from hub.config import HubConfig, SttSection, TtsSection
from hub.embedded import EmbeddedEngines
from hub.engines.probe import describe
from hub.engines.supervisor import EngineProcess, Patience
from hub.errors import TtsFailed
from hub.tts.wyoming_client import WyomingSynthesizer
from models.store.catalogue import Model, ModelFile
from models.store.folder import Store
from tests.fakes_engines import SETTINGS, engine
from tests.piper_voice import RATE_HZ, write_voice
from wire.connection import connect
from wire.pcm import Pcm, rms_dbfs
from wire.places import Places

SENTENCE = "The bed light is on."
pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def piper(home: Path, voice: Path, *arguments: str) -> AsyncIterator[tuple[EngineProcess, str]]:
    options = ("--voice", str(voice), "--cache", str(home / "phrases"), *arguments)
    async with engine("piper", "hub.tts.piper", home, *options, patience=Patience(ready_seconds=60)) as running:
        yield running


@pytest.fixture
async def voice(home: Path) -> Path:
    return await asyncio.to_thread(write_voice, home / "piper-en_us-hum", speakers=("low", "high"))


async def spoken(uri: str, text: str = SENTENCE, *, voice: str | None = None, language: str = "en") -> bytes:
    blocks = WyomingSynthesizer([uri], SETTINGS, 20, voice=voice).synthesize(text, language=language)
    return b"".join([block.data async for block in blocks])


async def test_each_speaker_is_a_voice(home: Path, voice: Path) -> None:
    async with piper(home, voice) as (_, uri):
        info = await describe(uri, SETTINGS)
        low = await spoken(uri, voice="piper-en_us-hum#low")
        high = await spoken(uri, voice="piper-en_us-hum#high")
        assert await spoken(uri) == low
        with pytest.raises(TtsFailed) as failed:
            await spoken(uri, voice="piper-en_us-hum#nobody")
    names = [one.name for one in info.tts[0].voices]
    assert names == ["piper-en_us-hum", "piper-en_us-hum#low", "piper-en_us-hum#high"]
    assert info.tts[0].supports_synthesize_streaming
    assert failed.value.code == "voice-unknown"
    assert low != high


async def test_speed_and_loudness_are_the_households(home: Path, voice: Path) -> None:
    async with piper(home, voice) as (_, uri):
        plain = await spoken(uri)
    async with piper(home, voice, "--speed", "2", "--loudness", "0.5") as (_, uri):
        changed = await spoken(uri)
    assert len(changed) == pytest.approx(len(plain) / 2, rel=0.05)
    loudness = [rms_dbfs(Pcm(RATE_HZ, 2, 1, sound)) for sound in (plain, changed)]
    assert loudness[0] - loudness[1] == pytest.approx(6, abs=0.5)


async def test_a_phrase_is_rendered_once(home: Path, voice: Path) -> None:
    """Also for the engine's next life: what is on disk is what is said."""
    async with piper(home, voice) as (_, uri):
        first = await spoken(uri)
    (kept,) = (home / "phrases").iterdir()
    assert await asyncio.to_thread(kept.read_bytes) == first
    await asyncio.to_thread(kept.write_bytes, b"\x07\x00" * 100)
    async with piper(home, voice) as (_, uri):
        assert await spoken(uri) == b"\x07\x00" * 100


async def test_a_text_is_spoken_while_it_is_written(home: Path, voice: Path) -> None:
    """As Home Assistant sends it: the whole text comes once more, for servers that wait."""
    async with piper(home, voice) as (_, uri), await connect(uri, SETTINGS) as peer:
        await peer.send(SynthesizeStart(voice=SynthesizeVoice(language="en")).event())
        for part in ("The bed light ", "is on. The fan", " is"):
            await peer.send(SynthesizeChunk(text=part).event())
        before = await _until(peer.receive, "audio-chunk")
        await peer.send(SynthesizeChunk(text=" off").event())
        await peer.send(Synthesize(text="The bed light is on. The fan is off").event())
        await peer.send(SynthesizeStop().event())
        after = await _until(peer.receive, "synthesize-stopped")
        peer.abort()
        whole = await spoken(uri, "The bed light is on. The fan is off")
    events = [*before, *after]
    assert [event.type for event in events if event.type != "audio-chunk"] == [
        "audio-start",
        "audio-stop",
        "synthesize-stopped",
    ]
    assert b"".join(event.payload or b"" for event in events) == whole


async def test_a_sentence_without_end_is_refused(home: Path, voice: Path) -> None:
    async with piper(home, voice) as (_, uri), await connect(uri, SETTINGS) as peer:
        await peer.send(SynthesizeStart(voice=SynthesizeVoice(language="en")).event())
        for _ in range(30):
            await peer.send(SynthesizeChunk(text="and on " * 20).event())
        (error,) = await _until(peer.receive, "error")
        peer.abort()
    assert error.data["code"] == "tts-text-too-long"


@pytest.mark.parametrize("damage", ["no json", "no network", "cut"])
async def test_a_damaged_voice_is_no_voice(home: Path, voice: Path, damage: str) -> None:
    if damage == "no json":
        voice.with_name("voice.onnx.json").write_text("{")
    else:
        content = await asyncio.to_thread(voice.read_bytes)
        await asyncio.to_thread(voice.write_bytes, content[:100] if damage == "cut" else b"nonsense")
    process = await asyncio.create_subprocess_exec(
        *("python", "-m", "hub.tts.piper", "--uri", f"unix://{home}/piper.sock", "--voice", str(voice)),
        *("--cache", str(home)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 78
    assert "model-invalid" in said.decode()


def _have_voice(home: Path) -> None:
    voice = write_voice(home / "new")
    files = [ModelFile(f"en_US-joe-medium.onnx{end}", "https://example.org/x") for end in ("", ".json")]
    model = Model("piper-en_us-joe-medium", "tts", "", ["en"], "MIT", files)
    store = Store(home / "models")
    draft = store.partial(model)
    for file, source in zip(files, (voice, voice.with_name("voice.onnx.json")), strict=True):
        source.rename(draft / file.path)
    store.adopt(model, {file.path: "0" * 64 for file in files})


@pytest.mark.parametrize("wanted", [None, "piper-en_us-joe-medium"])
async def test_a_voice_that_was_fetched_speaks_and_the_embedded_one_stands_in(home: Path, wanted: str | None) -> None:
    await asyncio.to_thread(_have_voice, home)
    config = HubConfig(stt=SttSection(uris=["tcp://other:1"], first_pass=False), tts=TtsSection(voice=wanted))
    async with EmbeddedEngines(config, Places(home, home, home, home), SETTINGS) as running:
        async with asyncio.timeout(60):
            while {part.name: part.state for part in running.components()} != {"piper": "ok", "tts": "ok"}:
                await asyncio.sleep(0.05)
        synthesizer = WyomingSynthesizer(running.tts_uris, SETTINGS, 20, voice=wanted, stands_in=True)
        assert {block.rate_hz async for block in synthesizer.synthesize(SENTENCE, language="en")} == {22_050}
        piper = next(process for process in running.processes if process.name == "piper")
        assert piper.health.pid
        os.kill(piper.health.pid, signal.SIGKILL)
        said = [block async for block in synthesizer.synthesize("The fan is off.", language="en")]
    assert sum(block.duration_ms for block in said) > 400


async def test_an_embedded_voice_that_is_named_needs_no_piper(home: Path) -> None:
    await asyncio.to_thread(_have_voice, home)
    config = HubConfig(stt=SttSection(uris=["tcp://other:1"], first_pass=False), tts=TtsSection(voice="espeak-en-gb"))
    async with EmbeddedEngines(config, Places(home, home, home, home), SETTINGS) as running:
        assert running.tts_uris == [f"unix://{home}/tts.sock"]


async def test_a_voice_that_is_not_here_is_said_and_another_one_speaks(home: Path) -> None:
    wanted = "piper-en_us-joe-medium"
    config = HubConfig(stt=SttSection(uris=["tcp://other:1"], first_pass=False), tts=TtsSection(voice=wanted))
    async with EmbeddedEngines(config, Places(home, home, home, home), SETTINGS) as running:
        (problem, _) = running.components()
        assert (running.tts_uris, running.voice) == ([f"unix://{home}/tts.sock"], None)
    assert (problem.name, problem.state, problem.code) == ("piper", "degraded", "model-missing")


async def _until(receive, kind: str) -> list[Event]:  # type: ignore[no-untyped-def]
    events = [await receive(20)]
    while events[-1].type != kind:
        events.append(await receive(20))
    return events
