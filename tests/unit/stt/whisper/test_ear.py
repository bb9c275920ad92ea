"""Whoever is silent is not transcribed; whoever speaks is, with the beginnings and ends of their words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.requests import Refused
from hub.stt.whisper.ear import WINDOW_MS, Ear
from tests.unit.stt.whisper.voices import LOUD, QUIET, WINDOW_BYTES, LoudnessVoice, windows


def ear_of(*parts: bytes) -> Ear:
    ear = Ear(LoudnessVoice())
    for part in parts:
        ear.feed(part)
    return ear


def test_silence_is_nobody():
    ear = ear_of(windows(QUIET, 100))
    assert (ear.is_somebody_speaking(), ear.pause_ms, ear.voiced_ms) == (False, 0, 0)


def test_a_click_is_nobody():
    assert not ear_of(windows(QUIET, 10), windows(LOUD, 4), windows(QUIET, 10)).is_somebody_speaking()


def test_a_short_word_is_somebody():
    assert ear_of(windows(QUIET, 10), windows(LOUD, 5), windows(QUIET, 10)).is_somebody_speaking()


def test_a_voice_far_below_hearing_is_nobody():
    class Always(LoudnessVoice):
        def process(self, window: bytes) -> float:
            return 1.0

    ear = Ear(Always())
    ear.feed(windows(20, 30))  # -64 dBFS
    assert ear.voiced_ms == 30 * WINDOW_MS
    assert not ear.is_somebody_speaking()


def test_the_speech_is_cut_out_with_what_belongs_around_it():
    ear = ear_of(windows(QUIET, 50), windows(LOUD, 20), windows(QUIET, 50))
    samples = np.frombuffer(ear.speech(), "<i2")
    loud = np.flatnonzero(np.abs(samples) > QUIET)
    assert len(samples) / 16 == pytest.approx(300 + 20 * WINDOW_MS + 400)
    assert loud[0] / 16 == pytest.approx(300)


def test_a_pause_grows_until_somebody_goes_on():
    ear = ear_of(windows(LOUD, 10), windows(QUIET, 3))
    assert ear.pause_ms == 3 * WINDOW_MS
    ear.feed(windows(LOUD, 1))
    assert ear.pause_ms == 0


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=30))
def test_pieces_of_any_size_are_heard_the_same(sizes):
    audio = windows(QUIET, 8) + windows(LOUD, 9) + windows(QUIET, 7)
    whole, ear = ear_of(audio), Ear(LoudnessVoice())
    for size in sizes:
        ear.feed(audio[:size])
        audio = audio[size:]
    ear.feed(audio)
    assert (ear.speech(), ear.voiced_ms, ear.pause_ms) == (whole.speech(), whole.voiced_ms, whole.pause_ms)


def test_more_than_half_a_minute_is_refused():
    ear = ear_of(bytes(WINDOW_BYTES * 937))
    with pytest.raises(Refused) as refused:
        ear.feed(bytes(WINDOW_BYTES))
    assert refused.value.code == "stt-too-long"
