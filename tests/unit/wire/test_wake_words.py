"""How much audio belongs to a command when its wake word is noticed."""

from __future__ import annotations

import pytest

from models.wake.library import built_in_words
from wire.wake_words import LAG_MS, OTHER_LAG_MS, PRE_ROLL_MS, command_after, kept_ms, lag_ms, longest_kept_ms, phrase


def test_every_built_in_word_was_measured() -> None:
    assert set(LAG_MS) == set(built_in_words())


def test_a_word_of_somebody_has_a_lag_too() -> None:
    assert lag_ms("/etc/earshot/computer.tflite") == OTHER_LAG_MS
    assert kept_ms("/etc/earshot/computer.tflite") == OTHER_LAG_MS + PRE_ROLL_MS


def test_each_trigger_level_is_one_step_of_80_ms_later() -> None:
    assert lag_ms("hey_jarvis", trigger_level=4) - lag_ms("hey_jarvis") == 240


def test_the_longest_holds_every_word() -> None:
    for level in (1, 5):
        longest = longest_kept_ms(pre_roll_ms=70, trigger_level=level)
        assert longest == max(kept_ms(word, pre_roll_ms=70, trigger_level=level) for word in (*LAG_MS, "x.tflite"))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("okay_nabu", "okay nabu"),
        ("/etc/earshot/hey_willow.onnx", "hey willow"),
        ("Hey-Willow.tflite", "hey willow"),
        ("alexa", "alexa"),
    ],
)
def test_a_word_is_said_as_its_name_is_written(word: str, said: str) -> None:
    assert phrase(word) == said


@pytest.mark.parametrize(
    ("transcript", "command"),
    [
        ("okay nabu turn on the light", "turn on the light"),
        ("Okay, Nabu! Turn on the light.", "Turn on the light."),
        ("Alexa, turn on the light.", "turn on the light."),
        ("turn on okay nabu", "turn on okay nabu"),
        ("okay nabucco is an opera", "okay nabucco is an opera"),
        ("okay nabu", ""),
        ("", ""),
    ],
)
def test_a_command_is_told_without_the_wake_word_before_it(transcript: str, command: str) -> None:
    assert command_after(["alexa", "okay_nabu"], transcript) == command
