"""The rules of docs/moments.md: which of two hours is meant, nights, the past, clock changes, any text at all."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.intent.moments import MomentReader

BERLIN = ZoneInfo("Europe/Berlin")
READER = MomentReader(["en", "de", "fr", "es", "nl"])


def when(said: str, hour: int, minute: int = 0, *, day: int = 24, month: int = 11) -> object:
    understood = READER.read(said, "en", datetime(2026, month, day, hour, minute, tzinfo=BERLIN))
    assert understood is not None
    return understood.slots.get("when", understood.slots.get("problem"))


@pytest.mark.parametrize(
    ("said", "hour", "meant"),
    [
        ("remind me at seven to go", 6, "2026-11-24T07:00:00"),
        ("remind me at seven to go", 10, "2026-11-24T19:00:00"),
        ("remind me at seven to go", 20, "2026-11-25T07:00:00"),
        ("remind me at three to go", 22, "2026-11-25T15:00:00"),  # not in the night
        ("remind me at three in the morning to go", 22, "2026-11-25T03:00:00"),
        ("remind me at twelve to go", 10, "2026-11-24T12:00:00"),
        ("wake me at seven", 18, "2026-11-25T07:00:00"),  # an alarm is of the morning
        ("wake me at three", 13, "2026-11-24T15:00:00"),
        ("wake me at three", 22, "2026-11-25T03:00:00"),
        ("wake me at 07:00", 6, "2026-11-24T07:00:00"),
        ("remind me on Tuesday at nine to go", 8, "2026-11-24T09:00:00"),
        ("remind me on Tuesday at nine am to go", 10, "2026-12-01T09:00:00"),  # a weekday comes again
        ("remind me today at nine am to go", 10, "past"),  # today does not
    ],
)
def test_the_hour_that_is_meant(said: str, hour: int, meant: str) -> None:
    assert when(said, hour) == meant


def test_a_distance_is_counted_through_the_change_of_clocks() -> None:
    """At 3:00 in the night of 25 October the clocks go back to 2:00."""
    assert when("remind me in three hours to go", 1, day=25, month=10) == "2026-10-25T03:00:00"


def test_the_29th_of_february_is_of_the_next_leap_year() -> None:
    assert when("remind me on 29 February at noon to jump", 10) == "2028-02-29T12:00:00"


def test_the_31st_is_of_the_next_month_that_has_one() -> None:
    assert when("remind me on the 31st at noon to pay", 10) == "2026-12-31T12:00:00"


def test_capitals_and_marks_stay_in_the_text() -> None:
    understood = READER.read("Remind me to call Ms. O'Hara-Smith at five, please.", "en-GB", datetime.now(BERLIN))
    assert understood is not None
    assert understood.slots["text"] == "call Ms. O'Hara-Smith"


def test_an_unknown_language_and_a_long_text_are_left_to_others() -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=BERLIN)
    assert READER.read("wake me at seven", "sv", now) is None
    assert READER.read("wake me at seven " + "x" * 250, "en", now) is None


_WORDS = [
    "remind",
    "me",
    "wake",
    "every",
    "at",
    "to",
    "7",
    "half",
    "past",
    "tuesday",
    "in",
    "two",
    "hours",
    "30",
    "march",
]
_WORDS += ["erinnere", "mich", "um", "jeden", "halb", "9999", "jahren", "years", "when", "i", "open", "list", "'s", "."]


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(max_size=260) | st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join),
    language=st.sampled_from(["en", "de", "fr", "es", "nl"]),
)
def test_no_text_is_too_strange(text: str, language: str) -> None:
    """Never raises, and what it says can be written as JSON."""
    understood = READER.read(text, language, datetime(2026, 11, 24, 10, tzinfo=BERLIN))
    assert understood is None or json.dumps(understood.slots)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nl"])
@pytest.mark.parametrize(
    "part",
    ["7 ", "a ", "cancel the alarm ", "remind me at 7 ", "every monday and ", "weck mich um ", "in two hours and "],
)
def test_no_text_takes_long(language: str, part: str) -> None:
    """250 characters that fit much and end in nothing: milliseconds each, a hundred of them within the limit."""
    now = datetime(2026, 11, 24, 10, tzinfo=BERLIN)
    for number in range(100):
        READER.read(f"{part * 125}"[: 250 - number], language, now)
