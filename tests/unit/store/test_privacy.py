"""Records without words have no words in them."""

from __future__ import annotations

from hub.privacy import without_words
from hub.trace import ErrorTrace, UnderstoodTrace
from tests.fakes_control import trace


def test_nothing_that_was_said_is_left():
    said = trace(
        text="add rubber duck to my list",
        understood=UnderstoodTrace("intents", "HassListAddItem", {"item": "rubber duck"}),
        reply="Added rubber duck.",
        error=ErrorTrace("intent-failed", "rubber duck is no item"),
    )
    assert b"duck" not in without_words(said).json()


def test_what_was_done_and_when_is_left_and_the_original_is_whole():
    said = trace()
    bare = without_words(said)
    assert (bare.turn, bare.actions, bare.timings_ms) == (said.turn, said.actions, said.timings_ms)
    assert bare.understood.intent == "HassTurnOn"
    assert said.transcript == "turn on the bed light"
    assert said.understood.slots == {"name": "Bed Light"}


def test_the_code_of_an_error_is_left():
    bare = without_words(trace(error=ErrorTrace("stt-lost", "it died")))
    assert bare.error.code == "stt-lost"
