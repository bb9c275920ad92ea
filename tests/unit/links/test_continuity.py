"""A stream with gaps and repetitions is mended; one without is left alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.links.continuity import MENDED_MS, Continuity
from wire.pcm import Pcm, silence, speech


def block(seed: int, duration_ms: int = 64) -> Pcm:
    return speech(np.random.default_rng(seed).integers(-1000, 1000, duration_ms * 16, "<i2").tobytes())


def test_what_was_lost_is_silence_of_its_length() -> None:
    stream = Continuity()
    stream.follow(block(1), 0)
    mended = stream.follow(block(2), 64 + 192)
    assert mended is not None
    assert mended.data == silence(192).data + block(2).data
    assert stream.mended == "192 ms of audio that were lost"


def test_what_comes_twice_is_heard_once() -> None:
    stream = Continuity()
    assert stream.follow(block(1), None) == block(1)
    assert stream.follow(block(1), None) is None
    assert stream.follow(block(2), None) == block(2)


def test_silence_may_repeat_itself() -> None:
    stream = Continuity()
    assert [stream.follow(silence(64), None) for _ in range(3)] == [silence(64)] * 3


@given(st.integers(-100_000, 0) | st.integers(int(MENDED_MS) + 1, 100_000))
def test_a_clock_that_jumps_is_a_new_beginning(jump_ms: int) -> None:
    stream = Continuity()
    stream.follow(block(1), 1000)
    assert stream.follow(block(2), 1064 + jump_ms) == block(2)
    assert stream.follow(block(3), 1128 + jump_ms) == block(3)


@given(st.lists(st.integers(10, 200), min_size=1, max_size=20))
def test_a_whole_stream_passes_as_it_is(durations_ms: list[int]) -> None:
    stream, at_ms = Continuity(), 0.0
    for number, duration_ms in enumerate(durations_ms):
        pcm = block(number, duration_ms)
        assert stream.follow(pcm, round(at_ms)) == pcm
        at_ms += pcm.duration_ms
    assert stream.mended == ""
