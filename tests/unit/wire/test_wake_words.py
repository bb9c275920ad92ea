"""How much audio belongs to a command when its wake word is noticed."""

from __future__ import annotations

from satellite.wake import BUILT_IN
from wire.wake_words import LAG_MS, OTHER_LAG_MS, PRE_ROLL_MS, kept_ms, lag_ms, longest_kept_ms


def test_every_built_in_word_was_measured() -> None:
    assert set(LAG_MS) == set(BUILT_IN)


def test_a_word_of_somebody_has_a_lag_too() -> None:
    assert lag_ms("/etc/earshot/computer.tflite") == OTHER_LAG_MS
    assert kept_ms("/etc/earshot/computer.tflite") == OTHER_LAG_MS + PRE_ROLL_MS


def test_each_trigger_level_is_one_step_of_80_ms_later() -> None:
    assert lag_ms("hey_jarvis", trigger_level=4) - lag_ms("hey_jarvis") == 240


def test_the_longest_holds_every_word() -> None:
    for level in (1, 5):
        longest = longest_kept_ms(pre_roll_ms=70, trigger_level=level)
        assert longest == max(kept_ms(word, pre_roll_ms=70, trigger_level=level) for word in (*LAG_MS, "x.tflite"))
