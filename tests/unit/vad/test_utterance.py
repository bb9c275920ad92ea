"""An utterance hands the transcriber what was spoken, with a little before it, and ends by itself."""

from __future__ import annotations

import asyncio

from hub.config import EndpointSection
from hub.vad.utterance import LEAD_MS, WINDOW_MS, Utterance
from tests.fakes_stages import FakeVoice, in_this_thread, voice
from wire.pcm import Pcm, silence, speech

SETTINGS = EndpointSection(silence_ms=704)


async def spoken_ms(utterance: Utterance) -> float:
    return sum([block.duration_ms async for block in utterance.speech()])


def new() -> Utterance:
    return Utterance(FakeVoice(), SETTINGS, in_this_thread)


async def test_speech_is_passed_on_from_shortly_before_it_began() -> None:
    utterance = new()
    for block in (silence(1000), voice(640), silence(1000)):
        await utterance.feed(block)
    heard_ms = await spoken_ms(utterance)
    assert 640 + 704 + LEAD_MS - 2 * WINDOW_MS <= heard_ms <= 640 + 704 + LEAD_MS + 2 * WINDOW_MS
    assert utterance.ended
    assert utterance.ended.reason == "silence"
    assert utterance.endpoint_ms == 704


async def test_a_wake_word_before_a_pause_is_not_passed_on() -> None:
    utterance = Utterance(FakeVoice(), SETTINGS, in_this_thread, word_ends_ms=800)
    for block in (silence(200), voice(600), silence(256), voice(640), silence(1000)):
        await utterance.feed(block)
    heard_ms = await spoken_ms(utterance)
    assert 640 + 704 + 192 <= heard_ms <= 640 + 704 + 256


async def test_a_wake_word_in_the_same_breath_is_passed_on_whole() -> None:
    """Half a word before the command would be junk to a transcriber."""
    for gap_ms in (0, 64, 128):
        utterance = Utterance(FakeVoice(), SETTINGS, in_this_thread, word_ends_ms=800)
        for block in (silence(320), voice(608), silence(gap_ms), voice(640), silence(1000)):
            await utterance.feed(block)
        heard_ms = await spoken_ms(utterance)
        assert 608 + gap_ms + 640 + 704 + 256 <= heard_ms <= 608 + gap_ms + 640 + 704 + LEAD_MS


async def test_a_wake_word_alone_is_no_utterance() -> None:
    utterance = Utterance(FakeVoice(), SETTINGS, in_this_thread, word_ends_ms=800)
    for block in (silence(200), voice(700), silence(10_000)):
        await utterance.feed(block)
    assert utterance.ended
    assert utterance.ended.reason == "no-speech"


async def test_silence_is_never_passed_on() -> None:
    """Transcribers invent words in silence (FIELD A12): they must not get any without speech."""
    utterance = new()
    await utterance.feed(silence(10_000))
    assert await spoken_ms(utterance) == 0
    assert not await utterance.wait_started()


async def test_blocks_of_any_length_give_the_same_utterance() -> None:
    whole = silence(333).data + voice(777).data + silence(1500).data
    lengths = []
    for step in (2, 1000, 2048, len(whole)):
        utterance = new()
        for at in range(0, len(whole), step * 2):
            await utterance.feed(speech(whole[at : at + step * 2]))
        lengths.append(await spoken_ms(utterance))
    assert len(set(lengths)) == 1


async def test_a_reader_gets_speech_while_it_is_spoken() -> None:
    utterance = new()
    received: list[Pcm] = []

    async def read() -> None:
        received.extend([block async for block in utterance.speech()])

    reader = asyncio.create_task(read())
    await utterance.feed(voice(320))
    await asyncio.sleep(0)
    assert await utterance.wait_started()
    await utterance.feed(voice(320))
    utterance.end()
    await reader
    assert sum(block.duration_ms for block in received) == 640
    assert utterance.ended
    assert utterance.ended.reason == "peer"


async def test_audio_after_the_end_is_ignored() -> None:
    utterance = new()
    await utterance.feed(voice(320))
    utterance.end()
    await utterance.feed(voice(320))
    assert await spoken_ms(utterance) == 320


def test_the_recogniser_is_given_all_that_its_network_looks_back():
    """76 mel frames, 10 ms apart, of 25 ms: with less before it the first word sounds otherwise than in training."""
    assert LEAD_MS >= 75 * 10 + 25
