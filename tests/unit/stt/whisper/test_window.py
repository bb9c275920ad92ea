"""The window is as short as is safe, and never longer than whisper's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.stt.whisper.window import audio_context, most_tokens


@pytest.mark.parametrize(("seconds", "positions"), [(0, 512), (1.5, 512), (8, 512), (9, 576), (27.5, 1500), (30, 1500)])
def test_it_has_a_floor_and_an_end(seconds, positions):
    assert audio_context(seconds) == positions


@given(st.floats(0, 30))
def test_all_speech_is_in_it(seconds):
    assert min(30, seconds + 2) * 50 <= audio_context(seconds) <= 1500


@given(st.floats(0, 30))
def test_nobody_says_more_words(seconds):
    assert most_tokens(seconds) >= 10 + 8 * seconds
