"""What was taken for what: the fewest differences, and of several pronunciations the nearest."""

from __future__ import annotations

import pytest

from hub.bench.stt_alignment import NOTHING, aligned, differences


def test_what_is_the_same_has_no_differences():
    assert differences(["turn", "on"], ["turn", "on"]) == 0
    assert differences([], []) == 0


@pytest.mark.parametrize(
    ("said", "heard", "pairs"),
    [
        ("turn on lamp", "turn off lamp", [("turn", "turn"), ("on", "off"), ("lamp", "lamp")]),
        ("the lamp", "lamp", [("the", NOTHING), ("lamp", "lamp")]),
        ("lamp", "lamp please", [("lamp", "lamp"), (NOTHING, "please")]),
    ],
)
def test_words_are_taken_for_others_dropped_and_made_up(said: str, heard: str, pairs: list[tuple[str, str]]):
    assert aligned([[said.split()]], heard.split()) == pairs
    assert differences(said.split(), heard.split()) == 1


def test_nothing_heard_is_all_dropped():
    assert aligned([[["a", "b"]]], []) == [("a", NOTHING), ("b", NOTHING)]


def test_the_nearest_way_to_say_each_word_counts():
    either = [["IY", "DH", "ER"], ["AY", "DH", "ER"]]
    tomato = [["T", "EY"], ["T", "AA"]]
    pairs = aligned([either, tomato], ["AY", "DH", "ER", "T", "EY"])
    assert all(said == heard for said, heard in pairs)


def test_the_way_is_chosen_word_by_word_not_once_for_all():
    ways = [["A"], ["B"]]
    assert differences_of([ways, ways, ways], ["A", "B", "A"]) == 0
    assert differences_of([ways, ways], ["A", "C"]) == 1


def differences_of(said, heard):
    return sum(one != other for one, other in aligned(said, heard))
