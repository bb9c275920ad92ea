"""What whisper makes up is dropped; what people say to a house is kept."""

from __future__ import annotations

import pytest

from hub.stt.whisper.belief import believed, goes_on

NAMES = ("Bed Light", "Living Room Lamp", "TV", "Front Door")


@pytest.mark.parametrize(
    "said",
    [
        "Turn on the bed light.",
        "No.",
        "Bed Light",
        "turn on the Bed Light, the Living Room Lamp and the TV",
        "very very very good",
        "What's the weather in Saint-Denis?",
        "Schalte das Licht in der Küche aus",
        "打开卧室的灯",
    ],
)
def test_what_people_say_is_kept(said):
    assert believed(said, voiced_seconds=2.0, names=NAMES) == said


@pytest.mark.parametrize(
    "made_up",
    [
        "",
        "   ",
        "[BLANK_AUDIO]",
        "(music) *sighs*",
        "♪♪",
        ". . . .",
        "six six six six",
        "Thank you. Thank you. Thank you. Thank you.",
        "I'll be right back and I'll be right back and I'll be right back and I'll be right back and",
        "Bed Light, Living Room Lamp.",
        "Living Room Lamp, TV, Front Door.",
    ],
)
def test_what_whisper_makes_up_is_dropped(made_up):
    assert believed(made_up, voiced_seconds=5.0, names=NAMES) == ""


def test_nobody_speaks_so_fast():
    said = "Thank you for watching and see you in the next video."
    assert believed(said, voiced_seconds=0.3, names=()) == ""
    assert believed(said, voiced_seconds=3.0, names=()) == said


def test_noises_between_words_are_no_words():
    assert believed("(coughs) Turn it off. [door]", voiced_seconds=2, names=()) == "Turn it off."


@pytest.mark.parametrize(
    ("text", "language", "more"),
    [
        ("turn on the", "en", True),
        ("Turn on the bed light and...", "en", True),
        ("Turn on the bed light.", "en", False),
        ("mach das Licht in der", "de", True),
        ("allume la lampe de", "fr", True),
        ("", "en", False),
        ("turn on the", "xx", False),
    ],
)
def test_a_sentence_that_needs_more_is_known(text, language, more):
    assert goes_on(text, language) is more
