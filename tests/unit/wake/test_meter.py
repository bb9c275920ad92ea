"""The terminal's meter shows each room's word, its score and the highest a moment ago."""

from __future__ import annotations

from hub.cli.wake_watch import FORGET_SECONDS, HOLD_SECONDS, Meter
from hub.stages import ScoreTold


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_line_shows_the_score_and_keeps_the_highest_for_a_moment() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.take(ScoreTold("hall", {"alexa": 0.9}, "alexa"))
    meter.take(ScoreTold("hall", {"alexa": 0.1}, None))
    (line,) = meter.lines(80)
    assert line.startswith("hall  alexa  [")
    assert "0.10  max 0.90 HEARD" in line
    clock.now += HOLD_SECONDS + 0.1
    (line,) = meter.lines(80)
    assert line.endswith("0.10  max 0.10")


def test_every_room_and_word_has_a_line_that_fits_the_terminal() -> None:
    meter = Meter(Clock())
    meter.take(ScoreTold("hall", {"alexa": 0.5, "hey_jarvis": 1.0}, None))
    meter.take(ScoreTold("bedroom", {"alexa": 0.0}, None))
    lines = list(meter.lines(60))
    assert [line.split("  [")[0].split() for line in lines] == [
        ["bedroom", "alexa"],
        ["hall", "alexa"],
        ["hall", "hey_jarvis"],
    ]
    assert all(len(line) <= 60 for line in lines)


def test_a_room_that_tells_nothing_any_more_is_not_shown() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.take(ScoreTold("hall", {"alexa": 0.5}, None))
    clock.now += FORGET_SECONDS + 1
    assert list(meter.lines(80)) == []
