"""Word errors by voice and by kind of sentence, for everybody who heard them."""

from __future__ import annotations

import pytest

from hub.bench.stt_errors import by_word
from hub.bench.stt_heard import Guess, Heard
from hub.bench.stt_meaning import Meanings
from hub.bench.stt_trial import Answer
from hub.house.still import StillHouse
from hub.stages import Area, Entity

HOUSE = StillHouse([Area("Office")], [Entity("light.bed", "light", "Bed Light", "Office")])


def answer(kind: str, said: str, **heard: str) -> Answer:
    takes = {name: Heard(Guess(text, 0.1, believed=False), 1.0, 1.0, 1.0) for name, text in heard.items()}
    return Answer(f"{said}.wav", kind, "somebody", said, True, takes, *[dict.fromkeys(heard, False)] * 3)


@pytest.fixture
def answers() -> list[Answer]:
    return [
        answer("human", "turn on the Bed Light", ours="turn off bed light", theirs="bed light"),
        answer("human", "set a timer for 5 minutes", ours="set timer for five minutes", theirs=""),
        answer("tts", "turn on the Bed Light", ours="please turn on the bed light", theirs="turn on bed light"),
    ]


def test_errors_are_counted_by_voice_whether_a_sentence_was_believed_or_not(answers: list[Answer]):
    """Articles are no words of a command."""
    people = by_word(answers, {})["by_voice"]["human, somebody"]
    assert people["sentences"] == 2
    assert people["words"] == 9
    assert (people["ours"], people["theirs"]) == (1, 7)
    assert people["ours_percent"] == pytest.approx(11.1)
    assert by_word(answers, {})["by_voice"]["tts, somebody"]["ours"] == 1


def test_errors_are_counted_by_what_a_sentence_wants(answers: list[Answer]):
    meanings = Meanings(HOUSE, "en")
    kinds = {text: meanings.kind(text) for text in [*(answer.said for answer in answers), "brown fox"]}
    assert kinds == {
        "turn on the Bed Light": "HassTurnOn",
        "set a timer for 5 minutes": "HassStartTimer",
        "brown fox": "no known sentence",
    }
    table = by_word(answers, kinds)["by_sentence"]
    assert table["HassTurnOn"]["words"] == 8
    assert table["HassStartTimer"]["ours"] == 0


def test_what_sounds_alike_and_means_something_else_is_asked_back():
    meanings = Meanings(HOUSE, "en")
    assert meanings.asks_back("turn on the Bed Light", ["turn off the Bed Light"])
    assert not meanings.asks_back("turn on the Bed Light", ["turn on Bed Light"])
    assert not meanings.asks_back("turn on the Bed Light", [])


def test_politeness_changes_no_action():
    meanings = Meanings(HOUSE, "en")
    assert meanings.same("please turn on the Bed Light", "turn on Bed Light")
    assert not meanings.same("turn off the Bed Light", "turn on Bed Light")
    assert not meanings.same("brown fox", "brown fox")
