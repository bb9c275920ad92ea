"""Turns from recordings and typed words: the same stages, one trace each."""

from __future__ import annotations

import pytest

from hub.arbiter import Arbiter
from hub.asking import Asker
from hub.config import EndpointSection
from hub.errors import WakeFailed
from hub.session import SessionParts
from hub.trace import Trace
from tests.fakes_stages import FakeTranscriber, FakeVoice, FakeWake, fake_stages, in_this_thread, voice
from wire.errors import AudioInvalid
from wire.pcm import Pcm, silence, speech


def asker(traces: list[Trace], **stages: object) -> Asker:
    async def on_trace(trace: Trace) -> None:
        traces.append(trace)

    return Asker(
        SessionParts(
            fake_stages(**stages), EndpointSection(), "en", FakeVoice, FakeWake, in_this_thread, Arbiter(), on_trace
        )
    )


ASK = {"satellite": "cli", "area": "Bedroom", "language": None}


async def test_a_recording_is_a_whole_turn() -> None:
    traces: list[Trace] = []
    trace, reply = await asker(traces).audio(voice(900), wake=False, **ASK)
    assert traces == [trace]
    assert (trace.satellite, trace.area, trace.reply) == ("cli", "Bedroom", "reply: answered")
    assert reply
    assert reply.duration_ms == 200
    assert trace.timings_ms["endpoint"] >= 700


async def test_48_khz_stereo_is_converted() -> None:
    mono = voice(900)
    stereo = Pcm(48_000, 2, 2, b"".join(mono.data[at : at + 2] * 6 for at in range(0, len(mono.data), 2)))
    heard = FakeTranscriber()
    await asker([], transcriber=heard).audio(stereo, wake=False, **ASK)
    assert 900 <= heard.heard_ms[0] <= 900 + 320 + 800


async def test_a_silent_recording_is_a_turn_without_speech() -> None:
    trace, reply = await asker([]).audio(silence(500), wake=False, **ASK)
    assert trace.error
    assert trace.error.code == "no-speech"
    assert reply is None


async def test_an_empty_recording_is_refused() -> None:
    with pytest.raises(AudioInvalid, match="audio-empty"):
        await asker([]).audio(speech(b""), wake=False, **ASK)


async def test_sixty_seconds_of_speech_are_refused_by_name() -> None:
    trace, _ = await asker([]).audio(voice(60_000), wake=False, **ASK)
    assert trace.error
    assert trace.error.code == "speech-too-long"


async def test_the_wake_word_must_come_first_when_asked_for() -> None:
    with pytest.raises(WakeFailed, match="wake-not-heard"):
        await asker([]).audio(voice(900), wake=True, **ASK)
    quiet, spoken = silence(320).data, voice(900).data
    marked = speech(quiet + FakeWake.marker + bytes(2048 - len(FakeWake.marker)) + quiet + quiet + spoken)
    aligned = speech(bytes(2048) + marked.data[len(quiet) :])
    trace, _ = await asker([]).audio(aligned, wake=True, **ASK)
    assert trace.wake
    assert trace.wake.word == "okay_nabu"


@pytest.mark.parametrize("reply_audio", [True, False])
async def test_typed_words_are_a_turn_with_or_without_sound(*, reply_audio: bool) -> None:
    traces: list[Trace] = []
    trace, reply = await asker(traces).text("turn on the bed light", reply_audio=reply_audio, **ASK)
    assert traces == [trace]
    assert trace.transcript == "turn on the bed light"
    assert ("first_audio" in trace.timings_ms) is reply_audio
    assert (reply is not None) is reply_audio
