"""Digits are heard however they are said."""

from __future__ import annotations

import time

import pytest

from hub.intent.digits import spoken_digits


@pytest.mark.parametrize(
    "said",
    [
        "1234",
        "1 2 3 4",
        "1, 2, 3, 4.",
        "12-34",
        "1.234",
        "\N{FULLWIDTH DIGIT ONE}234",
        "one two three four",
        "One, two, three, four!",
        "twelve thirty-four",
        "my PIN is one two thirty four, thank you",
        "eins zwei drei vier",
        "eins zwo drei vier",
        "zwölf vierunddreißig",
        "zwoelf is zwölf, vierunddreissig",
        "meine PIN ist zwölf drei vier",
        "un deux trois quatre",
        "douze trente-quatre",
        "uno dos tres cuatro",
        "doce treinta y cuatro",
        "een twee drie vier",
        "één twee drie vier",
        "twaalf vierendertig",
    ],
)
def test_one_number_said_in_many_ways(said):
    assert spoken_digits(said) == "1234"


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("zero oh five", "005"),
        ("quatre-vingt-dix-neuf soixante et onze", "9971"),
        ("quatre vingts quatre vingt", "8080"),
        ("veintidós dieciséis", "2216"),
        ("siebenundsiebzig null", "770"),
        ("tweeëntwintig", "22"),
        ("never mind", ""),
        ("", ""),
    ],
)
def test_other_numbers(said, digits):
    assert spoken_digits(said) == digits


def test_who_talks_on_is_not_listened_to_for_ever():
    began = time.process_time()
    assert len(spoken_digits("7 " * 1_000_000)) == 125
    assert time.process_time() - began < 1
