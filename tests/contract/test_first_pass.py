"""The first pass on real sockets: the recogniser's own service in front of another server, as the hub wires them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.config import HubConfig, HubSection, SttSection, TtsSection
from hub.embedded import EmbeddedEngines
from hub.stages import Partial
from hub.stt.first_pass import FirstPass
from hub.stt.phrase.recogniser import Heard
from hub.stt.wyoming_client import WyomingTranscriber
from models.recogniser.installed import languages
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
