"""What the recogniser hears beside commands: every sentence of it is understood, or is an answer."""

from __future__ import annotations

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hub.intent.always import MAX_DIGITS, MIN_DIGITS, always
from hub.intent.answers import is_no, is_yes
from hub.intent.digits import spoken_digits
from hub.intent.grammar import speech_grammar
from hub.intent.language import load_sentences
from hub.intent.matching import match
from hub.intent.moments import MomentReader
from hub.intent.names import HouseNames
from hub.intent.spoken import number_words
from hub.stages import Intent
from models.recogniser.jsgf import draw, parse
from tests.fakes_house import FakeHouse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
LANGUAGES = ("en", "de", "fr", "es", "nl")
LENGTHS = ("second", "seconds", "minute", "minutes", "hour", "hours")  # they end a sentence: "For how long?"
ASKED_BACK = {  # what the house asks about, in the words of a language
    "en": "set a timer",
    "de": "stell einen Timer",
    "fr": "mets un minuteur",
    "es": "pon un temporizador",
    "nl": "zet een timer",
}
COMPLETED = {
    "en": "five minutes",
    "de": "auf fünf Minuten",
    "fr": "de cinq minutes",
    "es": "de cinco minutos",
    "nl": "op vijf minuten",
}


def drawn(language, *, pin=False, number=150):
    grammar = speech_grammar(FakeHouse(), language, beside=always(language, pin=pin))
    jsgf, rng = parse(grammar.jsgf), random.Random(5)
    return {" ".join(draw(jsgf, rng)) for _ in range(number)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_beside_commands_is_understood_or_answers(language):
    reader, sentences = MomentReader([language]), load_sentences(language)
    names = HouseNames([], [], language)
    beside = always(language, pin=False)
    lines = [f"<{name}> = {body};" for name, body in beside.rules.items()]
    jsgf = parse(
        "\n".join(
            [
                "#JSGF V1.0;",
                "grammar a;",
                *lines,
                f"public <command> = {' | '.join((*beside.sentences, *beside.answers))};",
            ]
        )
    )
    rng = random.Random(7)
    for said in {" ".join(draw(jsgf, rng)) for _ in range(250)}:
        is_answer = is_yes(said, language) or is_no(said, language)
        whole = f"{ASKED_BACK[language]} {said}" if said.endswith(LENGTHS) else said
        intent = reader.read(whole, language, NOW) or match(whole, sentences, names, None)
        assert is_answer or (isinstance(intent, Intent) and "problem" not in intent.slots), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_are_heard_only_where_there_is_a_pin(language):
    words = {number_words(str(digit), language) for digit in range(10)}

    def pins(*, pin):
        return [said.split() for said in drawn(language, pin=pin, number=2000) if words.issuperset(said.split())]

    assert not any(len(said) >= MIN_DIGITS for said in pins(pin=False))
    lengths = {len(said) for said in pins(pin=True)}
    assert lengths
    assert lengths <= set(range(MIN_DIGITS, MAX_DIGITS + 1))
    assert all(len(spoken_digits(" ".join(said))) == len(said) for said in pins(pin=True))


def test_a_house_without_anything_beside_hears_its_commands_alone():
    assert "snooze" not in speech_grammar(FakeHouse(), "en").words
    assert "snooze" in speech_grammar(FakeHouse(), "en", beside=always("en", pin=False)).words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_timer_without_a_length_is_understood_and_completed_by_the_answer(language):
    sentences, names = load_sentences(language), HouseNames([], [], language)
    lacking = match(ASKED_BACK[language], sentences, names, None)
    assert isinstance(lacking, Intent)
    assert (lacking.name, lacking.slots) == ("HassStartTimer", {})
    whole = match(f"{ASKED_BACK[language]} {COMPLETED[language]}", sentences, names, None)
    assert isinstance(whole, Intent)
    assert (whole.name, whole.slots) == ("HassStartTimer", {"minutes": 5})
