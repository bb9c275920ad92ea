"""The endpointer: whole utterances in microseconds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.config import EndpointSection
from hub.stages import Partial
from hub.vad.endpoint import Endpointer, Expected, Phase, SpeechEnded, SpeechStarted, expected

WINDOW_MS = 32.0
SETTINGS = EndpointSection(start_ms=96, silence_ms=704, no_speech_seconds=2, max_seconds=5)


def events(pattern: str, endpointer: Endpointer | None = None) -> list[SpeechStarted | SpeechEnded]:
    """Feed one window a letter: ``v`` voiced, ``.`` silent."""
    endpointer = endpointer or Endpointer(SETTINGS)
    fed = [endpointer.feed(1.0 if letter == "v" else 0.0, WINDOW_MS) for letter in pattern]
    return [event for event in fed if event]


def test_speech_and_a_pause_make_one_utterance() -> None:
    assert events("....vvvvvvvv" + "." * 30) == [
        SpeechStarted(4 * WINDOW_MS),
        SpeechEnded(12 * WINDOW_MS, 12 * WINDOW_MS + 704, "silence"),
    ]


def test_a_pause_inside_a_sentence_ends_nothing() -> None:
    found = events("vvvv" + "." * 21 + "vvvv" + "." * 22)
    assert [type(event) for event in found] == [SpeechStarted, SpeechEnded]
    assert found[-1] == SpeechEnded(29 * WINDOW_MS, 51 * WINDOW_MS, "silence")


def test_a_click_starts_nothing() -> None:
    assert events("vv..v..vv.") == []


def test_the_quiet_end_of_a_word_still_counts() -> None:
    """A soft "pause" crosses the threshold for two windows only (measured on a recording): it is a word too."""
    endpointer = Endpointer(SETTINGS)
    found = [endpointer.feed(p, WINDOW_MS) for p in (0.02, 0.75, 0.56, 0.49, 0.40, 0.26)]
    assert found[3] == SpeechStarted(WINDOW_MS)
    assert Endpointer(SETTINGS).feed(0.4, WINDOW_MS) is None


def test_nobody_speaks() -> None:
    assert events("." * 80) == [SpeechEnded(0.0, 2016.0, "no-speech")]


def test_endless_speech_is_cut_at_the_limit() -> None:
    found = events("v" * 200)
    assert found[-1] == SpeechEnded(5024.0, 5024.0, "too-long")


def test_the_wake_words_tail_starts_nothing() -> None:
    """Pre-roll begins inside the wake word: its tail and the pause after it must not become an utterance."""
    endpointer = Endpointer(SETTINGS, skip_ms=240)
    assert events("vvvvvvv" + "." * 25 + "vvvvv" + "." * 22, endpointer) == [
        SpeechStarted(32 * WINDOW_MS),
        SpeechEnded(37 * WINDOW_MS, 59 * WINDOW_MS, "silence"),
    ]


def test_a_command_without_a_pause_after_the_wake_word_is_heard() -> None:
    endpointer = Endpointer(SETTINGS, skip_ms=240)
    assert events("v" * 30 + "." * 22, endpointer)[-1] == SpeechEnded(960.0, 1664.0, "silence")


def test_one_short_word_is_an_utterance() -> None:
    """ "stop" and "yes" are about 300 ms: other systems run into their time limit here (FIELD A3)."""
    assert events("." * 10 + "v" * 8 + "." * 22)[-1].reason == "silence"  # type: ignore[union-attr]


@pytest.mark.parametrize(("pattern", "reason"), [("vvvvvv", "peer"), ("...", "no-speech")])
def test_the_peer_ends_the_audio(pattern: str, reason: str) -> None:
    endpointer = Endpointer(SETTINGS)
    events(pattern, endpointer)
    ended = endpointer.end()
    assert ended is not None
    assert ended.reason == reason
    assert endpointer.end() is None


WHOLE = Partial("turn on the bed light", complete=True, goes_on=False, confidence=0.9)
KNOWING = EndpointSection(
    start_ms=96, silence_ms=704, complete_silence_ms=320, incomplete_silence_ms=896, no_speech_seconds=2, max_seconds=5
)


@pytest.mark.parametrize(
    ("partial", "comes"),
    [
        (WHOLE, Expected.NOTHING),
        (replace(WHOLE, confidence=0.6), Expected.ANYTHING),
        (replace(WHOLE, goes_on=True), Expected.ANYTHING),
        (replace(WHOLE, complete=False, goes_on=True), Expected.MORE),
        (replace(WHOLE, text=""), Expected.ANYTHING),
    ],
    ids=["whole", "not sure", "may go on", "begun", "nothing of this house"],
)
def test_what_comes_after_the_words_so_far(partial: Partial, comes: Expected) -> None:
    assert expected(partial) is comes


@pytest.mark.parametrize(
    ("comes", "pause_ms"), [(Expected.NOTHING, 320), (Expected.ANYTHING, 704), (Expected.MORE, 896)]
)
@pytest.mark.parametrize("told_after", [0, 5], ids=["while speaking", "in the pause"])
def test_the_pause_that_ends_a_sentence_is_as_long_as_its_words_ask_for(
    comes: Expected, pause_ms: float, told_after: int
) -> None:
    endpointer = Endpointer(KNOWING)
    events("vvvvvv" + "." * told_after, endpointer)
    endpointer.expect(comes)
    assert events("." * 40, endpointer) == [SpeechEnded(6 * WINDOW_MS, 6 * WINDOW_MS + pause_ms, "silence")]


def test_somebody_who_speaks_on_takes_a_whole_sentence_back() -> None:
    """Until the transcriber has said something about the new words too. A click is no word."""
    endpointer = Endpointer(KNOWING)
    events("vvvvvv....", endpointer)
    endpointer.expect(Expected.NOTHING)
    assert events("vvv" + "." * 21, endpointer) == []
    endpointer.expect(Expected.NOTHING)
    assert [type(event) for event in events(".", endpointer)] == [SpeechEnded]
    clicked = Endpointer(KNOWING)
    events("vvvvvv....", clicked)
    clicked.expect(Expected.NOTHING)
    assert events("v" + "." * 10, clicked) == [SpeechEnded(11 * WINDOW_MS, 21 * WINDOW_MS, "silence")]


def test_a_household_that_asks_for_a_short_pause_gets_none_longer() -> None:
    """``silence_ms`` bounds the pause after a whole sentence; a longer one bounds it after one that goes on."""
    for silence_ms, comes in ((224, Expected.NOTHING), (1504, Expected.MORE)):
        endpointer = Endpointer(EndpointSection(start_ms=96, silence_ms=silence_ms))
        events("vvvvvv", endpointer)
        endpointer.expect(comes)
        assert events("." * 60, endpointer) == [SpeechEnded(192, 192 + silence_ms, "silence")]


@given(st.text(alphabet="v.", max_size=400))
def test_any_audio_gives_at_most_one_start_then_one_end(pattern: str) -> None:
    endpointer = Endpointer(SETTINGS)
    found = events(pattern, endpointer)
    kinds = [type(event) for event in found]
    assert kinds in ([], [SpeechStarted], [SpeechEnded], [SpeechStarted, SpeechEnded])
    assert (SpeechEnded in kinds) == (endpointer.phase is Phase.ENDED)
    if kinds == [SpeechStarted, SpeechEnded]:
        assert 0 < found[1].last_voiced_ms <= found[1].endpoint_ms  # type: ignore[union-attr]
