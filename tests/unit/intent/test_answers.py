"""Yes is yes and nothing else is; every language has both."""

from __future__ import annotations

import pytest

from hub.intent.answers import answers, is_no, is_yes

LANGUAGES = ("en", "de", "fr", "es", "nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_lists_is_what_it_says_and_not_the_other(language):
    known = answers(language)
    assert known.yes
    assert known.no
    for text in known.yes:
        assert is_yes(text, language)
        assert not is_no(text, language)
    for text in known.no:
        assert is_no(text, language)
        assert not is_yes(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Yes.", "en"),
        ("YES, please!", "en-GB"),
        ("I\N{RIGHT SINGLE QUOTATION MARK}m sure.", "en_US"),
        ("Sí.", "es"),
        ("Vas-y !", "fr"),
        ("Ja.", "de"),
    ],
)
def test_case_accents_punctuation_and_region_do_not_matter(text, language):
    assert is_yes(text, language)


@pytest.mark.parametrize(
    "text",
    ["", "okay", "well", "yes and turn on the light", "yes I saw her", "yes no", "yesterday", "maybe", "ye s", "1234"],
)
def test_what_is_not_clearly_an_answer_is_none(text):
    assert not is_yes(text, "en")
    assert not is_no(text, "en")


def test_a_yes_of_another_language_is_none():
    assert not is_yes("ja", "en")
    assert not is_yes("yes", "de")


def test_a_language_that_we_have_not_is_answered_in_english():
    assert is_yes("yes", "sv")
