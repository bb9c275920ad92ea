"""Partial results of the embedded recogniser, as they go over a real socket to who asked for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event

from hub.stt.phrase.recogniser import Heard, Other
from tests.fakes_engines import SETTINGS
from tests.fakes_recogniser import BEGUN, NOTHING, WHOLE, ScriptedHouse
from wire.connection import connect

FORMAT = {"rate": 16_000, "width": 2, "channels": 1}
BLOCK = bytes(1280)  # 40 ms: every second one is worth a look


async def answers(home: Path, house: ScriptedHouse, context: object) -> list[Event]:
    """All that comes back for one utterance as long as what the house has heard."""
    async with house.listening(home) as uri, await connect(uri, SETTINGS) as peer:
        await peer.send(Transcribe(language="en", context=context).event())  # type: ignore[arg-type]
        await peer.send(AudioStart(**FORMAT).event())
        for _ in range(2 * len(house.heard)):
            await peer.send(AudioChunk(audio=BLOCK, **FORMAT).event())
        await peer.send(AudioStop().event())
        events = [await peer.receive()]
        while events[-1].type not in {"transcript", "error"}:
            events.append(await peer.receive())
        peer.abort()
    return events


async def test_what_changed_is_told_while_somebody_speaks(home: Path) -> None:
    """At most every 80 ms; a doubt takes back what was told; the transcript comes last, as ever."""
    house = ScriptedHouse([NOTHING, BEGUN, BEGUN, NOTHING, WHOLE, WHOLE])
    start, *chunks, stop, transcript = await answers(home, house, {"partials": True})
    assert [event.type for event in (start, stop, transcript)] == ["transcript-start", "transcript-stop", "transcript"]
    assert [event.data["text"] for event in chunks] == ["turn on the", "", "turn on the TV"]
    assert chunks[0].data["context"] == {"complete": False, "goes_on": True, "confidence": 0.8}
    assert chunks[2].data["context"] == {"complete": True, "goes_on": False, "confidence": 0.9}
    assert transcript.data["text"] == "turn on the TV"
    assert house.looks == 6


async def test_who_hears_nothing_gets_a_transcript_only(home: Path) -> None:
    (transcript,) = await answers(home, ScriptedHouse([NOTHING] * 3), {"partials": True})
    assert (transcript.type, transcript.data["text"]) == ("transcript", "")


@pytest.mark.parametrize("context", [None, {}, {"partials": False}, {"partials": "all"}, ["partials"], {"other": 1}])
async def test_who_did_not_ask_gets_a_transcript_only(home: Path, context: object) -> None:
    """Home Assistant and every other client; nothing is computed for them either."""
    house = ScriptedHouse([BEGUN, WHOLE])
    assert [event.type for event in await answers(home, house, context)] == ["transcript"]
    assert house.looks == 0


async def test_what_may_as_well_have_been_said_is_told_with_the_transcript(home: Path) -> None:
    heard = Heard("turn on the TV", 0.9, (Other("turn on the Bed Light", 0.4),), complete=True)
    (transcript,) = await answers(home, ScriptedHouse([heard]), None)
    assert transcript.data["context"]["others"] == [{"text": "turn on the Bed Light", "margin": 0.4}]
    (transcript,) = await answers(home, ScriptedHouse([WHOLE]), None)
    assert "others" not in transcript.data["context"]
