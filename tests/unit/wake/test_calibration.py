"""What a threshold test makes of ten tries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.wake.calibration import calibrate
from models.wake.settings import HIGHEST, LOWEST

scores = st.floats(0, 1)


def test_nine_of_ten_are_heard_and_a_threshold_is_suggested() -> None:
    done = calibrate([0.9, 0.8, 0.53, 0.7, 0.95, 0.6, 0.99, 0.8, 0.9, 0.2], room=0.05, threshold=0.5)
    assert done.told(3) == "heard 9 of 10 at 3 m, threshold 0.42 suggested"


def test_a_word_that_the_room_says_as_well_gets_no_threshold() -> None:
    assert calibrate([0.3] * 10, room=0.4, threshold=0.5).suggested is None


def test_nothing_said_suggests_nothing() -> None:
    done = calibrate([], room=0.0, threshold=0.5)
    assert (done.heard, done.said, done.suggested) == (0, 0, None)


@given(peaks=st.lists(scores, min_size=1, max_size=20), room=scores, threshold=scores)
def test_a_suggestion_lets_nine_of_ten_count_and_the_room_never(
    peaks: list[float], room: float, threshold: float
) -> None:
    suggested = calibrate(peaks, room, threshold).suggested
    if suggested is not None:
        assert LOWEST <= suggested <= HIGHEST
        assert suggested > room
        assert sum(peak >= suggested - 0.005 for peak in peaks) >= len(peaks) - len(peaks) // 10
