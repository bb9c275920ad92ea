"""When a score counts as a wake word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from satellite.wake import OpenWakeWordScorer, WakeDetector
from wire.errors import ConfigError

STEP = bytes(1280 * 2)  # 80 ms


class Script:
    """A scorer that gives one prepared score of each word for each step."""

    def __init__(self, **words: list[float]) -> None:
        self._words, self._at = words, 0
        self.resets = 0

    def scores(self, samples: bytes) -> Sequence[tuple[str, float]]:
        assert len(samples) == len(STEP)
        self._at += 1
        return [(word, scores[self._at - 1]) for word, scores in self._words.items()]

    def reset(self) -> None:
        self.resets += 1


def steps_heard(detector: WakeDetector, count: int) -> list[int]:
    return [step for step in range(count) if detector.process(STEP)]


def test_a_word_counts_once_each_time_its_score_rises():
    scores = [0.1, 0.6, 0.9, 0.9, 0.2, 0.7, 0.1]
    assert steps_heard(WakeDetector(Script(a=scores), refractory_seconds=0), 7) == [1, 5]


def test_trigger_level_wants_steps_in_a_row():
    scores = [0.9, 0.1, 0.9, 0.9, 0.9, 0.9]
    assert steps_heard(WakeDetector(Script(a=scores), trigger_level=3), 6) == [4]


def test_refractory_time_is_per_word():
    a, b = [0.9, 0.0, 0.9, 0.0, 0.9], [0.0, 0.0, 0.0, 0.9, 0.0]
    detector = WakeDetector(Script(a=a, b=b), refractory_seconds=0.3)
    assert [(step, wake.word) for step in range(5) if (wake := detector.process(STEP))] == [
        (0, "a"),
        (3, "b"),
        (4, "a"),
    ]


def test_a_score_that_stays_high_through_the_refractory_time_is_not_a_new_word():
    assert steps_heard(WakeDetector(Script(a=[0.9] * 10), refractory_seconds=0.2), 10) == [0]


def test_rearmed_the_word_counts_over_an_answer():
    detector = WakeDetector(Script(a=[0.9, 0.1, 0.9, 0.1, 0.9]), refractory_seconds=60)
    assert steps_heard(detector, 4) == [0]
    detector.rearm()
    assert detector.process(STEP) is not None


def test_it_tells_when_in_the_audio_and_reset_begins_again():
    script = Script(a=[0.0, 0.0, 0.8, 0.9])
    detector = WakeDetector(script, refractory_seconds=60)
    wakes = [detector.process(STEP) for _ in range(3)]
    assert wakes[2] is not None
    assert (wakes[2].word, wakes[2].score, wakes[2].at_ms) == ("a", 0.8, 240)
    detector.reset()
    assert script.resets == 1
    again = detector.process(STEP)
    assert again is not None
    assert again.at_ms == 80


def test_the_first_two_seconds_are_not_scored():
    """No score from audio that was never heard: neither at start nor after a reset, and no burst of inferences."""
    scorer = OpenWakeWordScorer(["okay_nabu"])
    for _ in range(2):
        silence = [len(scorer.scores(bytes(2048))) for _ in range(40)]
        assert sum(silence[:31]) == 0  # 1.98 s
        assert sum(silence) > 0
        assert max(silence) <= 2
        scorer.reset()


def test_a_word_that_nobody_has_is_refused_by_name():
    with pytest.raises(ConfigError) as refused:
        OpenWakeWordScorer(["hey_nobody"])
    assert refused.value.code == "wake-word-unknown"
    assert "okay_nabu" in refused.value.message
