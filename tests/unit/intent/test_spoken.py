"""Written names become the words that people say."""

from __future__ import annotations

import pytest

from hub.intent.spoken import factor, number_words, spoken_forms
from tests.jsgf_matcher import JsgfMatcher


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Bed Light", ("bed light",)),
        ("TV", ("t v",)),
        ("Office RGBW Lights", ("office r g b w lights",)),
        ("EcoBee", ("ecobee",)),
        ("LED Strip 2", ("l e d strip two", "led strip two")),
        ("PM2.5 Sensor", ("p m two point five sensor",)),
        ("LEDStrip", ("l e d strip", "led strip")),
        ("KITCHEN", ("kitchen",)),
        ("Kid\N{RIGHT SINGLE QUOTATION MARK}s Room", ("kid's room",)),
        ("Salt & Pepper", ("salt and pepper",)),
        ("Côté-jardin", ("côté jardin",)),
        ("50 %", ("fifty percent",)),
        ("***", ()),
    ],
)
def test_names_are_spoken(written: str, said: tuple[str, ...]) -> None:
    assert spoken_forms(written, "en") == said


def test_numbers_follow_the_language() -> None:
    assert number_words("21", "de") == "einundzwanzig"
    assert number_words("2.5", "en") == "two point five"


def test_number_without_rules_stays_digits() -> None:
    assert number_words("21", "xx") == "21"


def test_a_factored_list_accepts_its_phrases_and_nothing_else() -> None:
    phrases = {number_words(str(number), "en") for number in range(101)}
    matcher = JsgfMatcher(f"<command> = {factor(phrases)};")
    assert all(matcher.accepts(phrase) for phrase in phrases)
    words = {word for phrase in phrases for word in phrase.split()}
    accepted = {text for a in words for b in ("", *words) if matcher.accepts(text := f"{a} {b}".strip())}
    assert accepted == phrases


def test_factoring_shares_endings() -> None:
    """The search graph of 0-100 grows with the number words, not with the numbers."""
    matcher = JsgfMatcher(f"<command> = {factor(number_words(str(n), 'en') for n in range(101))};")
    assert matcher.arcs() < 40


def test_nothing_factored_is_nothing() -> None:
    assert factor([]) == ""
