"""The first pass on real sockets: the recogniser's own service in front of another server, as the hub wires them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hub.bench.whisper_shape import Shape, write_shape
from hub.config import HubConfig, HubSection, SttSection, TtsSection
from hub.embedded import EmbeddedEngines
from hub.engines.probe import describe
from hub.stages import Guess, Partial, Transcript
from hub.stt.first_pass import FirstPass
from hub.stt.phrase.recogniser import Guessed, Heard
from hub.stt.wyoming_client import WyomingTranscriber
from models.recogniser.installed import languages
from models.store.catalogue import Model, ModelFile
from models.store.folder import Store
from tests.fakes_engines import SETTINGS, FakeStt, blocks_of, die, listening
from tests.fakes_recogniser import BEGUN, NOTHING, WHOLE, ScriptedHouse
from wire.pcm import silence
from wire.places import Places

SECOND_BYTES = 32_000


def both(first: str, other: str) -> FirstPass:
    return FirstPass(WyomingTranscriber([first], SETTINGS, 5), WyomingTranscriber([other], SETTINGS, 5))


@pytest.mark.parametrize("troubles", [[], [die, die]], ids=["a server that is well", "one that is lost"])
async def test_a_sentence_of_the_house_never_waits_for_the_server(home: Path, troubles: list[object]) -> None:
    """It hears along but is not told that speech ended; who answered is in the transcript."""
    other, told = FakeStt("tune on the TV", troubles=troubles), list[Partial]()  # type: ignore[arg-type]
    async with ScriptedHouse([BEGUN, WHOLE]).listening(home) as first, listening(other) as uri:
        transcriber = both(first, uri)
        heard = await transcriber.transcribe(blocks_of(silence(1000)), language="en", on_partial=told.append)
    assert (heard.text, heard.engine) == ("turn on the TV", "phrase")
    assert [partial.complete for partial in told] == [False, True]
    assert other.heard_bytes == []


async def test_what_it_was_not_sure_of_is_told_with_the_servers_answer(home: Path) -> None:
    """For who asks why: nothing of it was believed."""
    unsure = Heard(
        "", 0.4, guesses=(Guessed("turn on the TV", 0.0, 0.4), Guessed("turn off the TV", 2.5, 0.1)), needed=0.6
    )
    async with ScriptedHouse([unsure]).listening(home) as first, listening(FakeStt("tell me a story")) as uri:
        answer = await both(first, uri).transcribe(blocks_of(silence(1000)), language="en")
    assert isinstance(answer.before, Transcript)
    assert (answer.before.text, answer.before.confidence, answer.before.needed) == ("", 0.4, 0.6)
    assert answer.before.guesses == (Guess("turn on the TV", 0.4, 0.0), Guess("turn off the TV", 0.1, 2.5))
    assert (answer.text, answer.guesses, answer.needed) == ("tell me a story", (), None)


@pytest.mark.parametrize(("heard", "language"), [(NOTHING, "en"), (WHOLE, "de")], ids=["unknown", "other language"])
async def test_everything_else_is_the_servers(home: Path, heard: Heard, language: str) -> None:
    """All of the speech, from its beginning."""
    other = FakeStt("tell me a story")
    async with ScriptedHouse([heard]).listening(home) as first, listening(other) as uri:
        answer = await both(first, uri).transcribe(blocks_of(silence(1000)), language=language)
    assert (answer.text, answer.engine) == ("tell me a story", uri)
    assert (other.heard_bytes, other.languages) == ([SECOND_BYTES], [language])


async def engines(home: Path, language: str, *, first_pass: bool) -> tuple[str | None, int]:
    """Where the first pass is, and how many processes run, with servers configured for both kinds of speech."""
    config = HubConfig(
        hub=HubSection(language=language),
        stt=SttSection(uris=["tcp://other:10300"], first_pass=first_pass),
        tts=TtsSection(uris=["tcp://other:10200"]),
    )
    places = Places(etc=home, var=home, run=home, cache=home)
    async with EmbeddedEngines(config, places, SETTINGS) as running:
        assert running.stt_uris == ["tcp://other:10300"]
        return running.first_pass_uri, len(running.components())


async def test_no_recogniser_is_started_that_nobody_wants_or_that_knows_no_word(home: Path) -> None:
    assert await engines(home, "en", first_pass=False) == (None, 0)
    assert await engines(home, "sl", first_pass=True) == (None, 0)


@pytest.mark.skipif("en" not in languages(), reason="no English recogniser in this installation")
async def test_the_embedded_recogniser_stands_before_the_servers(home: Path) -> None:
    """A hub is ready without it: commands can be spoken, the servers hear them."""
    assert await engines(home, "en-GB", first_pass=True) == (f"unix://{home}/stt.sock", 1)


async def test_a_model_that_is_not_here_is_said_and_the_hub_goes_on_without_it(home: Path) -> None:
    config = HubConfig(stt=SttSection(model="whisper-tiny-q8_0"), tts=TtsSection(uris=["tcp://other:10200"]))
    places = Places(etc=home, var=home, run=home, cache=home)
    async with EmbeddedEngines(config, places, SETTINGS) as running:
        whisper = next(part for part in running.components() if part.name == "whisper")
        assert running.stt_uris == [f"unix://{home}/stt.sock"]
    assert (whisper.state, whisper.code, whisper.required) == ("degraded", "model-missing", False)


@pytest.mark.skipif("en" not in languages(), reason="no English recogniser in this installation")
async def test_a_model_that_is_here_hears_what_the_embedded_recogniser_does_not_know(home: Path) -> None:
    """By itself: nobody has to name it."""
    await asyncio.to_thread(write_shape, home / "model.bin", Shape(64, 2, 1))
    file = ModelFile("ggml-tiny.en-q8_0.bin", "https://example.org/x")
    model = Model("whisper-tiny.en-q8_0", "stt", "", ["en"], "MIT", [file])
    store = Store(home / "models")
    (home / "model.bin").rename(store.partial(model) / file.path)
    store.adopt(model, {file.path: "0" * 64})
    places = Places(etc=home, var=home, run=home, cache=home)
    async with EmbeddedEngines(HubConfig(tts=TtsSection(uris=["tcp://other:1"])), places, SETTINGS) as running:
        assert (running.stt_uris, running.first_pass_uri) == (
            [f"unix://{home}/whisper.sock"],
            f"unix://{home}/stt.sock",
        )
        async with asyncio.timeout(60):
            while {part.name: part.state for part in running.components()} != {"whisper": "ok", "stt": "ok"}:
                await asyncio.sleep(0.05)
        info = await describe(running.stt_uris[0], SETTINGS)
    assert info.asr[0].models[0].name == "whisper-tiny.en-q8_0"
