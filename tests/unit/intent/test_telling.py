"""What no device showed is told in each language with the values that there are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from string import Formatter

import pytest

from hub.intent.replies import TemplateReplier
from hub.intent.telling import Teller
from hub.intent.wording import load_wordings
from hub.stages import Intent, Result, Told
from tests.fakes_house import FakeHouse

NOW = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - local time, a Tuesday
WORDINGS = load_wordings()
LANGUAGES = ["en", "de", "fr", "es", "nl"]
VALUES = {
    **dict.fromkeys(("length", "left", "most", "in"), timedelta(minutes=10)),
    **dict.fromkeys(("at", "begin"), datetime(2026, 11, 25, 7, 30)),  # noqa: DTZ001
    **dict.fromkeys(("list", "items", "names", "events", "calendars"), ("A", "B")),
    "repeat": "FREQ=WEEKLY;BYDAY=TU",
    "count": 3,
}


def teller(language: str) -> Teller:
    return Teller(WORDINGS[language], NOW)


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(language: str) -> None:
    """Each key is there, and each of its sentences is the one that is said for the values that it names."""
    wording = WORDINGS[language]
    assert wording.told_keys() == WORDINGS["en"].told_keys()
    for key in wording.told_keys():
        for text in wording.told(key):
            said = teller(language).sentence(key, {name: VALUES.get(name, "X") for name in slots(text)})
            assert said.startswith(text.partition("{")[0][:1].upper() + text.partition("{")[0][1:])
            assert "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_tells_in_its_own_words(language: str) -> None:
    """No table leans on English."""
    own, english = WORDINGS[language], WORDINGS["en"]
    assert own.table("time").keys() >= english.table("time").keys() - {"pm"}
    same = [key for key in own.told_keys() if language != "en" and own.told(key) == english.told(key)]
    assert len(same) <= 12, same  # those that are nothing but values


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "today at 2:05 pm, tomorrow at 7:00, Friday at 7:30 and Tuesday 1 December at 8:00"),
        ("de", "heute um 14:05 Uhr, morgen um 7 Uhr, am Freitag um 7:30 Uhr und am Dienstag, 1. Dezember um 8 Uhr"),
        ("fr", "aujourd'hui à 14 h 05, demain à 7 heures, vendredi à 7 h 30 et le mardi 1 décembre à 8 heures"),
        ("es", "hoy a las 14:05, mañana a las 7:00, el viernes a las 7:30 y el martes 1 de diciembre a las 8:00"),
        ("nl", "vandaag om 14:05 uur, morgen om 7 uur, vrijdag om 7:30 uur en dinsdag 1 december om 8 uur"),
    ],
)
def test_moments(language: str, said: str) -> None:
    days = [(24, 14, 5), (25, 7, 0), (27, 7, 30)]
    moments = [datetime(2026, 11, *moment) for moment in days] + [datetime(2026, 12, 1, 8)]  # noqa: DTZ001
    assert said in teller(language).sentence("missed", {"list": moments})


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 seconds"), (1, "1 second"), (600, "10 minutes"), (3900, "1 hour 5 minutes"), (90061, "1 day 1 hour")],
)
def test_lengths(seconds: int, said: str) -> None:
    assert teller("en").length(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "on weekdays"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "every Monday and Wednesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "every 2 weeks on Friday"),
        ("FREQ=HOURLY;INTERVAL=2", "every 2 hours"),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=1", "every month"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "again and again"),
        ("nonsense", "again and again"),
    ],
)
def test_repetitions(rule: str, said: str) -> None:
    assert teller("en").repeat(rule) == said


def test_the_sentence_says_what_there_is() -> None:
    ten = timedelta(minutes=10)
    assert teller("en").sentence("timer_started", {"length": ten}) == "Timer: 10 minutes."
    assert teller("en").sentence("timer_started", {"length": ten, "name": "pizza"}) == "Pizza timer: 10 minutes."
    assert teller("en").sentence("timer_started_named", {"length": ten, "name": "pizza"}) == "Pizza timer: 10 minutes."
    assert teller("en").sentence("timers_cancelled", {"count": 1}) == "Timer cancelled."
    assert teller("en").sentence("timers_cancelled", {"count": 2}) == "2 timers cancelled."
    assert teller("en").sentence("no_such_key", {}) == "Done."


def test_lists_of_several_values_are_told_one_by_one() -> None:
    events = [
        {"summary": "Dentist", "begin": NOW + timedelta(hours=5), "all_day": False},
        {"summary": "Holiday", "begin": NOW + timedelta(days=1), "all_day": True},
    ]
    said = teller("en").sentence("calendar_events", {"events": events})
    assert said == "Today at 3:00 pm: Dentist and tomorrow: Holiday."
    assert teller("en").day(date(2026, 11, 25)) == "tomorrow"


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [("en", "call my mother", "call your mother"), ("de", "meine Mutter anrufen", "deine Mutter anrufen")],
)
def test_somebodys_words_are_turned(language: str, text: str, told: str) -> None:
    assert told in teller(language).sentence("reminder_due", {"text": text})


def reply(result: Result) -> str:
    replier = TemplateReplier(FakeHouse([]), lambda: NOW)
    return replier.reply(Intent("HassStartTimer", {}, "default", "en", "…"), result, language="en")


def test_what_is_told_is_all_that_an_answer_says() -> None:
    result = Result("answered", told=(Told("timers_none"), Told("alarm_set", {"at": NOW + timedelta(days=1)})))
    assert reply(result) == "No timer is running. Alarm set for tomorrow at 10:00."


def test_what_needs_a_yes_or_a_pin_is_asked_for() -> None:
    names = ("Front Door",)
    assert reply(Result("unconfirmed", choices=names, problem="needs-yes")) == "Shall I really do that: Front Door?"
    assert reply(Result("unconfirmed", choices=names, problem="needs-pin")) == "For that I need the PIN: Front Door."
