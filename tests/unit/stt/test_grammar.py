"""The grammar file as the recogniser reads it."""

from __future__ import annotations

import pytest

from hub.stt.phrase.grammar import Grammar
from tests.fakes_engines import GRAMMAR


@pytest.fixture
def grammar() -> Grammar:
    return Grammar(**GRAMMAR)


def test_every_word_is_known(grammar: Grammar) -> None:
    """Rule names and operators are no words."""
    said = "turn on off the living room lamp bed light t v front door lock unlock what time is it"
    assert grammar.words == set(said.split())


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("turn on the t v", "turn on the TV"),
        ("turn off living room lamp", "turn off Living Room Lamp"),
        ("lock the front door", "lock the Front Door"),
        ("what time is it", "what time is it"),
        ("front doors", "front doors"),
    ],
)
def test_names_are_as_people_wrote_them(grammar: Grammar, spoken: str, written: str) -> None:
    assert grammar.written(spoken) == written


@pytest.mark.parametrize(
    ("spoken", "words"), [("okay nabu turn on lamp", 2), ("alexa turn on lamp", 1), ("turn on okay nabu", 0), ("", 0)]
)
def test_how_many_words_call_the_box(spoken: str, words: int) -> None:
    """They say nothing about how sure the command is."""
    assert Grammar(1, "en", "", {}, ["okay nabu", "alexa", "okay"]).called(spoken) == words


def test_the_longest_name_wins() -> None:
    grammar = Grammar(1, "en", "", {"lamp": "LAMP", "hall lamp": "Hall Lamp"})
    assert grammar.written("turn on hall lamp and lamp") == "turn on Hall Lamp and LAMP"


def test_a_house_without_names() -> None:
    assert Grammar(1, "en", "", {}).written("what time is it") == "what time is it"
